"""Run by Alembic for every command: says which database, and how models are written down.

Linkwright's own commands hand over a connection (`linkwright.migrations`). Alembic's, which
developers use to write a new page of history, open one from LINKWRIGHT_DATABASE_URL.
"""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from linkwright.db.alone import alone
from linkwright.db.types import Json, Real, UtcDateTime
from linkwright.migrations.state import VERSION_TABLE
from linkwright.models import Base
from linkwright.settings import Settings

SPELLED = {
    UtcDateTime: "sa.DateTime(timezone=True)",
    Json: 'sa.Text().with_variant(postgresql.JSONB(), "postgresql")',
    type(Real): 'sa.REAL().with_variant(postgresql.DOUBLE_PRECISION(), "postgresql")',
}


def render_item(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Spell our types in SQLAlchemy's words, so that history never imports the program."""
    if kind != "type" or type(item) not in SPELLED:
        return False
    if "postgresql" in SPELLED[type(item)]:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
    return SPELLED[type(item)]


def is_ours(_item: object, name: str | None, kind: str, reflected: bool, _model: Any) -> bool:  # noqa: FBT001
    """Leave other programs' tables in the same database alone, and PostgreSQL's partitions."""
    return not (kind == "table" and reflected and name not in Base.metadata.tables)


def run(connection: Connection) -> None:
    """Run the command that Alembic was asked for."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=VERSION_TABLE,
        render_item=render_item,
        include_object=is_ours,
        compare_server_default=True,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_on_own_connection() -> None:
    """Open the database of the settings."""
    async with alone(Settings.load().database_url.get_secret_value()) as connection:
        await connection.run_sync(run)


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    asyncio.run(run_on_own_connection())
