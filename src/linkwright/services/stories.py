"""Stories: why a prospect or a letter stands where it stands, as it is known now or was known then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from linkwright.errors import InvalidInput, NotFound
from linkwright.models.decisions import AIDecision, AIDecisionOutcome
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.events import EmailEvent
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.models.status_changes import StatusChange
from linkwright.queries import stories as queries
from linkwright.schemas.fields import LATEST
from linkwright.schemas.stories import Alternative, Entry, Outcome, Story
from linkwright.services.context import Context
from linkwright.services.email_rules import moment
from linkwright.services.emails import Emails
from linkwright.services.opportunities import Opportunities
from linkwright.services.retention_records import Gone, gone_of
from linkwright.vocabulary import (
    DataClass,
    DeciderKind,
    DecisionKind,
    EmailStatus,
    LifeKind,
    OpportunityStatus,
)

# What is told of a decision beside what was decided, by whom and out of what.
_FACTS: Final = (
    "reasoning",
    "confidence_raw",
    "confidence",
    "calibrator",
    "propensity_kind",
    "policy_version",
    "rng_seed",
    "provider_name",
    "request_model",
    "response_model",
    "prompt_name",
    "prompt_version",
    "rendered_prompt_digest",
    "input_tokens",
    "output_tokens",
    "cost",
    "price_source",
    "duration_ms",
    "error_type",
    "trace_id",
    "output",
    "context",
    "stripped_at",
)
_REMOVABLE: Final = (DataClass.EMAIL_BODIES, DataClass.RESPONSE_BODIES, DataClass.EVENTS)
# What happens at one moment is told in this order: the letter, what was decided, what moved.
_ORDER: Final = {"letter": 0, "answer": 1, "decision": 2, "event": 3, "move": 4}


class Stories:
    """Why things are as they are, inside one transaction that somebody else opened and will close."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def explain(
        self, kind: Literal["opportunity", "email"], identity: int, as_of: datetime | None = None
    ) -> Story:
        """Tell the whole story of a prospect or of one letter, in the order in which it happened.

        Every decision with its alternatives, how sure it was, what it cost and what came of it; every
        move and event; every letter and answer. With `as_of`, what was known at that moment: what was
        heard of later is left out, and an outcome that was corrected later is as it had been.

        Raises:
            InvalidInput: `kind` is neither, or `as_of` names no time zone or lies in the future.
            NotFound: there is no such thing for this owner.
        """
        if kind not in {"opportunity", "email"}:
            raise InvalidInput("kind", "must be one of: opportunity, email", kind)
        asked = moment(as_of, "as_of", self._ctx.now())
        # Who asks for no past time gets all there is, also where a clock has gone back since.
        now = LATEST if as_of is None else asked
        email = await Emails(self._ctx).get(identity) if kind == "email" else None
        page = await Opportunities(self._ctx).get(email.opportunity_id if email is not None else identity)
        if (email.created_at if email is not None else page.discovered_at) > now:
            raise NotFound(kind, identity)
        of = (page.campaign_id, page.id, None if email is None else email.id)
        session = self._ctx.session
        letters = (await session.scalars(queries.letters(*of))).all()
        answers = (await session.scalars(queries.answers(*of))).all()
        moves = [
            row
            for row in await session.scalars(queries.moves(*of))
            if max(row.changed_at, row.recorded_at or row.changed_at) <= now
        ]
        ever = (await session.scalars(queries.decisions(*of))).all()
        decided = [row for row in ever if row.decided_at <= now]
        sent = [letter.id for letter in letters]
        events = (await session.scalars(queries.events(page.campaign_id, sent))).all() if sent else []
        gone = await gone_of(session, page.campaign_id, *_REMOVABLE)
        entries = [
            *_letters(letters, gone, now),
            *_answers(answers, await self._heard(page.campaign_id, answers), ever, gone, now),
            *_events(events, now),
            *_moves(moves),
            *_decisions(decided, await self._outcomes(decided), now),
        ]
        return Story(
            kind=kind,
            id=identity,
            campaign_id=page.campaign_id,
            title=_title(page, email),
            status=_status(kind, identity, moves),
            as_of=asked,
            cost=sum(row.cost or 0.0 for row in decided),
            unpriced=sum(row.decided_by == DeciderKind.MODEL and row.cost is None for row in decided),
            entries=sorted(entries, key=_order),
        )

    async def _heard(
        self, campaign_id: str, answers: Sequence[BacklinkingResponse]
    ) -> Mapping[int, datetime]:
        """Return when answers were read from a mailbox, of those that were."""
        if not answers:
            return {}
        found = await self._ctx.session.execute(queries.heard(campaign_id, [row.id for row in answers]))
        return {id_: moment for id_, moment in found if id_ is not None}

    async def _outcomes(self, decided: Sequence[AIDecision]) -> Mapping[int, list[AIDecisionOutcome]]:
        found: dict[int, list[AIDecisionOutcome]] = defaultdict(list)
        if decided:
            statement = queries.outcomes(decided[0].user_id, [row.id for row in decided])
            for row in await self._ctx.session.scalars(statement):
                found[row.decision_id].append(row)
        return found


def _order(each: Entry) -> tuple[datetime, int, int]:
    """Return where an entry stands: at one moment a prospect was judged before its letter was written."""
    first = each.what == "decision" and each.about == "prospect"
    return each.at, -1 if first else _ORDER[each.what], each.id


def _title(page: BacklinkOpportunity, email: BacklinkingEmail | None) -> str:
    return (page.title or page.domain) if email is None else email.subject


def _status(kind: str, identity: int, moves: Iterable[StatusChange]) -> str:
    """Return the state of then: where the last move by then led. Every life begins without a word."""
    mine = [
        move.new_status
        for move in moves
        if move.kind == kind
        and identity == (move.email_id if kind == LifeKind.EMAIL else move.opportunity_id)
    ]
    beginning = OpportunityStatus.DISCOVERED if kind == LifeKind.OPPORTUNITY else EmailStatus.DRAFT
    return mine[-1] if mine else beginning.value


def _letters(letters: Iterable[BacklinkingEmail], gone: Gone, now: datetime) -> Iterator[Entry]:
    for row in letters:
        if row.created_at <= now:
            facts: dict[str, Any] = {
                "type": row.email_type,
                "to": row.to_email,
                "template": row.template_used,
            }
            if not row.body_html:
                facts["removed_at"] = gone.at(DataClass.EMAIL_BODIES, row.sent_at or row.created_at)
            facts["events_removed_at"] = gone.at(DataClass.EVENTS, row.sent_at)
            told = {name: value for name, value in facts.items() if value is not None}
            yield Entry(at=row.created_at, what="letter", id=row.id, text=row.subject, facts=told)


def _answers(
    answers: Iterable[BacklinkingResponse],
    heard: Mapping[int, datetime],
    ever: Sequence[AIDecision],
    gone: Gone,
    now: datetime,
) -> Iterator[Entry]:
    for row in answers:
        if max(row.received_at, heard.get(row.id, row.received_at)) <= now:
            facts: dict[str, Any] = {"type": _type_then(row, ever, now), "words": row.body_text}
            if not row.body_text and (at := gone.at(DataClass.RESPONSE_BODIES, row.received_at)):
                facts["removed_at"] = at
            about = f"email {row.email_id}"
            yield Entry(
                at=row.received_at,
                what="answer",
                id=row.id,
                text=row.subject,
                by=row.from_email,
                about=about,
                facts=facts,
            )


def _type_then(answer: BacklinkingResponse, ever: Sequence[AIDecision], now: datetime) -> str:
    """Return what an answer was taken for: what it was until somebody first read it otherwise since."""
    for row in ever:
        if row.kind == DecisionKind.CLASSIFY and row.response_id == answer.id and row.decided_at > now:
            before = (row.context or {}).get("before") or {}
            if "response_type" in before:
                return str(before["response_type"])
    return answer.response_type


def _events(events: Iterable[EmailEvent], now: datetime) -> Iterator[Entry]:
    for row in events:
        if row.recorded_at <= now:
            facts = {"agent": row.agent, "detail": row.detail, "recorded_at": row.recorded_at}
            yield Entry(
                at=row.occurred_at,
                what="event",
                id=row.id,
                text=row.kind,
                about=f"email {row.email_id}",
                facts={name: value for name, value in facts.items() if value is not None},
            )


def _moves(moves: Iterable[StatusChange]) -> Iterator[Entry]:
    for row in moves:
        way = row.new_status if row.old_status is None else f"{row.old_status} → {row.new_status}"
        about = f"email {row.email_id}" if row.email_id is not None else None
        facts = {} if row.reason is None else {"reason": row.reason}
        yield Entry(
            at=row.changed_at, what="move", id=row.id, text=way, by=row.actor, about=about, facts=facts
        )


def _decisions(
    decided: Iterable[AIDecision], outcomes: Mapping[int, Sequence[AIDecisionOutcome]], now: datetime
) -> Iterator[Entry]:
    for row in decided:
        facts = {name: value for name in _FACTS if (value := getattr(row, name)) is not None}
        if row.executed_at is not None and row.executed_at <= now:
            facts["executed_at"] = row.executed_at
            if row.executed_action != row.action:
                facts["executed_action"] = row.executed_action
        if row.response_id is not None:
            about = f"response {row.response_id}"
        else:
            about = f"email {row.email_id}" if row.email_id is not None else "prospect"
        yield Entry(
            at=row.decided_at,
            what="decision",
            id=row.id,
            text=" ".join(filter(None, (row.kind, row.factor))) + (f": {row.action}" if row.action else ""),
            by=f"{row.decided_by} ({row.decider})" if row.decider else row.decided_by,
            about=about,
            alternatives=_alternatives(row),
            outcomes=[told for each in outcomes.get(row.id, ()) if (told := _outcome(each, now)) is not None],
            facts=facts,
        )


def _alternatives(row: AIDecision) -> list[Alternative]:
    found = []
    for each in row.candidates or ():
        arm, p = (each.get("arm"), each.get("p")) if isinstance(each, dict) else (each, None)
        number = float(p) if isinstance(p, int | float) else None
        found.append(Alternative(arm=str(arm), p=number, chosen=str(arm) == row.action))
    return sorted(found, key=lambda each: -(each.p or 0.0))


def _outcome(row: AIDecisionOutcome, now: datetime) -> Outcome | None:
    if row.recorded_at <= now:
        return Outcome.model_validate({name: getattr(row, name) for name in Outcome.model_fields})
    if row.value_before is None or row.recorded_before is None or row.recorded_before > now:
        return None
    # It was corrected since; who had asked then was told the other.
    before: dict[str, Any] = {
        "name": row.name,
        "rule": row.rule,
        "value": row.value_before,
        "evidence": None,
        "occurred_at": row.occurred_before,
        "recorded_at": row.recorded_before,
        "late": False,
    }
    return Outcome.model_validate(before)
