"""Decisions: an append-only ledger of what was decided, and of what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from linkwright.errors import Conflict, NotFound
from linkwright.models.decisions import AIDecision, AIDecisionOutcome
from linkwright.queries import campaigns as campaign_queries
from linkwright.queries import decisions as queries
from linkwright.schemas.decisions import DecisionCreate, DecisionQuery, OutcomeCreate
from linkwright.schemas.validation import parse
from linkwright.services.calibration import calibrated
from linkwright.services.campaign_life import found
from linkwright.services.context import Context
from linkwright.services.decision_rows import IDENTITY, completed, require_template, settle, unpriced
from linkwright.services.decision_texts import TEXTS, digests_of, keep
from linkwright.services.history import add_counts
from linkwright.services.ownership import require_user
from linkwright.vocabulary import OutcomeState


class Decisions:
    """The ledger, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def record(self, user_id: int, decision_data: Mapping[str, Any] | DecisionCreate) -> AIDecision:
        """Write a decision down and add its cost to its campaign.

        With an `idempotency_key` that is there already, nothing is written and the first
        decision is returned.

        Raises:
            InvalidInput: a key is unknown, missing or breaks a rule.
            NotFound: there is no such user, or what it is about is not the user's.
            Conflict: the idempotency key belongs to a decision about something else.
        """
        shape = parse(DecisionCreate, decision_data)
        await require_user(self._context, user_id, share=True)
        await require_template(self._context, user_id, shape.template_id)
        if shape.campaign_id is not None:
            # The lock comes before the insert, so that costs of one campaign queue up in one order.
            locked = campaign_queries.locked_campaign(shape.campaign_id, user_id)
            found(await self._session.scalar(locked), shape.campaign_id)
            await self._require_in_campaign(shape.campaign_id, shape)
        texts = {name: text for name in TEXTS if (text := getattr(shape, name)) is not None}
        await keep(self._context, user_id, texts.values())
        values = completed(
            {**shape.model_dump(exclude={*TEXTS, "reservation_id"}), **digests_of(texts), "user_id": user_id},
            self._context.now(),
        )
        values |= await calibrated(self._context, user_id, values)
        decision = await self._session.scalar(queries.add(values))
        await settle(self._context, shape.campaign_id, shape.reservation_id)
        if decision is None:
            return await self._recorded_before(user_id, shape)
        if shape.campaign_id is not None:
            if values["cost"]:
                await self._session.execute(campaign_queries.add_cost(shape.campaign_id, values["cost"]))
            await add_counts(self._session, shape.campaign_id, unpriced(values))
        return decision

    async def get(self, decision_id: int) -> AIDecision:
        """Return a decision.

        Raises:
            NotFound: the caller has no such decision.
        """
        decision = await self._session.scalar(queries.decision(decision_id, self._context.owner))
        if decision is None:
            raise NotFound("decision", decision_id)
        return decision

    async def page(
        self,
        user_id: int,
        *,
        campaign_id: str | None = None,
        opportunity_id: int | None = None,
        email_id: int | None = None,
        response_id: int | None = None,
        kind: str | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> Sequence[AIDecision]:
        """Return a user's decisions about something, last recorded first, from the one before `before`.

        Raises:
            InvalidInput: `kind` is not known, or `limit` is not from 1 to 1000.
            NotFound: there is no such user, the caller is bound to another, or the user has no such
                campaign, opportunity, email or response.
        """
        about = {
            "campaign_id": campaign_id,
            "opportunity_id": opportunity_id,
            "email_id": email_id,
            "response_id": response_id,
            "kind": kind,
        }
        asked = parse(DecisionQuery, {**about, "limit": limit, "before": before})
        await require_user(self._context, user_id)
        about = {name: value for name, value in about.items() if value is not None}
        rows = await self._session.scalars(
            queries.decisions(user_id, about, before=asked.before, limit=asked.limit)
        )
        found = rows.all()
        named = {name: value for name, value in about.items() if name != "kind"}
        if not found and named:
            there = (await self._session.execute(queries.has(user_id, named))).one()
            for (name, value), is_there in zip(named.items(), there, strict=True):
                if not is_there:
                    raise NotFound(name.removesuffix("_id"), value)
        return found

    async def record_outcome(
        self, decision_id: int, outcome_data: Mapping[str, Any] | OutcomeCreate
    ) -> AIDecisionOutcome:
        """Write down what came of a decision; its outcome is then known, unless a rule waits for more.

        A rule speaks once about a decision: the same value again changes nothing.

        Raises:
            InvalidInput: a key is unknown, missing or breaks a rule.
            NotFound: the caller has no such decision.
            Conflict: the rule said something else before.
        """
        shape = parse(OutcomeCreate, outcome_data)
        decision = await self._hold(decision_id)
        now = self._context.now()
        values = {
            **shape.model_dump(),
            "user_id": decision.user_id,
            "decision_id": decision_id,
            "occurred_at": shape.occurred_at or now,
            "recorded_at": now,
        }
        outcome = await self._session.scalar(queries.add_outcome(values))
        if outcome is None:
            return await self._said_before(decision, shape)
        await self._session.execute(queries.set_outcome_state(decision_id, OutcomeState.KNOWN))
        return outcome

    async def outcomes(self, decision_id: int) -> Sequence[AIDecisionOutcome]:
        """Return all that came of a decision, in the order it was recorded.

        Raises:
            NotFound: the caller has no such decision.
        """
        decision = await self.get(decision_id)
        rows = await self._session.scalars(queries.outcomes(decision.user_id, decision_id))
        return rows.all()

    async def censor(self, decision_id: int) -> AIDecision:
        """Say that it will never be known what came of a decision, such as when its email bounced.

        Raises:
            NotFound: the caller has no such decision.
            Conflict: it is known already.
        """
        decision = await self._hold(decision_id)
        if (await self._session.scalars(queries.outcomes(decision.user_id, decision_id))).first() is not None:
            raise Conflict(f"What came of decision {decision_id} is known already.")
        await self._session.execute(queries.set_outcome_state(decision_id, OutcomeState.CENSORED))
        await self._session.refresh(decision)
        return decision

    async def _hold(self, decision_id: int) -> AIDecision:
        """Return a decision and keep others from judging it."""
        statement = queries.decision(decision_id, self._context.owner).with_for_update(key_share=True)
        decision = await self._session.scalar(statement)
        if decision is None:
            raise NotFound("decision", decision_id)
        return decision

    async def _require_in_campaign(self, campaign_id: str, shape: DecisionCreate) -> None:
        about = {
            "opportunity": shape.opportunity_id,
            "email": shape.email_id,
            "response": shape.response_id,
        }
        if any(about.values()):
            rows = await self._session.execute(queries.in_campaign(campaign_id, *about.values()))
            for (kind, identity), there in zip(about.items(), rows.one(), strict=True):
                if not there:
                    raise NotFound(kind, identity)

    async def _recorded_before(self, user_id: int, shape: DecisionCreate) -> AIDecision:
        key = shape.idempotency_key or ""
        before = (await self._session.scalars(queries.by_key(user_id, key))).one()
        if any(getattr(before, name) != getattr(shape, name) for name in IDENTITY):
            raise Conflict(f"The idempotency key {key} belongs to decision {before.id}, which is another.")
        return before

    async def _said_before(self, decision: AIDecision, shape: OutcomeCreate) -> AIDecisionOutcome:
        statement = queries.outcome(decision.user_id, decision.id, shape.name, shape.rule)
        before = (await self._session.scalars(statement)).one()
        if before.value != shape.value:
            raise Conflict(
                f"Rule {shape.rule} said that {shape.name} of decision {decision.id} is {before.value}."
            )
        return before
