"""Messages that belonged to nothing, looked at again: the mail they answer may be known by now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, Select

from linkwright.db.rows import run
from linkwright.parsing.addresses import address_key
from linkwright.parsing.freemail import FREEMAIL
from linkwright.parsing.urls import registered_domain
from linkwright.queries import imported
from linkwright.schemas.mail_fields import spellings
from linkwright.services.context import Context
from linkwright.services.inbound import Inbound

_PAGE: Final = 500
_KEYS_AT_ONCE: Final = 10_000
_NEWEST_REFERENCES: Final = 200


async def match_again(ctx: Context, user_id: int) -> int:
    """Match a user's unmatched messages against what was sent; return how many found their mail.

    Most of a mailbox has nothing to do with outreach, so three statements for each page of messages
    find out which of them are worth a closer look.
    """
    matched, after = 0, 0
    while True:
        of = {"user_id": user_id, "after": after, "limit": _PAGE}
        rows = (await run(ctx.session, imported.UNMATCHED, of)).mappings().all()
        if not rows:
            return matched
        after = rows[-1]["id"]
        for row in await _worth_a_look(ctx, user_id, rows):
            matched += await Inbound(ctx).match_stored(dict(row))


async def _worth_a_look(ctx: Context, user_id: int, rows: Sequence[RowMapping]) -> list[RowMapping]:
    ids = [_ids(row) for row in rows]
    senders = [_senders(row) for row in rows]
    hosts = [_hosts(row) for row in rows]
    known = {
        *await _known(ctx, user_id, imported.KNOWN_MESSAGE_IDS, ids),
        *await _known(ctx, user_id, imported.KNOWN_RECIPIENTS, senders),
        *await _known(ctx, user_id, imported.KNOWN_DOMAINS, hosts),
    }
    return [
        row
        for row, *keys in zip(rows, ids, senders, hosts, strict=True)
        if any(not known.isdisjoint(some) for some in keys)
    ]


async def _known(
    ctx: Context, user_id: int, statement: Select[Any], keys: Iterable[Iterable[str]]
) -> set[str]:
    asked = sorted({key for some in keys for key in some})
    found: set[str] = set()
    for start in range(0, len(asked), _KEYS_AT_ONCE):
        of = {"user_id": user_id, "keys": asked[start : start + _KEYS_AT_ONCE]}
        found.update((await run(ctx.session, statement, of)).scalars())
    return found


def _ids(row: RowMapping) -> set[str]:
    references = list(row["references"] or [])[-_NEWEST_REFERENCES:]
    named = [row["in_reply_to"], _report(row).get("original_message_id"), *references]
    return {form for name in named if isinstance(name, str) for form in spellings(name)}


def _report(row: RowMapping) -> dict[str, Any]:
    """Return what a delivery report or a complaint says of the mail it is about."""
    reading = row["reading"] or {}
    report = reading.get("bounce") or reading.get("complaint")
    return report if isinstance(report, dict) else {}


def _people(row: RowMapping) -> list[str]:
    recipients = _report(row).get("recipients") or []
    named = [row["from_address"], *(recipients if isinstance(recipients, list) else [])]
    return [name for name in named if isinstance(name, str) and "@" in name]


def _senders(row: RowMapping) -> set[str]:
    return {form for name in _people(row) for form in (name, name.lower(), address_key(name))}


def _hosts(row: RowMapping) -> set[str]:
    hosts = {name.rpartition("@")[2].lower().rstrip(".") for name in _people(row)} - FREEMAIL - {""}
    return {form for host in hosts for form in (host, registered_domain(host))} - FREEMAIL
