"""Plans that hold while the tables under them grow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import String, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

_SORTING: Final = text("SELECT set_config('enable_sort', :sorting, true)").bindparams(
    bindparam("sorting", type_=String)
)
_FORGET: Final = text("DISCARD PLANS")
_PLAN_ANEW: Final = text("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")


@asynccontextmanager
async def in_index_order(session: AsyncSession) -> AsyncIterator[None]:
    """Answer what is asked in the block, and wants an order, from the index that has this order.

    PostgreSQL takes a campaign of which it has no statistics yet, as any is while it is being brought in,
    for one row. Then every index that begins with the campaign looks as good as the one that has all that is
    asked for, it takes the smallest, and reads the whole campaign for each look-up: imports became quadratic,
    in a new database and in a new campaign beside large ones. What must not sort has one index left.
    SQLite counts the columns that an index can serve, and needs no telling.
    """
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    await session.execute(_SORTING, {"sorting": "off"})
    yield
    # Not after an error: the transaction is over then, and the setting with it.
    await session.execute(_SORTING, {"sorting": "on"})


async def forget_plans(connection: AsyncConnection) -> None:
    """Have PostgreSQL plan once more what it has planned, for the tables as they are now.

    For one long statement whose foreign keys lead to tables that no longer grow, this is enough, and three
    times as fast as planning for each row.
    """
    await connection.execute(_FORGET)


async def plan_anew(connection: AsyncConnection) -> None:
    """Have PostgreSQL plan each statement for its values, for the rest of the transaction.

    It keeps the plan of a statement that it was asked a few times; one made while the table was empty
    reads all of it for each look-up when it no longer is.
    """
    await connection.scalar(_PLAN_ANEW)
