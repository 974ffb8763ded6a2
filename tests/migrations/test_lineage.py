"""The history can be walked both ways, on both databases, and ends where the models are."""

from io import StringIO
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from linkwright import migrations
from linkwright.db.alone import alone
from linkwright.db.engine import Database
from linkwright.db.partitions import MONTHLY
from linkwright.migrations import VERSION_TABLE, alembic_config
from linkwright.migrations.env_options import is_ours, render_item
from linkwright.models import Base
from tests.support.reflection import Found, reflect

SCRIPT = ScriptDirectory.from_config(alembic_config())
REVISIONS = [page.revision for page in reversed(list(SCRIPT.walk_revisions()))]


class TestEveryStep:
    @pytest.mark.parametrize("revision", REVISIONS)
    async def test_goes_up_down_up_down(self, database_url: str, revision: str) -> None:
        before = SCRIPT.get_revision(revision).down_revision or "base"
        assert isinstance(before, str)
        below: Found = {}
        if before != "base":
            await migrations.upgrade(database_url, before)
            below = await reflect(database_url)

        for _ in range(2):
            await migrations.upgrade(database_url, revision)
            assert await migrations.current(database_url) == revision
            await migrations.downgrade(database_url, before)
            left = await reflect(database_url)
            left.pop(VERSION_TABLE)  # Alembic keeps its own table, empty.
            assert left == {name: table for name, table in below.items() if name != VERSION_TABLE}

    async def test_the_whole_way_may_be_asked_for_twice(self, database_url: str) -> None:
        first = await migrations.upgrade(database_url)

        assert await migrations.upgrade(database_url) == first

    def test_there_is_one_lineage_of_numbered_pages(self) -> None:
        assert len(SCRIPT.get_heads()) == 1
        assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS

    @pytest.mark.parametrize("revision", REVISIONS)
    def test_says_why_what_it_locks_what_it_touches_and_how_it_is_reversed(self, revision: str) -> None:
        doc = SCRIPT.get_revision(revision).longdoc
        assert all(f"\n{word} " in f"\n{doc}" for word in ("Why", "Locks", "Data", "Reverse"))

    @pytest.mark.parametrize("revision", REVISIONS)
    def test_never_imports_the_program(self, revision: str) -> None:
        source = Path(SCRIPT.get_revision(revision).path).read_text("utf-8")
        assert "import linkwright" not in source
        assert "from linkwright" not in source


class TestModelsAndHead:
    async def test_alembic_finds_no_difference(self, migrated_url: str) -> None:
        def compare(connection: Connection) -> list[object]:
            options = {"compare_type": True, "compare_server_default": True, "include_object": is_ours}
            context = MigrationContext.configure(connection, opts={**options, "version_table": VERSION_TABLE})
            return list(compare_metadata(context, Base.metadata))

        database = Database(migrated_url)
        async with database.reading() as session:
            found = await (await session.connection()).run_sync(compare)
        await database.close()

        assert found == []

    async def test_tables_made_from_the_models_are_the_same(
        self, database_url: str, migrated_url: str, dialect: str
    ) -> None:
        # Alembic does not look at CHECKs, at the conditions of indexes or at actions on delete.
        async with alone(database_url) as connection:
            await connection.run_sync(Base.metadata.create_all)
            if dialect == "postgresql":
                await connection.commit()
        made, migrated = await reflect(database_url), await reflect(migrated_url)
        migrated.pop(VERSION_TABLE)
        if dialect == "postgresql":
            made = _with_the_month_in_the_key(made)

        assert made.keys() == migrated.keys()
        for name, table in made.items():
            assert migrated[name] == table

    async def test_a_missing_index_is_found(self, migrated_url: str, dialect: str) -> None:
        # Keeps the two tests above honest.
        async with alone(migrated_url) as connection:
            await connection.exec_driver_sql("DROP INDEX ix_emails_recipient")
            if dialect == "postgresql":
                await connection.commit()

        with pytest.raises(AssertionError):
            await self.test_alembic_finds_no_difference(migrated_url)


class TestWritingANewPage:
    async def test_our_types_are_spelled_without_the_program(self, database_url: str) -> None:
        def write(connection: Connection) -> str:
            options = {
                "include_object": is_ours,
                "render_item": render_item,
                "target_metadata": Base.metadata,
            }
            context = MigrationContext.configure(connection, opts=options)
            upgrades = produce_migrations(context, Base.metadata).upgrade_ops
            assert upgrades is not None
            return render_python_code(upgrades, render_item=render_item)

        async with alone(database_url) as connection:
            written = await connection.run_sync(write)

        assert "linkwright" not in written
        assert 'sa.Text().with_variant(postgresql.JSONB(), "postgresql")' in written
        assert "sa.DateTime(timezone=True)" in written
        assert 'sa.REAL().with_variant(postgresql.DOUBLE_PRECISION(), "postgresql")' in written

    def test_the_template_asks_for_the_four_headings(self, tmp_path: Path) -> None:
        config = alembic_config()
        config.stdout = StringIO()
        config.set_main_option("version_locations", str(tmp_path))

        page = command.revision(
            config, "links are looked at", rev_id="0001", version_path=str(tmp_path), head="base", splice=True
        )

        assert page is not None
        assert not isinstance(page, list)
        text = Path(page.path).read_text("utf-8")
        assert text.startswith('"""links are looked at.\n\nWhy ')
        compile(text, page.path, "exec")


def _with_the_month_in_the_key(tables: Found) -> Found:
    """Say of the tables that are cut by month what only history knows of them."""
    cut = {name: tables[name]._replace(key=("id", moment)) for name, moment in MONTHLY.items()}
    return {**tables, **cut}
