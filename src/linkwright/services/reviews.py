"""Reviews: a response is read again, by a model or a rule, or by a person, whose word stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from linkwright.db.rows import detached, run
from linkwright.errors import Conflict, InvalidInput, NotFound
from linkwright.models.responses import BacklinkingResponse
from linkwright.queries import responses
from linkwright.schemas.responses import ResponseReview, ResponseUpdate
from linkwright.schemas.validation import parse
from linkwright.services.attribution import attribute_prospect
from linkwright.services.context import Context
from linkwright.services.decision_rows import note
from linkwright.services.delivery_reports import known_id
from linkwright.services.email_held import Held
from linkwright.services.response_answers import Firsts, first_answers, take_back_answer
from linkwright.services.response_effects import Effects
from linkwright.services.roll_up_marks import mark_counted
from linkwright.vocabulary import HUMAN_RESPONSES, DeciderKind, DecisionKind

_LABELS = ("response_type", "user_sentiment_override", "ai_intent_classification")


class Reviews:
    """How responses are read after they came in."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def review(self, response_id: int, data: Mapping[str, Any] | BaseModel) -> BacklinkingResponse:
        """Note that a person looked at a response, and what they say it is.

        What they say wins over any reading before or after, and is kept as a decision: that is
        the label by which the readings are judged. Another type has its effects from now on;
        a suppression that the wrong reading had made is lifted by `lift`, not by this.

        Raises:
            NotFound: there is no such response for this owner.
            InvalidInput: a field breaks a rule.
        """
        said = parse(ResponseReview, data).model_dump(exclude_unset=True)
        labels = {name: said[name] for name in _LABELS if said.get(name) is not None}
        if said.get("response_type", "") is None:
            del said["response_type"]
        return await self._read_again(
            response_id, {**said, "user_reviewed": True}, labels, decided_by=DeciderKind.USER, decision={}
        )

    async def classify(
        self,
        response_id: int,
        data: Mapping[str, Any] | BaseModel,
        *,
        decided_by: str = DeciderKind.MODEL.value,
        decision: Mapping[str, Any] | None = None,
    ) -> BacklinkingResponse:
        """Read a response again. `decision` adds to the ledger's row: model, prompt, confidence, cost.

        Raises:
            NotFound: there is no such response for this owner.
            InvalidInput: a field breaks a rule.
            Conflict: a person has said what it is.
        """
        reading = parse(ResponseUpdate, data).model_dump(exclude_unset=True)
        if reading.get("response_type", "") is None:
            del reading["response_type"]
        labels = {name: value for name, value in reading.items() if value is not None}
        if decided_by not in set(DeciderKind):
            raise InvalidInput("decided_by", f"must be one of: {', '.join(DeciderKind)}", decided_by)
        by = DeciderKind(decided_by)
        return await self._read_again(response_id, reading, labels, decided_by=by, decision=decision or {})

    async def mark_reply_sent(self, response_id: int) -> BacklinkingResponse:
        """Note that a person's reply to this response went out. Saying so twice changes nothing.

        Raises:
            NotFound: there is no such response for this owner.
        """
        row = await self._row(response_id)
        return await self._save(row, {"user_response_sent": True, "requires_action": False})

    async def _read_again(
        self,
        response_id: int,
        changes: dict[str, Any],
        labels: dict[str, Any],
        *,
        decided_by: DeciderKind,
        decision: Mapping[str, Any],
    ) -> BacklinkingResponse:
        row = await self._row(response_id)
        new, effects = changes.get("response_type"), None
        if new is not None:
            seen = await Held.seen_email(self._ctx, row["email_id"])
            effects = await Effects.prepare(self._ctx, seen, new, None, sender=row["from_email"])
        held = await Held.email(self._ctx, row["email_id"])
        # Somebody else may have read it in between: what it is, is known once its email is held.
        row = await self._row(response_id)
        old = row["response_type"]
        if new in {None, old}:
            new, effects = old, None
        if decided_by is not DeciderKind.USER:
            await self._require_not_overridden(row)
        before = await effects.before(held, row["received_at"]) if effects else None
        saved = await self._save(row, changes)
        if labels:
            held.counts += await self._decide(row, labels, decided_by, decision)
        else:
            ids = [row["opportunity_id"]]
            await mark_counted(self._ctx.session, row["campaign_id"], ids, self._ctx.now())
        if effects is not None and before is not None:
            await self._take_the_effect(held, effects, before, old, new, row["received_at"])
        else:
            await held.save()
        await attribute_prospect(self._ctx, held.campaign_id, held.opportunity_id)
        return saved

    async def _take_the_effect(
        self, held: Held, effects: Effects, before: Firsts, old: str, new: str, at: datetime
    ) -> None:
        held.counts["response", old] -= 1
        held.counts["response", new] += 1
        if old in HUMAN_RESPONSES and new not in HUMAN_RESPONSES:
            after = await first_answers(held)
            take_back_answer(held, before, after, at, self._ctx.now())
        if old in HUMAN_RESPONSES and new in HUMAN_RESPONSES:
            await held.save()
        else:
            await effects.apply(held, before, at)

    async def _decide(
        self,
        row: Mapping[str, Any],
        labels: dict[str, Any],
        decided_by: DeciderKind,
        decision: Mapping[str, Any],
    ) -> Counter[tuple[str, str]]:
        entry = {
            "campaign_id": row["campaign_id"],
            "opportunity_id": row["opportunity_id"],
            "email_id": row["email_id"],
            "response_id": row["id"],
            "kind": DecisionKind.CLASSIFY.value,
            "decided_by": decided_by.value,
            "decider": self._ctx.actor,
            "action": labels.get("response_type", row["response_type"]),
            "context": {"before": {name: row[name] for name in labels if name in row}},
            "output": labels,
        }
        return await note(self._ctx, row["user_id"], entry, decision)

    async def _row(self, response_id: int) -> Mapping[str, Any]:
        owner, of = self._ctx.owner, {"response_id": known_id("response", response_id)}
        statement = responses.ONE[owner is not None]
        row = (await run(self._ctx.session, statement, {**of, "owner": owner})).mappings().first()
        if row is None:
            raise NotFound("response", response_id)
        return dict(row)

    async def _save(self, row: Mapping[str, Any], changes: dict[str, Any]) -> BacklinkingResponse:
        keys = {"key": row["id"], "key_campaign": row["campaign_id"]}
        saved = await run(self._ctx.session, responses.SAVE, {**keys, **changes})
        return detached(BacklinkingResponse, saved.mappings().one())

    async def _require_not_overridden(self, row: Mapping[str, Any]) -> None:
        of = {"campaign_id": row["campaign_id"], "response_id": row["id"]}
        if (await run(self._ctx.session, responses.OVERRIDDEN, of)).first() is not None:
            raise Conflict(f"A person has said what response {row['id']} is; no reading changes that.")
