"""Run by Alembic for every command: says which database, and how models are written down.

Linkwright's own commands hand over a connection (`linkwright.migrations`). Alembic's, which
developers use to write a new page of history, open one from LINKWRIGHT_DATABASE_URL.
"""

import asyncio

from alembic import context
from sqlalchemy import Connection

from linkwright.db.alone import VERSION_TABLE, alone
from linkwright.migrations.env_options import is_ours, render_item
from linkwright.models import Base
from linkwright.settings import Settings


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
