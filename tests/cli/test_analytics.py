"""`linkwright analytics`: roll up and look."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from linkwright.archive.storage import Storage
from linkwright.db.engine import Database
from linkwright.jobs.archive_run import Archiving
from linkwright.models import AIDecision
from linkwright.service import BacklinkingDatabaseService
from tests.cli.office import OTHER, Office
from tests.support.opened import with_database


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


class TestArchived:
    @pytest.fixture
    def away(self, office: Office) -> Office:
        """The office, with its campaign in an archive."""
        office("analytics", "roll-up")
        [mine] = office("campaigns", "list", "--json").json["campaigns"]
        assert office("campaigns", "cancel", mine["id"], "--reason", "over").status == 0

        async def archive(database: Database) -> None:
            later = datetime.now(UTC) + timedelta(days=400)
            async with database.transaction() as session:
                await session.execute(update(AIDecision).values(outcome_due_at=None))
            await BacklinkingDatabaseService(database).learn(mine["user_id"])
            storage = Storage(str(office.folder / "archives"))
            work = Archiving(database, storage, owner=mine["user_id"], clock=lambda: later)
            (moved,) = await work.run(timedelta(days=180))
            assert moved.skipped is None

        asyncio.run(with_database(office.url, archive))
        return office

    def test_are_read_where_they_lie_when_asked_for(self, away: Office) -> None:
        without = away("analytics", "show", "-c", "Autumn")
        assert (without.status, without.out) == (2, "")
        assert "is in archive 1: --include-archived reads it there" in without.err

        said = away("analytics", "show", "-c", "Autumn", "--include-archived")

        assert said.status == 0, said.err
        assert "Nothing yet that chance could not have made." in said.out
        words = ("analytics", "show", "-c", "Autumn", "--include-archived", "--json")
        assert {one["period_type"] for one in away(*words).json["periods"]} == {"weekly"}

    def test_are_in_the_totals_and_listed_when_asked_for(self, away: Office) -> None:
        without = away("analytics", "totals")
        assert "No campaign in the database." in without.out
        assert "Of them archived: 1; --include-archived lists them." in without.out
        plain = away("analytics", "totals", "--json").json
        assert plain["funnel"]["found"] > 0

        listed = away("analytics", "totals", "--include-archived")

        assert "Autumn" in listed.out
        whole = away("analytics", "totals", "--include-archived", "--json").json
        assert [one["archived"] for one in whole.pop("campaigns")] == [True]
        assert plain == whole | {"campaigns": []}

    def test_stay_one_users(self, away: Office) -> None:
        said = away("analytics", "totals", "--include-archived", "--json", user=OTHER).json
        assert (said["archived_campaigns"], len(said["campaigns"])) == (0, 1)
        # Theirs has the same name, and is the one that is meant.
        assert away("analytics", "show", "-c", "Autumn", user=OTHER).status == 0
