"""What a check is: a question about a whole table whose answer is the rows that are wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Executable, Float, Select, Subquery, Table, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.rows import run

SHOWN: Final = 20
"""Rows of one fault that are named; the rest are counted."""

REPAIR: Final = "`linkwright doctor --repair` writes what was recounted."


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be so.

    `faults` selects the rows for which it is not: the first column says which row, the others
    what is wrong with it. `repair` is there for derived values alone: facts are not guessed.
    """

    name: str
    problem: str
    way_out: str
    faults: Select[Any]
    repair: tuple[Executable, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One faulty row."""

    id: object
    details: Mapping[str, object]

    def __str__(self) -> str:
        return f"{self.id}: " + ", ".join(f"{name} {_shown(value)}" for name, value in self.details.items())


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not so, with the rows it is not so for. `number` counts them all."""

    check: str
    problem: str
    way_out: str
    number: int
    rows: Sequence[Row]
    derived: bool = False


async def ask(session: AsyncSession, check: Check, *, shown: int = SHOWN) -> Fault | None:
    """Run a check; return what is wrong, or None."""
    result = await run(session, check.faults.limit(shown + 1))
    found = result.mappings().all()
    if not found:
        return None
    number = len(found)
    if number > shown:
        everything = select(func.count()).select_from(check.faults.order_by(None).subquery())
        number = (await run(session, everything)).scalar_one()
    rows = []
    for each in found[:shown]:
        identity, *details = ((str(name), value) for name, value in each.items())
        rows.append(Row(identity[1], dict(details)))
    return Fault(check.name, check.problem, check.way_out, number, rows, derived=bool(check.repair))


def derived(
    table: Table, column: str, recounted: Subquery, problem: str, *, tolerance: float = 1e-9
) -> Check:
    """Return the check that a stored number is the recounted one, and the repair that makes it so."""
    stored, counted = table.c[column], recounted.c[column]
    same_row = table.c.id == recounted.c.id
    wrong = _differs(stored, counted, tolerance)
    return Check(
        name=f"{table.name}.{column}",
        problem=problem,
        way_out=REPAIR,
        faults=select(table.c.id, stored.label("stored"), counted.label("recounted"))
        .join(recounted, same_row)
        .where(wrong)
        .order_by(table.c.id),
        repair=(update(table).values({column: counted}).where(same_row, wrong),),
    )


def _differs(
    stored: ColumnElement[Any], counted: ColumnElement[Any], tolerance: float
) -> ColumnElement[bool]:
    if not isinstance(stored.type, Float):
        # An older row may have NULL where nothing was counted yet.
        return func.coalesce(stored, 0) != counted
    # Sums of floats depend on their order, so nearly the same is the same.
    scale = func.abs(counted) * tolerance + tolerance
    return or_(stored.is_(None) != counted.is_(None), func.abs(stored - counted) > scale)


def _shown(value: object) -> str:
    match value:
        case None:
            return "empty"
        case datetime():
            return value.isoformat(" ", "seconds")
        case float():
            return f"{value:.6g}"
        case _:
            return str(value)
