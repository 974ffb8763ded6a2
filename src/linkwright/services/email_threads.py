"""An email's place in its prospect's thread: which email it follows, and as which touch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from linkwright.errors import Conflict, NotFound
from linkwright.queries.emails import FOLLOW_UPS
from linkwright.schemas.emails import EmailCreate, EmailSentElsewhere
from linkwright.services.email_rules import ARRIVED
from linkwright.vocabulary import SEQUENCE_TYPES, EmailType

Thread = Sequence[Row[Any]]


def place_in_thread(thread: Thread, draft: EmailCreate, values: dict[str, Any], prospect: Row[Any]) -> None:
    """Set the parent and the number of a new email that follows another.

    Raises:
        NotFound: the parent is no email to this prospect.
        Conflict: a follow-up's parent did not arrive, the person has answered, or there were enough.
    """
    is_follow_up = draft.email_type in FOLLOW_UPS
    if is_follow_up and prospect.responded_at is not None:
        raise Conflict("The person has answered: a follow-up would ignore that. Write a reply instead.")
    if draft.parent_email_id is None:
        parent = next((email for email in reversed(thread) if email.status in ARRIVED), None)
    else:
        parent = _named(thread, draft.parent_email_id)
    if is_follow_up:
        if parent is None or parent.status not in ARRIVED:
            state = "" if parent is None else f" (it is {parent.status})"
            raise Conflict(f"A follow-up needs its parent email sent or delivered{state}.")
        most = prospect.max_follow_ups or 0
        if sum(email.email_type in FOLLOW_UPS for email in thread) >= most:
            raise Conflict(f"The prospect already has the campaign's {most} follow-ups (max_follow_ups).")
        if draft.follow_up_number is None:
            values["follow_up_number"] = (parent.follow_up_number or 1) + 1
    if parent is not None:
        values["parent_email_id"] = parent.id


def place_in_history(thread: Thread, sent: EmailSentElsewhere, values: dict[str, Any]) -> None:
    """Set the type, the parent and the number of an email that was sent elsewhere, whatever came before it.

    Raises:
        NotFound: the parent is no email to this prospect.
    """
    touches = [email for email in thread if email.email_type in SEQUENCE_TYPES]
    if sent.email_type is None:
        first = all(email.email_type != EmailType.INITIAL for email in touches)
        values["email_type"] = EmailType.INITIAL.value if first else EmailType.FOLLOW_UP.value
    # Nobody knows what an email of unknown date came after.
    when = sent.sent_at
    earlier = [e for e in thread if when is not None and e.sent_at is not None and e.sent_at <= when]
    if sent.parent_email_id is not None:
        values["parent_email_id"] = _named(thread, sent.parent_email_id).id
    elif earlier and values["email_type"] != EmailType.INITIAL:
        values["parent_email_id"] = earlier[-1].id
    if sent.follow_up_number is None and values["email_type"] in FOLLOW_UPS:
        values["follow_up_number"] = max((email.follow_up_number or 1 for email in touches), default=0) + 1


def _named(thread: Thread, email_id: int) -> Row[Any]:
    for email in thread:
        if email.id == email_id:
            return email
    raise NotFound("parent email", email_id)
