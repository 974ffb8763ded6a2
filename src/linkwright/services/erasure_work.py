"""What erasing a person does to the database, and what is kept of its having been done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, Table

from linkwright.db.rows import detached, run
from linkwright.db.upsert import insert_or_skip
from linkwright.errors import Conflict, InvalidInput, NotFound
from linkwright.models.erasures import Erasure
from linkwright.parsing.addresses import parse_address
from linkwright.queries import erasure as queries
from linkwright.queries import suppressions
from linkwright.services.context import Context
from linkwright.services.erasure_finding import Found, find
from linkwright.services.erasure_rows import changes
from linkwright.services.ownership import require_same_user
from linkwright.services.retention_records import refuse_held
from linkwright.services.suppression_keys import address_hash
from linkwright.services.suppression_reach import Person, leave_alone, lock_reach
from linkwright.vocabulary import ArchiveState, SuppressionReason

LIVE: Final = "database"
"""What the records of the database are called where it is said what was removed."""

_AT_ONCE: Final = 500
_MOST_NAMES: Final = 100


async def erase_knowing(
    ctx: Context, user_id: int, address: str, known: Mapping[str, Any], *, goes_on: bool = False
) -> Erasure:
    """Erase as `erase` does, with what archives say of the person: `names`, `also`, `digests`; and `files`.

    With `goes_on`, the rest of the work comes next, and what it needs to know is kept until it is done.
    """
    address, person = await person_of(ctx, user_id, address)
    await refuse_held(ctx, user_id=user_id)
    row = await _begin(ctx, person)
    known = together(known, row["pending"] or {})
    await _require_still(ctx, user_id)
    found = await find(ctx.session, user_id, address, known)
    await run(ctx.session, queries.campaigns_held(user_id))
    await _leave_alone(ctx, person, found)
    removed: Counter[str] = Counter()
    for table, keys in found.rows.items():
        if number := await _clean(ctx, table, sorted(keys), found):
            removed[f"{table.name}"] += number  # The name itself is of a class that JSON refuses.
    if digests := found.contents:
        result = await run(ctx.session, queries.delete_contents(user_id, digests))
        if result.rowcount:
            removed["ai_contents"] += result.rowcount
    left = (await run(ctx.session, queries.archives_in(user_id, ArchiveState.DONE))).first()
    if goes_on or (left is not None and (removed or row["finished_at"] is None)):
        more = {"names": sorted(found.own.names), "digests": sorted(found.contents)}
        pending = {**(row["pending"] or {}), **known, **more}
    else:
        pending = None
    return await note(ctx, row["id"], LIVE, removed, pending=pending)


async def note(
    ctx: Context,
    erasure_id: int,
    place: str,
    removed: Mapping[str, int],
    *,
    pending: Mapping[str, Any] | None,
) -> Erasure:
    """Add what was removed from a place; with nothing `pending`, the erasure is finished."""
    statement = queries.ERASURE.select().where(queries.ERASURE.c.id == erasure_id)
    row = (await run(ctx.session, statement)).mappings().one()
    all_of_it = {**row["removed"]}
    if removed:
        all_of_it[place] = dict(sorted((Counter(all_of_it.get(place, {})) + Counter(removed)).items()))
    values = {
        "key": erasure_id,
        "removed": all_of_it,
        "pending": pending,
        "finished_at": row["finished_at"] or (ctx.now() if pending is None else None),
    }
    changed = await run(ctx.session, queries.CHANGE_ERASURE, values)
    return detached(Erasure, changed.mappings().one())


async def person_of(ctx: Context, user_id: int, address: str) -> tuple[str, Person]:
    """Return a checked address, and the person behind it as a user's suppressions know them.

    Raises:
        InvalidInput: the address is none, or the user's own.
        NotFound: there is no such user for this caller.
    """
    require_same_user(ctx, user_id)
    checked = parse_address(address, field="address")
    if (await run(ctx.session, queries.is_user(user_id, checked))).first() is not None:
        raise InvalidInput("address", "is the user's own, which stands in everything that they sent")
    key = (await run(ctx.session, suppressions.KEY_OF_USER, {"user_id": user_id})).scalar()
    if key is None:
        raise NotFound("user", user_id)
    return checked, Person(user_id, bytes(key), checked)


async def _begin(ctx: Context, person: Person) -> RowMapping:
    hashed = address_hash(person.address, person.key, ctx.pepper)
    new = {
        "user_id": person.user_id,
        "address_hash": hashed,
        "asked_at": ctx.now(),
        "removed": {},
    }
    await run(ctx.session, insert_or_skip(queries.ERASURE), new)
    return (await run(ctx.session, queries.erasure(person.user_id, hashed))).mappings().one()


async def _require_still(ctx: Context, user_id: int) -> None:
    moving = queries.archives_in(user_id, ArchiveState.WRITING, ArchiveState.DELETING)
    if (row := (await run(ctx.session, moving)).first()) is not None:
        raise Conflict(
            f"Campaign {row.campaign_id} is being archived; erase when it is done, or when "
            "`linkwright archive run` has ended what was broken off."
        )


async def _leave_alone(ctx: Context, person: Person, found: Found) -> None:
    people = [Person(person.user_id, person.key, each) for each in found.spellings]
    campaigns = await lock_reach(ctx, None, *people)
    for each in people:
        await leave_alone(ctx, each, SuppressionReason.ERASURE, campaigns, at=ctx.now())
    hashed = address_hash(person.address, person.key, ctx.pepper)
    statement = queries.forget_suppressed(person.user_id, hashed, SuppressionReason.ERASURE.value)
    await run(ctx.session, statement)


async def _clean(ctx: Context, table: Table, keys: Sequence[tuple[Any, ...]], found: Found) -> int:
    """Change rows as they are now, and held: they may have moved since they were found."""
    number = 0
    for start in range(0, len(keys), _AT_ONCE):
        asked = queries.again(table, keys[start : start + _AT_ONCE])
        for row in (await run(ctx.session, asked)).mappings().all():
            new = changes(table, row, found.traces, found.own)
            if new:
                await run(ctx.session, queries.change(table, queries.key_of(table, row), new))
                number += 1
    return number


def together(*known: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return all that is known of a person, each text once.

    Raises:
        InvalidInput: a text is empty or none, or there are too many.
    """
    found: dict[str, set[str]] = {"names": set(), "also": set(), "digests": set(), "files": set()}
    for one in known:
        for name, texts in found.items():
            more: Iterable[Any] = one.get(name, ())
            texts.update(_text(name, text) for text in more)
            if len(texts) > _MOST_NAMES and name in {"names", "also"}:
                raise InvalidInput(name, f"must be at most {_MOST_NAMES}")
    return {name: sorted(texts) for name, texts in found.items()}


def as_plain(row: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    """Return a row as a dict that JSON takes: the names of columns are of a class that it refuses."""
    return {f"{name}": value for name, value in row.items()}


def _text(name: str, text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(name, "must be texts that are not empty", text)
    return text.strip()
