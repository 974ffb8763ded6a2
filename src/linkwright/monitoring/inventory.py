"""What there is: the database, its schema, and how much is in each table."""

from dataclasses import dataclass, field

from linkwright.db.engine import Database
from linkwright.db.partitions import MONTHLY, default_rows
from linkwright.db.sizes import TableSize, database_bytes, table_sizes
from linkwright.migrations import SchemaKind, SchemaState, schema_state
from linkwright.models import Base


@dataclass(frozen=True, slots=True)
class Inventory:
    """A database, counted. Its URL is shown without a password."""

    dialect: str
    url: str
    schema: SchemaState
    bytes: int = 0
    tables: list[TableSize] = field(default_factory=list)
    waiting_for_a_month: dict[str, int] = field(default_factory=dict)


async def take_inventory(database: Database) -> Inventory:
    """Count a database. One whose schema is not at head is only named, not counted."""
    schema = await schema_state(database)
    url = database.url.render_as_string(hide_password=True).replace("+aiosqlite", "").replace("+asyncpg", "")
    if schema.kind is not SchemaKind.HEAD:
        return Inventory(database.dialect, url, schema)
    async with database.reading() as session:
        connection = await session.connection()
        return Inventory(
            database.dialect,
            url,
            schema,
            bytes=await database_bytes(connection),
            tables=await table_sizes(connection, sorted(Base.metadata.tables)),
            waiting_for_a_month={name: await default_rows(connection, name) for name in MONTHLY},
        )
