"""Who was erased stays out: no prospect, letter or message brings them back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from linkwright.db.rows import run
from linkwright.errors import InvalidInput
from linkwright.models.users import User
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.traces import ERASED
from linkwright.queries import suppressions
from linkwright.services.context import Context
from linkwright.services.suppression_keys import address_hash
from linkwright.services.suppressions import Suppressions
from linkwright.vocabulary import SuppressionReason

# Looked for once in each run of such characters and no farther than an address is long: a cell of a
# megabyte of letters would otherwise be read a megabyte of times.
_LOCAL: Final = r"[\w.!#$%&'*+/=?^`{|}~-]"
_ADDRESS: Final = re.compile(rf"(?<!{_LOCAL}){_LOCAL}{{1,64}}@[\w.-]{{0,253}}\w")
_OF_PEOPLE: Final = ("contact_email", "to_email", "from_email", "from_address", "address")
_RULE: Final = "is of somebody who was erased; `linkwright suppress lift` says that they may come back"


def refused(field: str, *, row: int | None = None) -> InvalidInput:
    """Return the refusal of somebody who was erased. It does not say whom."""
    return InvalidInput(field, _RULE, row=row)


def require_kept(reason: str | None, field: str) -> None:
    """Refuse somebody whose suppression, if any, says that they were erased.

    Raises:
        InvalidInput: it does.
    """
    if reason == SuppressionReason.ERASURE:
        raise refused(field)


def erased_of(reasons: Mapping[str, str]) -> set[str]:
    """Return those of suppressed addresses whose people were erased."""
    return {address for address, reason in reasons.items() if reason == SuppressionReason.ERASURE}


async def untold(ctx: Context, user_id: int, refusals: Sequence[Refusal]) -> list[Refusal]:
    """Return refusals, which are written to a file, without the values that name somebody who was erased."""
    told = {place: _ADDRESS.findall(str(one.value)) for place, one in enumerate(refusals)}
    addresses = sorted({address for found in told.values() for address in found})
    if not addresses:
        return list(refusals)
    erased = erased_of(await Suppressions(ctx).standing(addresses, user_id=user_id))
    return [
        replace(one, value=ERASED) if erased.intersection(told[place]) else one
        for place, one in enumerate(refusals)
    ]


async def require_none_erased(
    ctx: Context, user_id: int, key: bytes, addresses: Mapping[str, Iterable[str | None]]
) -> None:
    """Refuse addresses, by the fields that they stand in, of which one is of somebody who was erased.

    Raises:
        InvalidInput: naming the field.
    """
    hashes = {
        address_hash(address, key, ctx.pepper): field
        for field, some in addresses.items()
        for address in some
        if address
    }
    if hashes:
        of = {"user_id": user_id, "hashes": sorted(hashes)}
        for row in await run(ctx.session, suppressions.STANDING, of):
            require_kept(row.reason, hashes[bytes(row.address_hash)])


async def require_rows_kept(ctx: Context, user: User, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse rows of a file that would bring back somebody who was erased: it is older than that.

    Raises:
        InvalidInput: naming the column.
    """
    people = {name: [row.get(name) for row in rows] for name in _OF_PEOPLE}
    await require_none_erased(ctx, user.id, bytes(user.address_key), people)
