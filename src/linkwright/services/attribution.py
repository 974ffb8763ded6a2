"""Attribution: what came of decisions, written down as soon as it is known, and once.

The same judgement is made where an event arrives, for the decisions about its prospect, and by
`attribute_outcomes` for whatever fell due without an event. Both hold the decisions they judge,
so an outcome is counted once however many look at it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from linkwright.db.rows import run
from linkwright.errors import InvalidInput
from linkwright.outcomes import BY_EMAIL, VERSION
from linkwright.queries import attribution as queries
from linkwright.schemas.fields import LARGEST_INTEGER
from linkwright.services.attribution_judgement import (
    Answer,
    Facts,
    Finding,
    Judged,
    Letter,
    Verdict,
    Word,
    judge,
)
from linkwright.services.context import Context
from linkwright.services.decision_effects import take_effect
from linkwright.services.email_rules import moment
from linkwright.services.ownership import require_same_user, require_user
from linkwright.vocabulary import EmailStatus, OutcomeState, ResponseType

BATCH: Final = 500
# Of these, somebody may have complained; a letter that bounced stays so.
_LOST: Final = {EmailStatus.COMPLAINED.value, EmailStatus.BOUNCED.value}


@dataclass(frozen=True, slots=True)
class Attributed:
    """What one batch came to. `after` is where the next one starts; None when nothing is left."""

    judged: int = 0
    outcomes: int = 0
    corrected: int = 0
    censored: int = 0
    took_effect: int = 0
    after: int | None = None

    def __add__(self, other: Attributed) -> Attributed:
        """Return both together, up to where the later one came."""
        return Attributed(
            self.judged + other.judged,
            self.outcomes + other.outcomes,
            self.corrected + other.corrected,
            self.censored + other.censored,
            self.took_effect + other.took_effect,
            other.after,
        )


class Attribution:
    """What came of decisions, inside one transaction that somebody else opened and will close."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def attribute_outcomes(
        self,
        user_id: int | None = None,
        until: datetime | None = None,
        *,
        again_after: int | None = None,
        limit: int = BATCH,
    ) -> Attributed:
        """Write down what came of the decisions whose windows have closed by `until`, a batch at a time.

        Call it until `after` is None. Running it again changes nothing. `until` says which decisions are
        looked at; of these, all that has happened by now counts, also after `until`.
        With `again_after` it looks at all of history anew, due or not, from the decision after that
        id: 0 at first, then `after`.

        Raises:
            NotFound: there is no such user, or the caller is bound to another.
            InvalidInput: `until` names no time zone or lies in the future; or a number is out of range.
        """
        if type(limit) is not int or not 1 <= limit <= 10_000:  # noqa: PLR2004  (rows of one transaction)
            raise InvalidInput("limit", "must be a whole number from 1 to 10000", limit)
        if again_after is not None and not 0 <= again_after <= LARGEST_INTEGER:
            raise InvalidInput("again_after", f"must be from 0 to {LARGEST_INTEGER}", again_after)
        now = self._ctx.now()
        until = min(moment(until, "until", now), now)
        owner = await self._owner(user_id)
        effected = await self._fill_in(owner, limit)
        statement = (
            queries.due(until, owner, limit)
            if again_after is None
            else queries.judged_after(again_after, owner, limit)
        )
        found = (await run(self._ctx.session, statement)).all()
        # As many letters as that had waited for their effect, so more may.
        filling = effected.took_effect + effected.censored >= limit
        if not found:
            return effected + Attributed(after=again_after or 0) if filling else effected
        rows = (await run(self._ctx.session, queries.by_ids(sorted(row.id for row in found)))).all()
        judged = await _judge_all(self._ctx, rows, until)
        more = filling or len(found) == limit
        return effected + judged + Attributed(after=max(row.id for row in found) if more else None)

    async def number_due(self, user_id: int | None = None, until: datetime | None = None) -> int:
        """Return how many decisions wait to be judged."""
        now = self._ctx.now()
        statement = queries.number_due(min(moment(until, "until", now), now), await self._owner(user_id))
        return int((await run(self._ctx.session, statement)).scalar_one())

    async def _owner(self, user_id: int | None) -> int | None:
        if user_id is None:
            return self._ctx.owner
        require_same_user(self._ctx, user_id)
        return (await require_user(self._ctx, user_id)).id

    async def _fill_in(self, owner: int | None, limit: int) -> Attributed:
        """Give effect to what a letter carried out that left before this was written down, or never will."""
        rows = (await run(self._ctx.session, queries.without_effect(owner, limit))).all()
        letters = {row.email_id: row for row in rows if row.sent_at is not None}
        for row in letters.values():
            first = min(row.first_mail_at, row.sent_at)
            await take_effect(self._ctx, row.campaign_id, row.email_id, row.sent_at, first)
        cancelled = [row.id for row in rows if row.sent_at is None]
        if cancelled:
            await run(self._ctx.session, queries.censor(cancelled))
        return Attributed(censored=len(cancelled), took_effect=len(rows) - len(cancelled))


async def _judge_all(ctx: Context, rows: Sequence[Row[Any]], now: datetime) -> Attributed:
    if not rows:
        return Attributed()
    facts = await _facts(ctx, rows)
    users, ids = sorted({row.user_id for row in rows}), [row.id for row in rows]
    said: dict[int, dict[str, Row[Any]]] = defaultdict(dict)
    for row in (await run(ctx.session, queries.outcomes(users, ids))).all():
        said[row.decision_id][row.name] = row
    new: list[dict[str, Any]] = []
    corrections: list[dict[str, Any]] = []
    settled: list[dict[str, Any]] = []
    for row in rows:
        verdict, before = judge(_judged(row), facts[row.opportunity_id], now), said[row.id]
        new += [_outcome(ctx, row, each, now) for each in verdict.findings if each.name not in before]
        corrections += _corrections(ctx, verdict, before, now)
        state = _state(verdict, known=bool(before))
        if (state, verdict.due) != (row.outcome_state, row.outcome_due_at):
            settled.append({"key": row.id, "state": state, "due": verdict.due})
    for statement, values in (
        (queries.ADD, new),
        (queries.CORRECT, corrections),
        (queries.SETTLE, settled),
    ):
        if values:
            await run(ctx.session, statement, values)
    censored = sum(each["state"] == OutcomeState.CENSORED for each in settled)
    return Attributed(len(rows), len(new), len(corrections), censored)


def _outcome(ctx: Context, row: Row[Any], found: Finding, now: datetime) -> dict[str, Any]:
    return {
        "user_id": row.user_id,
        "decision_id": row.id,
        "name": found.name,
        "rule": VERSION,
        "value": found.value,
        "evidence": found.evidence,
        "occurred_at": found.at,
        "recorded_at": ctx.now(),
        # A window that closed without an event says so when it is looked at; that is not late.
        "late": found.evidence is not None and now >= found.closes,
    }


def _corrections(
    ctx: Context, verdict: Verdict, before: Mapping[str, Row[Any]], now: datetime
) -> list[dict[str, Any]]:
    found = {each.name: each for each in verdict.findings}
    if not found and verdict.due is None:
        return []  # Censored after the fact: what is known stays known.
    changes = []
    for name, row in before.items():
        each = found.get(name)
        value = each.value if each is not None else 0.0
        if value != row.value:
            changes.append(
                {
                    "key": row.id,
                    "new_value": value,
                    "new_evidence": each.evidence if each is not None else None,
                    "new_occurred_at": each.at if each is not None else now,
                    "new_recorded_at": ctx.now(),
                    "new_late": each is None or now >= each.closes,
                }
            )
    return changes


async def _facts(ctx: Context, rows: Sequence[Row[Any]]) -> dict[int, Facts]:
    session = ctx.session
    campaigns = sorted({row.campaign_id for row in rows})
    prospects = sorted({row.opportunity_id for row in rows})
    letters: dict[int, list[Letter]] = defaultdict(list)
    for row in (await run(session, queries.letters(campaigns, prospects))).all():
        letters[row.opportunity_id].append(Letter(row.id, row.status, row.sent_at))
    answers: dict[int, list[Answer]] = defaultdict(list)
    reviewed: dict[int, set[int]] = defaultdict(set)
    for row in (await run(session, queries.responses(campaigns, prospects))).all():
        if row.human:
            yes = row.response_type == ResponseType.POSITIVE
            answers[row.opportunity_id].append(Answer(row.id, row.email_id, row.received_at, yes))
        if row.user_reviewed:
            reviewed[row.opportunity_id].add(row.id)
    words: dict[int, list[Word]] = defaultdict(list)
    if not BY_EMAIL.issuperset(row.kind for row in rows):
        for row in (await run(session, queries.words(campaigns, prospects))).all():
            word = Word(row.id, row.decided_at, row.action, row.response_id, row.output or {})
            words[row.opportunity_id].append(word)
    lost = {letter.id for each in letters.values() for letter in each if letter.status in _LOST}
    complaints = {}
    if lost:
        found = (await run(session, queries.complaints(campaigns, sorted(lost)))).all()
        complaints = {row.email_id: row.at for row in found}
    return {
        row.id: Facts(
            tuple(letters[row.id]),
            tuple(answers[row.id]),
            complaints,
            row.contacted_at,
            row.link_at,
            tuple(words[row.id]),
            frozenset(reviewed[row.id]),
        )
        for row in (await run(session, queries.prospects(prospects))).all()
    }


def _judged(row: Row[Any]) -> Judged:
    return Judged(
        row.id,
        row.kind,
        row.factor,
        row.action,
        row.decided_at,
        row.executed_at,
        row.executed_action,
        row.email_id,
        row.response_id,
        row.output,
    )


def _state(verdict: Verdict, *, known: bool) -> str:
    if verdict.due is not None:
        return OutcomeState.PENDING.value
    return (OutcomeState.KNOWN if verdict.findings or known else OutcomeState.CENSORED).value


async def attribute_prospect(ctx: Context, campaign_id: str, opportunity_id: int) -> None:
    """Judge every decision about a prospect of which something has just happened."""
    about = {"campaign_id": campaign_id, "opportunity_id": opportunity_id}
    if rows := (await run(ctx.session, queries.OF_PROSPECT, about)).all():
        await _judge_all(ctx, rows, ctx.now())
