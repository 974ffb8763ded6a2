"""One answer told twice, by a mailbox and by another tool's file; and two mails under one Message-ID.

Another tool's file seldom has the text of an answer and never its Message-ID, a mailbox has both. What
decides is who wrote, to which prospect's letter, when, and the words where both know them. A no is never
taken for another answer: what it does, it must do.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy import RowMapping

from linkwright.db.rows import run
from linkwright.parsing.addresses import address_key
from linkwright.parsing.mail import cut_quoted
from linkwright.queries import responses
from linkwright.schemas.responses import ResponseCreate
from linkwright.services.email_held import Held
from linkwright.vocabulary import ResponseType

_SAME_DAY: Final = timedelta(days=1)
_SAME_HOUR: Final = timedelta(hours=1)
"""So far may two tools' clocks, or a pause between two looks into the mailbox, put the same answer apart."""

_NO: Final = frozenset(
    {ResponseType.UNSUBSCRIBE.value, ResponseType.COMPLAINT.value, ResponseType.BOUNCE.value}
)
_ANSWERING: Final = re.compile(r"^(?:\s*(?:re|aw|sv|antw|fwd?)\s*:)+", re.IGNORECASE)


class Source(Enum):
    """Who tells of an answer."""

    CALLER = auto()
    MAIL = auto()
    FILE = auto()


async def known_answer(
    held: Held, new: ResponseCreate, at: datetime, source: Source
) -> tuple[RowMapping | None, ResponseCreate]:
    """Return the response that is there for an answer, if there is one, and the answer as it may be added.

    To be called while the email is held: two files that tell of one answer may be read at the same time.
    """
    row = await _by_id(held, new)
    if row is not None:
        if source is not Source.MAIL or not row["by_mail"] or _says_the_same(row, new):
            return row, new
        # Some broken senders give all their mail the same id. It stays with the first.
        new = new.model_copy(update={"message_id": None})
    if source is not Source.CALLER:
        of = {"campaign_id": held.campaign_id, "opportunity_id": held.opportunity_id}
        between = {"since": at - _SAME_DAY, "until": at + _SAME_DAY}
        statement = responses.TOLD_BY_MAIL if source is Source.FILE else responses.TOLD_OTHERWISE
        for told in (await run(held.ctx.session, statement, {**of, **between})).mappings():
            if _is_the_same(told, new, at):
                return told, new
    return None, new


def fuller(known: RowMapping, new: ResponseCreate) -> dict[str, Any]:
    """Return what a mail adds to an answer that was told of without its words."""
    if known["body_text"]:
        return {}
    told = {"body_text": new.body_text, "body_html": new.body_html, "in_reply_to": new.in_reply_to}
    told["subject"] = known["subject"] or new.subject
    return {name: value for name, value in told.items() if value and value != known[name]}


async def _by_id(held: Held, new: ResponseCreate) -> RowMapping | None:
    if new.message_id is None:
        return None
    of = {"campaign_id": held.campaign_id, "message_id": new.message_id}
    return (await run(held.ctx.session, responses.BY_MESSAGE_ID, of)).mappings().first()


def _says_the_same(row: RowMapping, new: ResponseCreate) -> bool:
    return _one_mailbox(row, new) and _words(row["body_text"]) == _words(new.body_text)


def _is_the_same(row: RowMapping, new: ResponseCreate, at: datetime) -> bool:
    if not _one_mailbox(row, new):
        return False
    if row["response_type"] != new.response_type and _NO & {row["response_type"], new.response_type}:
        return False
    one, other = _words(row["body_text"]), _words(new.body_text)
    if one and other:
        return one == other
    return abs(row["received_at"] - at) <= _SAME_HOUR and _topic(row["subject"]) == _topic(new.subject)


def _one_mailbox(row: RowMapping, new: ResponseCreate) -> bool:
    return address_key(row["from_email"]) == address_key(new.from_email)


def _words(text: str) -> str:
    return " ".join(cut_quoted(text).split()).casefold()


def _topic(subject: str) -> str:
    return " ".join(_ANSWERING.sub("", subject).split()).casefold()
