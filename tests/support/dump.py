"""Everything that is in a database, to compare two states of one or the same state of two."""

from __future__ import annotations

import re
from typing import Any

import orjson
from sqlalchemy import select

from linkwright.db.base import Base
from linkwright.db.engine import Database

Dump = dict[str, list[dict[str, Any]]]

# What no two databases share: the ids of campaigns, our own Message-IDs, the keys that hash addresses.
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SECRET = frozenset({"address_key", "address_hash"})
_IDS = frozenset({"seen"})  # how far a roll-up has seen, in ids
# An outcome names what proves it by its id: "response:12".
_PROVED_BY = {
    "decision": "ai_decisions",
    "response": "backlinking_responses",
    "email": "backlinking_emails",
    "opportunity": "backlinking_opportunities",
    "event": "email_events",
}


async def dump(database: Database) -> Dump:
    """Return every row of every table, in the order of its key."""
    rows: Dump = {}
    async with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            statement = select(table).order_by(*table.primary_key.columns)
            rows[table.name] = [dict(row) for row in (await session.execute(statement)).mappings()]
    return rows


async def likeness(database: Database) -> Dump:
    """Return `dump` without what no two databases share.

    Row ids are replaced by their rank, because a rolled-back insert uses one up on PostgreSQL.
    """
    rows = await dump(database)
    ranks = {
        name: {row["id"]: rank for rank, row in enumerate(of_table, start=1)}
        for name, of_table in rows.items()
        if of_table and "id" in of_table[0]
    }
    return {
        name: sorted((_alike(name, row, ranks) for row in of_table), key=orjson.dumps)
        for name, of_table in rows.items()
    }


def _alike(name: str, row: dict[str, Any], ranks: dict[str, dict[Any, int]]) -> dict[str, Any]:
    like = {key: _plain(value) for key, value in row.items() if key not in _SECRET | _IDS}
    if isinstance(row.get("id"), int):
        like["id"] = ranks[name][row["id"]]
    for foreign in Base.metadata.tables[name].foreign_keys:
        key, parent = foreign.parent.name, foreign.column.table.name
        if foreign.column.name == "id" and isinstance(row[key], int):
            like[key] = ranks[parent][row[key]]
    if name == "analytics_shares" and row["opportunity_id"]:  # 0 stands for the campaign.
        like["opportunity_id"] = ranks["backlinking_opportunities"].get(row["opportunity_id"])
    kind, _, identity = str(row.get("evidence") or "").partition(":")
    if name == "ai_decision_outcomes" and kind in _PROVED_BY and identity.isdecimal():
        like["evidence"] = f"{kind}:{ranks[_PROVED_BY[kind]].get(int(identity))}"
    return like


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it, its UUIDs all alike."""
    if isinstance(value, bytes):
        return value.hex()
    return orjson.loads(_UUID.sub("uuid", orjson.dumps(value).decode()))
