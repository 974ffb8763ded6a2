"""Matching: to which of a user's emails a received message belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from linkwright.db.rows import run
from linkwright.parsing.addresses import address_key
from linkwright.parsing.freemail import FREEMAIL
from linkwright.parsing.urls import registered_domain
from linkwright.queries import inbound
from linkwright.schemas.inbound import InboundCreate
from linkwright.schemas.mail_fields import spellings
from linkwright.services.context import Context
from linkwright.vocabulary import MatchMethod, ResponseType

_CLOCK_SKEW: Final = timedelta(hours=1)
_NEWEST_REFERENCES: Final = 200
_LATEST: Final = timedelta(days=1)
_REPORTS: Final = frozenset({ResponseType.BOUNCE.value, ResponseType.COMPLAINT.value})


@dataclass(frozen=True, slots=True)
class Match:
    """The email a message belongs to, and how that was found."""

    email_id: int
    campaign_id: str
    opportunity_id: int
    to_email: str
    method: MatchMethod


async def match(ctx: Context, user_id: int, message: InboundCreate) -> Match | None:
    """Find the email that a message belongs to, or None.

    The message's own words first: In-Reply-To, then References from the newest back, then the
    mail that a delivery report is about. Then the address: who wrote is somebody we wrote to last; then
    the sender's own domain is a prospect's site. A free mail service's domain says nothing.

    A report of a machine (a bounce, a complaint) must name a mail of ours by its id, which only those know
    who saw it. Anybody can write a report that only names an address: that is for a person to believe.
    """
    found = await _by_ids(ctx, user_id, message)
    if found is not None or message.bounced_recipient or message.response_type in _REPORTS:
        return found
    return await _by_sender(ctx, user_id, message)


async def _by_ids(ctx: Context, user_id: int, message: InboundCreate) -> Match | None:
    asked: list[tuple[MatchMethod, str]] = []
    if message.in_reply_to:
        asked.append((MatchMethod.IN_REPLY_TO, message.in_reply_to))
    newest = list(reversed(message.references))[:_NEWEST_REFERENCES]
    asked += [(MatchMethod.REFERENCES, reference) for reference in newest]
    if message.bounced_message_id:
        asked.append((MatchMethod.BOUNCED_MESSAGE, message.bounced_message_id))
    keys = list(dict.fromkeys(form for _, asked_id in asked for form in spellings(asked_id)))
    if not keys:
        return None
    rows = (await run(ctx.session, inbound.BY_MESSAGE_IDS, {"user_id": user_id, "keys": keys})).all()
    # Oldest first, so that of two campaigns holding one mail the newer one stays.
    by_id = {row.message_id: row for row in reversed(rows)}
    for method, asked_id in asked:
        for form in spellings(asked_id):
            if form in by_id:
                return _as_match(by_id[form], method)
    return None


async def _by_sender(ctx: Context, user_id: int, message: InboundCreate) -> Match | None:
    sender = message.from_address
    if not sender or "@" not in sender:
        return None
    came = message.received_at or message.sent_at
    latest = (came or ctx.now() + _LATEST) + _CLOCK_SKEW
    forms = sorted({sender, sender.lower(), address_key(sender)})
    row = await _newest(ctx, inbound.BY_ADDRESS, user_id, forms, latest)
    if row is None:
        host = sender.rpartition("@")[2].lower().rstrip(".")
        if host and host not in FREEMAIL:
            row = await _newest(ctx, inbound.BY_DOMAIN, user_id, _sites(host), latest)
    return _as_match(row, MatchMethod.ADDRESS) if row is not None else None


async def _newest(
    ctx: Context, statement: Any, user_id: int, keys: Sequence[str], latest: datetime
) -> Row[Any] | None:
    of = {"user_id": user_id, "keys": list(keys), "latest": latest}
    found: Row[Any] | None = (await run(ctx.session, statement, of)).first()
    return found


def _sites(host: str) -> list[str]:
    registered = registered_domain(host)
    return sorted({host, registered} - FREEMAIL)


def _as_match(row: Row[Any], method: MatchMethod) -> Match:
    return Match(row.id, row.campaign_id, row.opportunity_id, row.to_email, method)
