"""`linkwright export campaign` and `linkwright import campaign`, as a user meets them."""

import asyncio
import stat
from pathlib import Path

import pytest

from linkwright.db.engine import Database
from linkwright.services.opportunities import Opportunities
from tests.cli.command import linkwright, process
from tests.support.prospects import at_noon, full_row, make_campaign


@pytest.fixture
def campaign_id(migrated_url: str) -> str:
    async def make() -> str:
        database = Database(migrated_url)
        async with database.transaction() as session:
            made = await make_campaign(session, name="Trails")
            await Opportunities(at_noon(session)).add_many(made, [full_row(1, title="=1+1"), full_row(2)])
        await database.close()
        return made

    return asyncio.run(make())


class TestExport:
    def test_writes_a_file_that_only_its_owner_may_read(
        self, migrated_url: str, campaign_id: str, tmp_path: Path
    ) -> None:
        file = tmp_path / "trails.jsonl"

        said = linkwright("export", "campaign", "Trails", "-o", str(file), url=migrated_url)

        assert (said.status, said.out) == (0, "")
        assert "2 prospects" in said.err
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert campaign_id in file.read_text()
        assert [path.name for path in tmp_path.iterdir() if path.suffix == ".jsonl"] == ["trails.jsonl"]

    @pytest.mark.dialects("sqlite")
    def test_writes_to_the_standard_output_when_no_file_is_named(
        self, migrated_url: str, campaign_id: str
    ) -> None:
        said = process("export", "campaign", campaign_id, "--format", "csv", url=migrated_url)

        assert said.status == 0
        assert said.out.count("\n") == 3

    def test_a_campaign_that_is_not_there(self, migrated_url: str, campaign_id: str, tmp_path: Path) -> None:
        file = tmp_path / "x.jsonl"

        said = linkwright("export", "campaign", "Trials", "-o", str(file), url=migrated_url)

        assert said.status == 2
        assert said.err.startswith("linkwright: campaign: must be a campaign of this user; ")
        assert not file.exists()

    @pytest.mark.dialects("sqlite")
    @pytest.mark.parametrize("place", ["missing/x.jsonl", "."])
    def test_a_place_where_nothing_can_be_written(
        self, migrated_url: str, campaign_id: str, tmp_path: Path, place: str
    ) -> None:
        said = linkwright("export", "campaign", campaign_id, "-o", str(tmp_path / place), url=migrated_url)

        assert said.status == 1
        assert f"{tmp_path / place} cannot be written" in said.err
        assert "1 campaign" not in said.err
        assert not list(tmp_path.glob(".*"))

    @pytest.mark.dialects("sqlite")
    def test_a_table_of_prospects_brought_back_changes_nothing(
        self, migrated_url: str, campaign_id: str, tmp_path: Path
    ) -> None:
        for form in ("csv", "xlsx"):
            file = tmp_path / f"trails.{form}"
            linkwright("export", "campaign", "Trails", "--format", form, "-o", str(file), url=migrated_url)

            said = linkwright("import", "prospects", str(file), "-c", "Trails", "--json", url=migrated_url)

            counts = {name: said.json[name] for name in ("new", "same", "merged", "refused")}
            assert counts == {"new": 0, "same": 2, "merged": 0, "refused": 0}

    @pytest.mark.dialects("sqlite")
    def test_somebody_elses_campaign_is_not_there(self, migrated_url: str, campaign_id: str) -> None:
        async def add() -> None:
            database = Database(migrated_url)
            async with database.transaction() as session:
                await make_campaign(session, address="other@example.com")
            await database.close()

        asyncio.run(add())

        said = linkwright("export", "campaign", campaign_id, "--user", "other@example.com", url=migrated_url)

        assert (said.status, said.out) == (1, "")


class TestImport:
    def test_brings_back_what_was_taken_out(
        self, migrated_url: str, campaign_id: str, tmp_path: Path
    ) -> None:
        file, second = str(tmp_path / "trails.jsonl"), f"sqlite:///{tmp_path / 'second.db'}"
        linkwright("export", "campaign", campaign_id, "-o", file, url=migrated_url)
        linkwright("db", "upgrade", url=second)

        tried = linkwright("import", "campaign", file, "--dry-run", url=second)
        first = linkwright("import", "campaign", file, "--json", url=second)
        again = linkwright("import", "campaign", file, url=second)

        assert (tried.status, "nothing was kept" in tried.out) == (0, True)
        assert first.json["rows"]["opportunity"] == 2
        assert first.json["owner"] == "owner@example.com"
        assert (again.status, "nothing to do" in again.out) == (0, True)

    @pytest.mark.dialects("sqlite")
    @pytest.mark.parametrize("name", ["missing.jsonl", ".", "empty.jsonl"])
    def test_a_file_that_is_none(self, migrated_url: str, tmp_path: Path, name: str) -> None:
        (tmp_path / "empty.jsonl").touch()

        said = linkwright("import", "campaign", str(tmp_path / name), url=migrated_url)

        assert said.status == 2
        assert said.err.startswith("linkwright: file: ")
