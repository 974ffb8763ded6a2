"""Indexes that nobody reads, that another one can stand for, and that are missing.

Each is said only where enough was seen to say it. What is missing is tried before it is advised, as far
as the database can be asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from linkwright.db.index_trials import create_index, would_use
from linkwright.db.index_usage import Index, indexes, row_estimates
from linkwright.db.plans import explain
from linkwright.monitoring.statements import Numbers

LARGE: Final = 10_000
"""Rows from which on it matters that a table is read from end to end."""

FREQUENT: Final = 100
"""Executions from which on it matters."""

ENOUGH: Final = 1_000
"""So often must a table's indexes have been read, before one of them that was not is called unused."""

_PROMISED: Final = "idx_"
_MOST_PLANS: Final = 500
_SCAN: Final = re.compile(
    r"^ *(?:SCAN (?P<lite>\w+)|(?:-> +)?(?:Parallel )?Seq Scan on (?P<pg>\w+)(?: (?P<alias>\w+))?)"
)
_CONDITION: Final = r"\b{name}\.(\w+) (=|IN \(|<=?|>=?|BETWEEN)"
_ORDER: Final = r"ORDER BY {name}\.(\w+)"


def kept(index: Index) -> bool:
    """Say whether the schema was asked for with this index by its name: it stays, needed or not."""
    return index.name.startswith(_PROMISED)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An index whose columns another one begins with. It can go, if nobody needs it to be small."""

    index: Index
    other: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A large table that a frequent statement reads from end to end, and the index that would help.

    `tried` says whether the database would use that index, and is None where it cannot be asked.
    """

    table: str
    rows: int
    count: int
    issuer: str
    sql: str
    columns: Sequence[str]
    tried: bool | None = None

    @property
    def making(self) -> str | None:
        """The statement that makes the index; None where the statement asks for every row."""
        return create_index(self.table, self.columns) if self.columns else None


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What can be said of the indexes."""

    number: int
    unused: Sequence[Index]
    duplicate: Sequence[Duplicate]
    missing: Sequence[Missing]


async def examine_indexes(connection: AsyncConnection, numbers: Numbers | None) -> IndexReport:
    """Look at the indexes of a database. Nothing must be open on the connection."""
    found, rows = await indexes(connection), await row_estimates(connection)
    await connection.rollback()
    plans = await _plans(connection, numbers or Numbers())
    if any(index.reads is None for index in found):
        reads = _reads_by_plans(plans)
        found = [index._replace(reads=reads[index.name]) for index in found]
    missing = [
        await _tried(connection, each)
        for each in _scans(plans, {n: r for n, r in rows.items() if r >= LARGE})
    ]
    # What would not be used is no advice.
    missing = [each for each in missing if each.tried is not False]
    return IndexReport(len(found), list(unused(found)), list(duplicates(found)), missing)


def unused(found: Sequence[Index]) -> Iterator[Index]:
    """Yield the indexes that are there to be read, and were not; a unique one is there to refuse."""
    by_table: Counter[str] = Counter()
    for index in found:
        by_table[index.table] += index.reads or 0
    for index in found:
        if not index.unique and not index.reads and by_table[index.table] >= ENOUGH:
            yield index


def duplicates(found: Sequence[Index]) -> Iterator[Duplicate]:
    """Yield the indexes that another one of their table, with the same condition, begins with."""
    for index in found:
        for other in found:
            begins = other.columns[: len(index.columns)] == index.columns
            same = (index.table, index.condition) == (other.table, other.condition)
            # Of two alike the one that comes later goes.
            longer = len(other.columns) > len(index.columns) or other.unique or other.name < index.name
            if index.name != other.name and not index.unique and begins and same and longer:
                yield Duplicate(index, other.name)
                break


@dataclass(frozen=True, slots=True)
class _Planned:
    sql: str
    issuer: str
    count: int
    lines: Sequence[str]


async def _plans(connection: AsyncConnection, numbers: Numbers) -> Sequence[_Planned]:
    by_count = sorted(numbers.statements.items(), key=lambda each: -each[1].times.count)[:_MOST_PLANS]
    known: dict[str, Sequence[str]] = {}
    found = []
    for asked, statement in by_count:
        if asked.sql not in known:
            known[asked.sql] = await explain(connection, asked.sql)
        found.append(_Planned(asked.sql, asked.issuer, statement.times.count, known[asked.sql]))
    return found


def _reads_by_plans(plans: Sequence[_Planned]) -> Counter[str]:
    reads: Counter[str] = Counter()
    for plan in plans:
        for line in plan.lines:
            used = re.search(r"USING (?:COVERING )?INDEX (\w+)", line)
            if used:
                reads[used[1]] += plan.count
    return reads


def _scans(plans: Sequence[_Planned], large: Mapping[str, int]) -> Iterator[Missing]:
    for plan in plans:
        if plan.count < FREQUENT:
            continue
        for line in plan.lines:
            scan = _SCAN.match(line)
            if scan is None:
                continue
            name = scan["lite"] or scan["alias"] or scan["pg"]
            table = scan["pg"] or _table_of(name, plan.sql)
            if table in large:
                columns = columns_for(plan.sql, name)
                yield Missing(table, large[table], plan.count, plan.issuer, plan.sql, columns)


def _table_of(name: str, sql: str) -> str:
    """Return the table that a statement calls `name`."""
    found = re.search(rf"\b(\w+) AS {name}\b", sql)
    return found[1] if found else name


def columns_for(sql: str, name: str) -> Sequence[str]:
    """Return the columns of an index that would answer: those that must be equal, then one in order.

    >>> columns_for("SELECT e.id FROM emails AS e WHERE e.sent_at >= ? AND e.status = ?", "e")
    ['status', 'sent_at']
    """
    equal: list[str] = []
    between: list[str] = re.findall(_ORDER.format(name=name), sql)
    for column, operator in re.findall(_CONDITION.format(name=name), sql):
        (equal if operator in {"=", "IN ("} else between).append(column)
    return list(dict.fromkeys([*equal, *[column for column in between if column not in equal][:1]]))


async def _tried(connection: AsyncConnection, missing: Missing) -> Missing:
    if not missing.columns:
        return missing
    return replace(missing, tried=await would_use(connection, missing.sql, missing.table, missing.columns))
