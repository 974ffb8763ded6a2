"""What is said about a schema that is not this program's, and to whom."""

import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from linkwright import migrations
from linkwright.db.alone import alone
from linkwright.db.engine import Database
from linkwright.errors import DatabaseUnavailable, InvalidInput, SchemaMismatch
from linkwright.migrations import SchemaKind, check, downgrade, ensure_current, upgrade

HEAD = migrations.revisions()[0]
NEXT = f"{int(HEAD) + 1:04}"
NEXT_PAGE = f'''"""One more table."""
import sqlalchemy as sa
from alembic import op
revision = "{NEXT}"
down_revision = "{HEAD}"
def upgrade():
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
def downgrade():
    op.drop_table("later")
'''


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


async def run(url: str, *statements: str) -> None:
    async with alone(url) as connection:
        for statement in statements:
            await connection.execute(text(statement))
        if connection.dialect.name == "postgresql":
            await connection.commit()


@pytest.fixture
def with_a_next_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program whose history has one more page than ours."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations._FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "20991231_one_more.py").write_text(NEXT_PAGE)
    monkeypatch.setattr(migrations, "_FOLDER", folder)


async def refusal(url: str) -> str:
    database = Database(url)
    try:
        with pytest.raises(SchemaMismatch) as caught:
            await ensure_current(database)
        return str(caught.value)
    finally:
        await database.close()


class TestEnsureCurrent:
    async def test_the_head_is_accepted(self, database: Database) -> None:
        await ensure_current(database)

    async def test_an_empty_database_needs_an_upgrade(self, database_url: str) -> None:
        assert await refusal(database_url) == "The database has no schema yet. Run `linkwright db upgrade`."

    @pytest.mark.dialects("sqlite")
    async def test_asking_about_a_file_that_is_not_there_does_not_make_it(self, database_url: str) -> None:
        await refusal(database_url)

        assert not file_of(database_url).exists()

    @pytest.mark.usefixtures("with_a_next_page")
    async def test_a_schema_behind_names_the_command_that_mends_it(self, database_url: str) -> None:
        await upgrade(database_url, "0001")

        assert await refusal(database_url) == (
            f"The schema is at 0001, behind this program's {NEXT}. Run `linkwright db upgrade`."
        )
        await upgrade(database_url)
        assert (await check(database_url)).kind is SchemaKind.HEAD

    async def test_a_schema_ahead_wants_a_newer_program(
        self, database_url: str, with_a_next_page: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await upgrade(database_url)
        monkeypatch.undo()

        assert await refusal(database_url) == (
            f"The schema is at {NEXT}, of a newer Linkwright (this one knows {HEAD}). Update the program."
        )

    async def test_a_revision_that_nobody_made_is_unknown(self, migrated_url: str) -> None:
        await run(migrated_url, "UPDATE linkwright_version SET version_num = 'c0ffee'")

        assert "c0ffee, which no Linkwright has made" in await refusal(migrated_url)

    async def test_tables_that_somebody_else_made_are_unknown(self, database_url: str) -> None:
        await run(database_url, "CREATE TABLE users (id INTEGER PRIMARY KEY)")

        assert "tables of Linkwright's names that Linkwright did not make" in await refusal(database_url)

    async def test_another_program_and_its_history_may_live_in_the_same_database(
        self, database_url: str
    ) -> None:
        await run(
            database_url,
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
            "INSERT INTO alembic_version VALUES ('theirs')",
            "CREATE TABLE theirs (id INTEGER PRIMARY KEY)",
        )

        assert (await upgrade(database_url)).kind is SchemaKind.HEAD
        assert (await downgrade(database_url, "base")).kind is SchemaKind.EMPTY

    @pytest.mark.dialects("sqlite")
    async def test_a_file_that_is_no_database_is_said_to_be_none(self, database_url: str) -> None:
        file_of(database_url).write_bytes(os.urandom(4096))
        database = Database(database_url)
        with pytest.raises(DatabaseUnavailable, match="not a sound SQLite database"):
            await ensure_current(database)
        await database.close()


class TestUpgrade:
    async def test_refuses_a_schema_of_a_newer_program_and_changes_nothing(self, migrated_url: str) -> None:
        await run(migrated_url, "UPDATE linkwright_version SET version_num = '9999'")

        for walk in (upgrade(migrated_url), downgrade(migrated_url, "base")):
            with pytest.raises(SchemaMismatch, match="Update the program"):
                await walk

        assert (await check(migrated_url)).kind is SchemaKind.AHEAD

    async def test_refuses_tables_that_somebody_else_made(self, database_url: str) -> None:
        await run(database_url, "CREATE TABLE backlinking_campaigns (id VARCHAR(36) PRIMARY KEY)")

        with pytest.raises(SchemaMismatch, match="another database"):
            await upgrade(database_url)

    async def test_refuses_a_revision_that_is_not_there(self, database_url: str) -> None:
        with pytest.raises(InvalidInput, match="must be one of head"):
            await upgrade(database_url, "4711")

        assert (await check(database_url)).kind is SchemaKind.EMPTY
