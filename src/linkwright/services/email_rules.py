"""Rules that more than one verb on emails asks: may this be written, who may approve, when was it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Row

from linkwright.db.rows import run
from linkwright.errors import Conflict, InvalidInput, Suppressed
from linkwright.queries import emails
from linkwright.queries.emails import FOLLOW_UPS
from linkwright.schemas.fields import Moment
from linkwright.services.context import Context
from linkwright.services.email_held import Held
from linkwright.services.same_person import first_letter_to, has_answered
from linkwright.vocabulary import CampaignStatus, EmailStatus, EmailType, OpportunityStatus

ARRIVED: Final = frozenset({EmailStatus.SENT.value, EmailStatus.DELIVERED.value})
_CLOSED_CAMPAIGNS: Final = frozenset({CampaignStatus.CANCELLED.value, CampaignStatus.ARCHIVED.value})
_CLOSED_PROSPECTS: Final = frozenset(
    {OpportunityStatus.REJECTED.value, OpportunityStatus.EXPIRED.value, OpportunityStatus.DECLINED.value}
)
_PLACED: Final = frozenset({OpportunityStatus.PUBLISHED.value, OpportunityStatus.LINK_LOST.value})
_APPROVER: Final = re.compile(r"(user|policy):\S.*")
_CLOCK_SKEW: Final = timedelta(days=1)
_MOMENT: Final[TypeAdapter[datetime]] = TypeAdapter(Moment)


def moment(value: datetime | str | None, field: str, now: datetime) -> datetime:
    """Return when something happened; nothing said means now.

    Raises:
        InvalidInput: it names no time zone, or lies in the future by more than clocks differ.
    """
    if value is None:
        return now
    try:
        found = _MOMENT.validate_python(value)
    except ValidationError as error:
        raise InvalidInput(field, str(error.errors()[0]["ctx"]["error"]), value) from None
    if found > now + _CLOCK_SKEW:
        raise InvalidInput(field, "must not lie in the future", value)
    return found


def approver(ctx: Context, by: str | None) -> str:
    """Return who approves: a person or a policy, never a model.

    Raises:
        InvalidInput: nobody was named.
    """
    who = by if by is not None else ctx.actor
    if by is None and not _APPROVER.fullmatch(who) and ctx.owner is not None:
        who = f"user:{ctx.owner}"
    if not _APPROVER.fullmatch(who) or len(who) > 100:  # noqa: PLR2004  (status_changes.actor)
        raise InvalidInput("by", "must name a person (user:7) or a policy (policy:name)", who)
    return who


def require_open(row: Row[Any]) -> None:
    """Refuse a new email where the campaign or the prospect is closed.

    Raises:
        Conflict: naming which, and its state.
    """
    if row.campaign_status in _CLOSED_CAMPAIGNS:
        raise Conflict(
            f"Campaign {row.campaign_id} is {row.campaign_status}; no email can be written for it."
        )
    if row.opportunity_status in _CLOSED_PROSPECTS:
        raise Conflict(
            f"Opportunity {row.opportunity_id} is {row.opportunity_status}; qualify it again before writing."
        )


async def require_policy(held: Held) -> None:
    """Refuse to queue what a claim would only block.

    Raises:
        Suppressed: the person may not be contacted.
        Conflict: a follow-up's parent did not arrive, or the person has answered; or another prospect's
            first letter goes to the same person.
    """
    person = {"user_id": held.user_id, "address_hash": held.hash_of(held.row.to_email)}
    session = held.ctx.session
    if (reason := (await run(session, emails.SUPPRESSED, person)).scalar()) is not None:
        raise Suppressed(reason)
    parent = None
    if held.row.email_type in emails.FOLLOW_UPS and held.row.parent_email_id is not None:
        of = {"campaign_id": held.campaign_id, "email_id": held.row.parent_email_id}
        parent = (await run(session, emails.PARENT, of)).first()
    status, since = (parent.status, parent.since) if parent is not None else (None, None)
    judged = Judged(held.opportunity_status, held.row.email_type, held.row.responded_at, status)
    letter = Letter(
        held.email_id,
        held.campaign_id,
        held.opportunity_id,
        held.row.to_email,
        held.row.email_type,
        since,
    )
    problem = objection(judged, None) or await objection_elsewhere(held.ctx, held.user_id, letter)
    if problem is not None:
        raise Conflict(f"Email {held.email_id} cannot be queued: {problem}.")


class Letter(NamedTuple):
    """An email that is about to leave, and since when an answer counts as one to its sequence."""

    id: int
    campaign_id: str
    opportunity_id: int
    to_email: str
    email_type: str
    parent_since: datetime | None


async def objection_elsewhere(ctx: Context, user_id: int, letter: Row[Any] | Letter) -> str | None:
    """Return why a letter may not leave for what the person got, or said, about another prospect."""
    if letter.email_type == EmailType.INITIAL:
        other = await first_letter_to(
            ctx, letter.campaign_id, letter.opportunity_id, letter.to_email, email_id=letter.id
        )
        if other is not None:
            return f"email {other} is the first letter to the same person, about another prospect"
    elif (
        letter.email_type in FOLLOW_UPS
        and letter.parent_since is not None
        and await has_answered(ctx, user_id, letter.to_email, letter.parent_since)
    ):
        return "the person has answered, about another prospect"
    return None


@dataclass(frozen=True, slots=True)
class Judged:
    """What policy looks at before an email may leave."""

    opportunity_status: str
    email_type: str
    responded_at: datetime | None
    parent_status: str | None


def objection(row: Row[Any] | Judged, suppressed: str | None) -> str | None:
    """Return why a queued email may not leave, or None. `row` has the prospect's and the parent's state."""
    if suppressed is not None:
        return f"suppressed: {suppressed}"
    if row.opportunity_status == OpportunityStatus.SUPPRESSED:
        return "the prospect is suppressed"
    if row.opportunity_status in _CLOSED_PROSPECTS:
        return f"the prospect is {row.opportunity_status}"
    if row.email_type in FOLLOW_UPS:
        if row.opportunity_status in _PLACED:
            return "the link has been placed"
        if row.responded_at is not None:
            return "the person has answered"
        if row.parent_status not in ARRIVED:
            return "the email it follows did not arrive"
    return None
