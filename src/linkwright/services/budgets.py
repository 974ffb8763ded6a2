"""Budgets: what a campaign may spend on AI, set aside before each call and settled after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from linkwright.db.rows import run
from linkwright.errors import BudgetSpent, UnpricedModel
from linkwright.models.budgets import AIBudget, AIReservation
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.queries import budgets as queries
from linkwright.queries import campaigns as campaign_queries
from linkwright.schemas.budgets import BudgetUpdate, PlannedCall, Spending
from linkwright.schemas.validation import parse
from linkwright.services.campaign_life import found
from linkwright.services.context import Context
from linkwright.services.decision_rows import note
from linkwright.services.history import add_counts
from linkwright.services.prices import most_of
from linkwright.vocabulary import DeciderKind

ABANDONED: Final = "abandoned"
"""The error of a call of which nobody heard again: whether it was answered, and billed, nobody knows."""
_DIGITS: Final = 8


class Budgets:
    """Limits and what is set aside, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def set(self, campaign_id: str, budget_data: Mapping[str, Any] | BudgetUpdate) -> Spending:
        """Limit what a campaign may spend on AI from its first call on, or take its limit away.

        A limit below what is spent already stops all calls that cost anything.

        Raises:
            InvalidInput: a key is unknown, missing or breaks a rule.
            NotFound: the caller has no such campaign.
        """
        shape = parse(BudgetUpdate, budget_data)
        campaign = await self._locked(campaign_id)
        if shape.cost_limit is None:
            await self._session.execute(queries.unlimited(campaign_id))
        else:
            row = await self._session.scalar(queries.budget(campaign_id)) or AIBudget(campaign_id=campaign_id)
            row.cost_limit, row.allows_unpriced = shape.cost_limit, shape.allows_unpriced
            row.updated_at, row.updated_by = self._context.now(), self._context.actor[:100]
            self._session.add(row)
            await self._session.flush()
        return await self._spending(campaign)

    async def get(self, campaign_id: str) -> Spending:
        """Return what a campaign may spend, has spent, and has set aside for calls under way.

        Raises:
            NotFound: the caller has no such campaign.
        """
        campaign = campaign_queries.campaign(campaign_id, self._context.owner)
        return await self._spending(found(await self._session.scalar(campaign), campaign_id))

    async def reserve(self, campaign_id: str, call_data: Mapping[str, Any] | PlannedCall) -> AIReservation:
        """Set aside what a call may cost at most, before it is made.

        The decision that comes of the call, recorded with this `reservation_id`, settles it; so does
        `release`, if the call was never made. What is neither for an hour was left by a process that
        died: the next reservation gives it back, and writes the call into the ledger as `abandoned`.

        Raises:
            InvalidInput: a key is unknown, missing or breaks a rule.
            NotFound: the caller has no such campaign.
            BudgetSpent: the campaign's limit does not suffice.
            UnpricedModel: the campaign has a limit, and nobody knows what the model costs.
        """
        call = parse(PlannedCall, call_data)
        # One after the other: two that looked at once would both find money left for the last call.
        campaign = await self._locked(campaign_id)
        await self._write_off(campaign)
        now = self._context.now()
        wanted = most_of(
            call.provider_name,
            call.request_model,
            input_tokens=call.input_tokens,
            output_tokens=call.output_tokens,
            at=now,
        )
        _require_money(campaign, await self._spending(campaign), call, wanted)
        row = AIReservation(
            campaign_id=campaign_id,
            estimated_cost=wanted,
            reserved_at=now,
            **call.model_dump(include={"kind", "provider_name", "request_model", "trace_id"}),
        )
        self._session.add(row)
        await self._session.flush()
        return row

    async def release(self, campaign_id: str, reservation_id: int) -> None:
        """Give back what was set aside for a call that was not made. Saying so twice changes nothing.

        Raises:
            NotFound: the caller has no such campaign.
        """
        await self._locked(campaign_id)
        await run(self._session, queries.SETTLE, {"key_campaign": campaign_id, "key": reservation_id})

    async def _locked(self, campaign_id: str) -> BacklinkingCampaign:
        locked = campaign_queries.locked_campaign(campaign_id, self._context.owner)
        return found(await self._session.scalar(locked), campaign_id)

    async def _spending(self, campaign: BacklinkingCampaign) -> Spending:
        statement = queries.spending(campaign.id, self._context.now())
        row = (await self._session.execute(statement)).one()
        return Spending(
            campaign_id=campaign.id,
            cost_limit=row.cost_limit,
            allows_unpriced=bool(row.allows_unpriced),
            spent=campaign.actual_cost or 0.0,
            reserved=float(row.reserved),
            unpriced=row.unpriced,
        )

    async def _write_off(self, campaign: BacklinkingCampaign) -> None:
        """Give back what was left behind, and say in the ledger that those calls may have been made."""
        counts: Counter[tuple[str, str]] = Counter()
        for row in await run(self._session, queries.left_behind(campaign.id, self._context.now())):
            entry = {
                "campaign_id": campaign.id,
                "kind": row.kind,
                "decided_by": DeciderKind.MODEL.value,
                "decider": f"{row.provider_name}:{row.request_model}"[:200],
                "provider_name": row.provider_name,
                "request_model": row.request_model,
                "trace_id": row.trace_id,
                "error_type": ABANDONED,
                "idempotency_key": f"{ABANDONED}:{row.trace_id}",
                "decided_at": min(row.reserved_at, self._context.now()),
            }
            counts += await note(self._context, campaign.user_id, entry, calibrates=False)
        await add_counts(self._session, campaign.id, counts)


def _require_money(
    campaign: BacklinkingCampaign, now: Spending, call: PlannedCall, wanted: float | None
) -> None:
    if now.cost_limit is None:
        return
    if wanted is None:
        if not now.allows_unpriced:
            raise UnpricedModel(campaign.name, call.request_model)
        return
    # Rounded as the ledger is: a sum of floats may exceed a limit that it meets.
    if wanted > 0 and round(now.spent + now.reserved + wanted, _DIGITS) > now.cost_limit:
        raise BudgetSpent(
            campaign.name, limit=now.cost_limit, spent=now.spent, reserved=now.reserved, wanted=wanted
        )
