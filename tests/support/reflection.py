"""What a database says about its own schema, in words that both databases share."""

import re
from typing import Any, NamedTuple

from sqlalchemy import Connection, Inspector, inspect, text

from linkwright.db.engine import Database

KINDS = {
    "TIMESTAMP": "DATETIME",
    "DOUBLE PRECISION": "REAL",
    "JSONB": "JSON",
    "BYTEA": "BLOB",
}


class FoundColumn(NamedTuple):
    name: str
    kind: str
    nullable: bool
    default: str | None


class FoundForeignKey(NamedTuple):
    name: str | None
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    on_delete: str | None


class FoundIndex(NamedTuple):
    columns: tuple[str | None, ...]
    unique: bool
    condition: str | None


class FoundTable(NamedTuple):
    columns: tuple[FoundColumn, ...]
    key: tuple[str, ...]
    foreign_keys: frozenset[FoundForeignKey]
    uniques: dict[str | None, tuple[str, ...]]
    checks: dict[str | None, str]
    indexes: dict[str | None, FoundIndex]


Found = dict[str, FoundTable]


async def reflect(url: str) -> Found:
    """Read every table of a database, PostgreSQL's partitions left out."""
    database = Database(url)
    try:
        async with database.reading() as session:
            return await (await session.connection()).run_sync(read)
    finally:
        await database.close()


def read(connection: Connection) -> Found:
    inspector = inspect(connection)
    partitions: set[str] = set()
    if connection.dialect.name == "postgresql":
        partitions = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition")))
    return {name: _table(inspector, name) for name in inspector.get_table_names() if name not in partitions}


def _table(inspector: Inspector, name: str) -> FoundTable:
    uniques = {each["name"]: tuple(each["column_names"]) for each in inspector.get_unique_constraints(name)}
    return FoundTable(
        columns=tuple(_column(inspector, each) for each in inspector.get_columns(name)),
        key=tuple(inspector.get_pk_constraint(name)["constrained_columns"]),
        foreign_keys=frozenset(
            FoundForeignKey(
                each["name"],
                tuple(each["constrained_columns"]),
                each["referred_table"],
                tuple(each["referred_columns"]),
                each["options"].get("ondelete"),
            )
            for each in inspector.get_foreign_keys(name)
        ),
        uniques=uniques,
        checks={each["name"]: each["sqltext"] for each in inspector.get_check_constraints(name)},
        indexes={
            each["name"]: FoundIndex(tuple(each["column_names"]), bool(each["unique"]), _condition(each))
            for each in inspector.get_indexes(name)
            if each["name"] not in uniques
        },
    )


def _column(inspector: Inspector, column: Any) -> FoundColumn:
    kind = column["type"].compile(inspector.bind.dialect)
    kind = re.sub(r" WITH(OUT)? TIME ZONE", "", kind)
    return FoundColumn(column["name"], KINDS.get(kind, kind), column["nullable"], column["default"])


def _condition(index: Any) -> str | None:
    found = [str(value) for key, value in index.get("dialect_options", {}).items() if key.endswith("_where")]
    return found[0] if found else None
