"""`linkwright analytics`: roll up and look."""

import pytest

from tests.cli.office import OTHER, Office


class TestRollUp:
    def test_counts_once_and_then_has_nothing_to_do(self, office: Office) -> None:
        first = office("analytics", "roll-up", "--json").json["campaigns"]
        again = office("analytics", "roll-up", "-c", "Autumn", "--json").json["campaigns"]

        assert [one["name"] for one in first] == ["Autumn"]
        assert (again[0]["prospects_counted"], again[0]["records_changed"]) == (0, 0)
        assert "Autumn" in office("analytics", "roll-up").out

    def test_since_a_day_counts_again(self, office: Office) -> None:
        office("analytics", "roll-up")

        [again] = office("analytics", "roll-up", "--since", "2026-01-01", "--json").json["campaigns"]

        assert again["prospects_counted"] > 0
        assert again["records_changed"] == 0

    @pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2999-01-01", ""])
    def test_refuses_what_is_no_day(self, office: Office, day: str) -> None:
        said = office("analytics", "roll-up", "--since", day)
        assert said.status == 2
        assert len(said.err.splitlines()) == 1

    def test_of_another_users_campaign_is_not_found(self, office: Office) -> None:
        [theirs] = office("campaigns", "list", "--json", user=OTHER).json["campaigns"]
        for words in (("roll-up", "-c", theirs["id"]), ("show", "-c", theirs["id"])):
            said = office("analytics", *words)
            assert (said.status, said.out) == (2, "")


class TestShow:
    def test_has_a_line_a_week_and_says_what_is_proven(self, office: Office) -> None:
        said = office("analytics", "show", "-c", "Autumn")

        assert said.status == 0, said.err
        assert "Nothing yet that chance could not have made." in said.out
        periods = office("analytics", "show", "-c", "Autumn", "--json").json["periods"]
        assert periods
        assert {one["period_type"] for one in periods} == {"weekly"}

    @pytest.mark.parametrize(
        "words",
        [
            ("--from", "2026-01-01"),
            ("--from", "2026-02-01T00:00:00Z", "--to", "2026-01-01T00:00:00Z"),
            ("--period", "hourly"),
        ],
    )
    def test_refuses_bad_moments_and_periods(self, office: Office, words: tuple[str, ...]) -> None:
        assert office("analytics", "show", "-c", "Autumn", *words).status == 2
