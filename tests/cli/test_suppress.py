"""`linkwright suppress`: who is left alone."""

from tests.cli.office import OTHER, Office


def addresses(office: Office, *words: str, user: str = "mara@northwind.example") -> list[str]:
    found = office("suppress", "list", "--json", *words, user=user).json["suppressed"]
    return [row["address"] for row in found]


class TestSuppress:
    def test_cancels_what_waits_and_is_only_ones_own(self, office: Office) -> None:
        said = office(
            "suppress", "add", "Ann@One.example", "--reason", "unsubscribe", "--note", "by telephone"
        )

        assert said.status == 0, said.err
        assert said.out == "Ann@One.example: left alone (unsubscribe)\n"
        assert [row["status"] for row in office.letters()] == ["cancelled", "draft"]
        assert addresses(office) == ["Ann@One.example"]
        assert addresses(office, user=OTHER) == []
        assert "cancelled" not in [row["status"] for row in office.letters(OTHER)]

    def test_is_lifted_with_a_reason_that_is_kept(self, office: Office) -> None:
        office("suppress", "add", "ann@one.example")

        assert office("suppress", "lift", "ann@one.example").status == 2
        said = office("suppress", "lift", "ann@one.example", "--reason", "she wrote to us")

        assert said.out == "ann@one.example: may be written to again (manual)\n"
        assert addresses(office) == []
        [row] = office("suppress", "list", "--lifted", "--json").json["suppressed"]
        assert (row["lift_reason"], row["lifted_by"]) == ("she wrote to us", "user:1")
        assert "manual" in office("suppress", "list", "--lifted").out

    def test_somebody_elses_is_not_there(self, office: Office) -> None:
        office("suppress", "add", "ann@one.example")

        said = office("suppress", "lift", "ann@one.example", "--reason", "no", user=OTHER)

        assert (said.status, said.err) == (1, "linkwright: There is no suppression ann@one.example.\n")
        assert addresses(office) == ["ann@one.example"]

    def test_wrong_words_are_one_line_and_status_2(self, office: Office) -> None:
        for words in (("add", "nobody"), ("add", "a@one.example", "--reason", "spite"), ("add", "")):
            said = office("suppress", *words)
            assert (said.status, said.out) == (2, "")
        assert addresses(office) == []
