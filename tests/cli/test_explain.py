"""`linkwright explain` and `linkwright attribute`: why it is so, and what came of it."""

from tests.cli.office import Office


class TestExplain:
    def test_tells_a_prospect_s_story(self, office: Office) -> None:
        letter = office.letters()[0]
        office.send(letter["id"], "<one@northwind.example>")
        office.receive(words="Yes please, send me a draft!", answers="<one@northwind.example>")

        said = office("explain", "opportunity", str(letter["opportunity_id"]))

        assert said.status == 0, said.err
        text = " ".join(said.out.split())
        for words in (
            "One responded",
            "discovered → qualified rule:qualify",
            "out of *qualify, reject",
            "choose contact: approve policy (policy:Mara)",
            f"email {letter['id']}: sent",
            "Yes please, send me a draft!",
            "contacted → responded",
        ):
            assert words in text

    def test_tells_a_letter_s_story_as_of_a_time(self, office: Office) -> None:
        letter = office.letters()[0]
        at = letter["created_at"]
        office.send(letter["id"], "<one@northwind.example>")

        story = office("explain", "email", str(letter["id"]), "--as-of", at, "--json").json

        # Nobody had recorded then that it was sent.
        assert story["kind"] == "email"
        assert {entry["what"] for entry in story["entries"]} <= {"letter", "decision", "move"}

    def test_knows_no_such_prospect(self, office: Office) -> None:
        said = office("explain", "opportunity", "999")
        assert said.status == 1
        assert "There is no prospect 999" in said.err


class TestAttribute:
    def test_says_what_it_did_and_twice_does_nothing(self, office: Office) -> None:
        for _ in range(2):
            said = office("attribute")
            assert said.status == 0, said.err
            assert said.out == "0 decisions judged: 0 outcomes written down.\n"
        assert office("attribute", "--again", "--dry-run", "--json").json["dry_run"] is True

    def test_wants_a_moment_with_a_zone(self, office: Office) -> None:
        assert "zone" in office("attribute", "--until", "tomorrow").err
