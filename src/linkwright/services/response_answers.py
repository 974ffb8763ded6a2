"""A person answers: what follows for the prospect and for the template's record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from linkwright.clock import hours_between
from linkwright.db.rows import run
from linkwright.queries import responses
from linkwright.services.email_held import Held
from linkwright.vocabulary import OpportunityStatus

_ANSWERED_FROM = frozenset(
    {
        OpportunityStatus.CONTACTED.value,
        OpportunityStatus.NO_RESPONSE.value,
        OpportunityStatus.DECLINED.value,
        OpportunityStatus.EXPIRED.value,
    }
)


@dataclass(frozen=True, slots=True)
class Firsts:
    """When a person first answered the held email, and when any email to its prospect."""

    email: datetime | None
    opportunity: datetime | None


async def first_answers(held: Held) -> Firsts:
    """Return what the responses say."""
    of = {
        "campaign_id": held.campaign_id,
        "opportunity_id": held.opportunity_id,
        "email_id": held.email_id,
    }
    row = (await run(held.ctx.session, responses.FIRST_ANSWERS, of)).one()
    return Firsts(row.email, row.opportunity)


def note_answer(held: Held, before: Firsts, after: Firsts, at: datetime) -> None:
    """Note a human answer that has just been added.

    `responded_at` is the first one, not before `contacted_at`: clocks differ. The prospect's
    `response_time_hours` is the time between the two.
    """
    _note_template(held, before, after)
    contacted = held.opportunity_changes.get("contacted_at") or held.row.contacted_at
    known = held.row.responded_at
    if contacted and at < contacted and held.row.sent_at is None:
        # Nobody knows when the email left, so what stands there is only when we heard of it.
        contacted = held.opportunity_changes["contacted_at"] = at
    first = max(at, contacted) if contacted else at
    if known is None or first < known:
        held.responded = 1 if known is None else 0
        _set_response(held, contacted, first)
    if held.opportunity_status in _ANSWERED_FROM:
        held.move_opportunity(OpportunityStatus.RESPONDED.value, at=at)


def take_back_answer(held: Held, before: Firsts, after: Firsts, at: datetime, now: datetime) -> None:
    """Note that what had seemed a person's answer of `at` was none."""
    _note_template(held, before, after)
    contacted, known = held.row.contacted_at, held.row.responded_at
    counted = max(at, contacted) if contacted else at
    if known is None or known < counted:  # Another answer, or an import, had made it responded.
        return
    if after.opportunity is None:
        held.responded = -1
        held.opportunity_changes |= {"responded_at": None, "response_time_hours": None}
        if held.opportunity_status == OpportunityStatus.RESPONDED:
            held.move_opportunity(OpportunityStatus.CONTACTED.value, at=now, reason="no person had answered")
        return
    _set_response(held, contacted, max(after.opportunity, contacted) if contacted else after.opportunity)


def _set_response(held: Held, contacted: datetime | None, first: datetime) -> None:
    held.opportunity_changes["responded_at"] = first
    held.opportunity_changes["response_time_hours"] = hours_between(contacted, first) if contacted else None


def _note_template(held: Held, before: Firsts, after: Firsts) -> None:
    sent = held.email_changes.get("sent_at") or held.row.sent_at
    if sent is None or before.email == after.email:
        return
    was = hours_between(sent, before.email) if before.email else 0.0
    now = hours_between(sent, after.email) if after.email else 0.0
    answers = int(after.email is not None) - int(before.email is not None)
    held.template_answers = (answers, now - was)
