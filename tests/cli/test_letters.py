"""`linkwright letters`: read, approve, cancel, sent by hand."""

from tests.cli.office import NOW, OTHER, Office


def states(office: Office, user: str = "mara@northwind.example") -> list[str]:
    return [row["status"] for row in office.letters(user)]


class TestReading:
    def test_lists_with_ids_and_shows_one_whole(self, office: Office) -> None:
        first, second = office.letters()

        listed = office("letters", "list", "--campaign", "Autumn", "--status", "draft")
        shown = office("letters", "show", str(first["id"]))
        as_json = office("letters", "show", str(second["id"]), "--json").json

        lines = listed.out.splitlines()
        assert lines[0].split() == ["id", "status", "to", "subject"]
        assert lines[2].split() == [str(first["id"]), "draft", first["to_email"], "For", "One"]
        assert max(map(len, lines)) <= 100
        for words in (
            "For One  draft",
            "Ann Keller <ann@one.example>",
            "Hello Ann, Mara here.",
            "keeps every rule",
        ):
            assert words in shown.out
        assert as_json["prospect"]["id"] == second["opportunity_id"]
        assert [move["new_status"] for move in as_json["history"]] == ["draft"]

    def test_says_when_there_is_nothing_and_when_there_is_more(self, office: Office) -> None:
        assert office("letters", "list", "-c", "Autumn", "--status", "sent").out == "No letters.\n"
        assert "There are more" in office("letters", "list", "-c", "Autumn", "--limit", "1").out
        assert office("letters", "list", "-c", "Autumn", "--limit", "1", "--json").json["more"]


class TestApprove:
    def test_one_that_fails_stops_no_other(self, office: Office) -> None:
        first, second = (str(row["id"]) for row in office.letters())

        said = office("letters", "approve", first, "999999", first, second)

        assert said.status == 1
        assert said.out.splitlines() == [f"letter {first}: approved", f"letter {second}: approved"]
        assert said.err == "linkwright: There is no letter 999999.\n"
        assert states(office) == ["approved", "approved"]

    def test_is_in_the_history_under_the_persons_name(self, office: Office) -> None:
        [first, _] = office.letters()
        office("letters", "approve", str(first["id"]))

        [_, move] = office("letters", "show", str(first["id"]), "--json").json["history"]

        assert (move["new_status"], move["actor"]) == ("approved", "user:1")

    def test_all_drafts_of_a_campaign_are_counted_and_asked_for(self, office: Office) -> None:
        asked = office("letters", "approve", "--all-drafts", "-c", "Autumn")
        assert asked.status == 1
        assert "Approve 2 letters of Autumn?" in asked.err
        assert states(office) == ["draft", "draft"]

        dry = office("letters", "approve", "--all-drafts", "-c", "Autumn", "--dry-run")
        assert (dry.status, len(dry.out.splitlines())) == (0, 3)
        assert "nothing was kept" in dry.out
        assert states(office) == ["draft", "draft"]

        done = office("letters", "approve", "--all-drafts", "-c", "Autumn", "--yes", "--json")
        assert [one["status"] for one in done.json] == ["approved", "approved"]
        assert states(office) == ["approved", "approved"]
        assert set(states(office, OTHER)) == {"draft"}

    def test_wants_ids_or_all_and_not_both(self, office: Office) -> None:
        for words in (
            (),
            ("1", "--all-drafts", "-c", "Autumn"),
            ("--all-drafts",),
            ("1", "-c", "Autumn"),
            ("one",),
        ):
            said = office("letters", "approve", *words, "--yes")
            assert said.status == 2, words
            assert said.out == ""


class TestUnapprove:
    def test_makes_drafts_of_approved_letters_again(self, office: Office) -> None:
        [first, second] = [str(one["id"]) for one in office.letters()]
        office("letters", "approve", first)

        back = office("letters", "unapprove", first, "--reason", "too early")
        again = office("letters", "unapprove", first, second)

        assert (back.status, back.out) == (0, f"letter {first}: draft\n")
        assert [one["status"] for one in office.letters()] == ["draft", "draft"]
        assert again.status == 1


class TestCancel:
    def test_keeps_the_reason_and_leaves_a_sent_one(self, office: Office) -> None:
        first, second = (row["id"] for row in office.letters())
        office.send(second, "<two@northwind.example>")

        said = office("letters", "cancel", str(first), str(second), "--reason", "they wrote first")

        assert said.status == 1
        assert "is sent and cannot become cancelled" in said.err
        assert states(office) == ["cancelled", "sent"]
        assert "they wrote first" in office("letters", "show", str(first)).out

    def test_what_was_cancelled_is_not_drafted_again(self, office: Office) -> None:
        [first, _] = office.letters()
        office("letters", "cancel", str(first["id"]))
        (office.folder / "campaign.toml").write_text(
            (office.folder / "campaign.toml").read_text().replace(OTHER, "mara@northwind.example")
        )
        office("run", "campaign.toml", "--now", NOW)

        assert states(office) == ["cancelled", "draft"]


class TestSent:
    def test_is_a_fact_with_its_message_id_and_moment(self, office: Office) -> None:
        first = office.letters()[0]["id"]
        office.send(first, "<one@northwind.example>")

        again = office("letters", "sent", str(first))
        row = office.letters()[0]

        assert again.out == f"letter {first}: sent\n"
        assert (row["status"], row["message_id"]) == ("sent", "<one@northwind.example>")
        assert row["sent_at"] == "2024-09-15T12:00:00+00:00"

    def test_nobody_sent_what_nobody_approved(self, office: Office) -> None:
        first = office.letters()[0]["id"]

        said = office("letters", "sent", str(first))

        assert said.status == 1
        assert "nobody has approved it" in said.err
        assert states(office) == ["draft", "draft"]

    def test_a_moment_says_its_zone(self, office: Office) -> None:
        for moment in ("2024-09-15T12:00:00", "yesterday"):
            said = office("letters", "sent", "1", "--at", moment)
            assert said.status == 2
            assert "--at: must be a moment with its zone" in said.err


class TestOthers:
    def test_letters_of_another_user_are_not_there(self, office: Office) -> None:
        theirs = str(office.letters(OTHER)[0]["id"])

        for words in (("show", theirs), ("approve", theirs), ("cancel", theirs), ("sent", theirs)):
            said = office("letters", *words)
            assert (said.status, said.err) == (1, f"linkwright: There is no letter {theirs}.\n")
        assert set(states(office, OTHER)) == {"draft"}
