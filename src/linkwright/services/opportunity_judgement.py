"""A prospect before anybody is written to: looked at, judged, overruled."""

from collections.abc import Mapping
from typing import Any, Final

from linkwright.errors import IllegalMove, InvalidInput
from linkwright.lives import path
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.schemas.opportunities import OpportunityAnalysis
from linkwright.schemas.validation import parse
from linkwright.services.history import require_allowed
from linkwright.services.opportunity_rows import OpportunityRows, checked_reason
from linkwright.vocabulary import ContactRecommendation, DeciderKind, DecisionKind, LifeKind, OverrideDecision
from linkwright.vocabulary import OpportunityStatus as S

_WAITING: Final = frozenset({S.DISCOVERED, S.ANALYZING})
_BEFORE_CONTACT: Final = frozenset({*_WAITING, S.QUALIFIED, S.APPROVED})

# Who is told to write to a good page without an address looks for the address: the page is good.
_VERDICT: Final = {
    ContactRecommendation.CONTACT: S.QUALIFIED,
    ContactRecommendation.FIND_CONTACT: S.QUALIFIED,
    ContactRecommendation.SKIP: S.REJECTED,
}


class OpportunityJudgement(OpportunityRows):
    """The moves up to approval and out by rejection, and what a person thinks."""

    async def start_analysis(self, opportunity_id: int) -> BacklinkOpportunity:
        """Take a discovered prospect up for analysis.

        Raises:
            IllegalMove: it is not discovered.
            NotFound: there is none for this owner.
        """
        return await self._step(opportunity_id, S.ANALYZING)

    async def record_analysis(
        self,
        opportunity_id: int,
        analysis: Mapping[str, Any] | OpportunityAnalysis,
        verdict: str | None = None,
        *,
        reason: str | None = None,
        decision: Mapping[str, Any] | None = None,
    ) -> BacklinkOpportunity:
        """Keep what a look at the page found, and let the verdict move a prospect that waits for one.

        Without a verdict the recommendation speaks: contact and find_contact qualify, skip
        rejects, anything else leaves a prospect discovered. A page that was judged before is
        only described anew, unless a verdict is given.

        What was found is a decision in the ledger. `decision` adds to it: model, prompt, confidence, cost.

        Raises:
            InvalidInput: a score, word or key breaks a rule, or the verdict is none.
            IllegalMove: the verdict is not a move from where the prospect is.
            NotFound: there is none for this owner.
        """
        found = parse(OpportunityAnalysis, analysis)
        if verdict is not None and verdict not in {S.QUALIFIED, S.REJECTED, S.DISCOVERED}:
            raise InvalidInput("verdict", "must be one of: qualified, rejected, discovered", verdict)
        reason = checked_reason(reason)
        # What it cost is added to the campaign, which is locked before its prospects are.
        held = await self._hold(opportunity_id, with_campaign=decision is not None)
        least = found.word_count_min if "word_count_min" in found.model_fields_set else held.word_count_min
        most = found.word_count_max if "word_count_max" in found.model_fields_set else held.word_count_max
        if least is not None and most is not None and least > most:
            raise InvalidInput("word_count_min", "must not be above word_count_max", least)
        new = _judged(S(held.status), found.ai_contact_recommendation, verdict)
        if new != held.status:
            self._to_be_judged_again(held, new)
            require_allowed(LifeKind.OPPORTUNITY, held.id, held.status, new)
        changes = found.model_dump(exclude_unset=True)
        moves = [new] if new != held.status else []
        entry = {
            "kind": DecisionKind.SCORE.value,
            "decided_by": (decision or {}).get("decided_by", DeciderKind.MODEL.value),
            "decider": self._context.actor,
            "action": changes.get("ai_contact_recommendation") or str(new),
            "reasoning": reason,
            "context": {"status": held.status, "verdict": verdict},
            "output": changes,
        }
        now = self._context.now()
        return await self._walk(
            held, moves, reason, decision=entry, more=decision, analyzed_at=now, **changes
        )

    async def fail_analysis(self, opportunity_id: int, reason: str) -> BacklinkOpportunity:
        """Put a prospect back whose analysis did not come to an end.

        Raises:
            IllegalMove: it is not being analysed.
            NotFound: there is none for this owner.
        """
        checked_reason(reason, required=True)
        return await self._step(opportunity_id, S.DISCOVERED, reason)

    async def qualify(
        self,
        opportunity_id: int,
        reason: str | None = None,
        *,
        decision: Mapping[str, Any] | None = None,
    ) -> BacklinkOpportunity:
        """Find a prospect worth writing to; from approved, take the approval back.

        `decision` adds to the ledger's row: what was looked at, by which rules.

        Raises:
            IllegalMove: it is too far on, suppressed, or rejected or expired and no person asks.
            NotFound: there is none for this owner.
        """
        reason = checked_reason(reason)
        held = await self._hold(opportunity_id, with_campaign=decision is not None)
        self._to_be_judged_again(held, S.QUALIFIED)
        require_allowed(LifeKind.OPPORTUNITY, held.id, held.status, S.QUALIFIED)
        verdict = self._verdict(held, "qualify", reason)
        return await self._walk(held, [S.QUALIFIED], reason, decision=verdict, more=decision)

    async def approve(self, opportunity_id: int, reason: str | None = None) -> BacklinkOpportunity:
        """Agree that a qualified prospect is written to.

        Raises:
            IllegalMove: it is not qualified.
            NotFound: there is none for this owner.
        """
        return await self._decided(opportunity_id, S.APPROVED, OverrideDecision.APPROVE, reason)

    async def reject(
        self, opportunity_id: int, reason: str, *, decision: Mapping[str, Any] | None = None
    ) -> BacklinkOpportunity:
        """Decide against a prospect that nobody was written to about yet.

        `decision` adds to the ledger's row: what was looked at, by which rules.

        Raises:
            InvalidInput: no reason is given.
            IllegalMove: it was contacted, or is out already.
            NotFound: there is none for this owner.
        """
        checked_reason(reason, required=True)
        return await self._decided(opportunity_id, S.REJECTED, OverrideDecision.REJECT, reason, decision)

    async def override(
        self, opportunity_id: int, decision: str, reason: str | None = None
    ) -> BacklinkOpportunity:
        """Let a person decide, whatever the analysis recommends; the recommendation stays beside it.

        Before anybody is written to, approve and reject also move the prospect, and hold and
        research take an approval back.

        Raises:
            InvalidInput: the decision is none.
            IllegalMove: approve or reject, when the prospect was contacted or is suppressed; or no
                person asks for one that was rejected.
            NotFound: there is none for this owner.
        """
        if decision not in {member.value for member in OverrideDecision}:
            known = ", ".join(member.value for member in OverrideDecision)
            raise InvalidInput("decision", f"must be one of: {known}", decision)
        reason = checked_reason(reason)
        held = await self._hold(opportunity_id)
        way = _way_to_decision(held, OverrideDecision(decision))
        if way and held.status == S.REJECTED:
            self._by_person(held, way[-1])
        said = self._verdict(held, str(decision), reason) | {"decided_by": DeciderKind.USER.value}
        said["output"] = {"user_override_decision": str(decision)}
        return await self._walk(
            held, way, reason or "override", decision=said, user_override_decision=str(decision)
        )

    async def rate(self, opportunity_id: int, stars: int, notes: str | None = None) -> BacklinkOpportunity:
        """Keep a person's rating from 1 to 5, and notes where given.

        Raises:
            InvalidInput: the rating is not 1 to 5.
            NotFound: there is none for this owner.
        """
        if type(stars) is not int or not 1 <= stars <= 5:  # noqa: PLR2004  (five stars)
            raise InvalidInput("user_rating", "must be a whole number from 1 to 5", stars)
        held = await self._hold(opportunity_id)
        changes: dict[str, Any] = {"user_rating": stars}
        if notes is not None:
            changes["user_notes"] = checked_reason(notes)
        return await self._walk(held, [], None, **changes)

    async def _decided(
        self,
        opportunity_id: int,
        new: S,
        action: OverrideDecision,
        reason: str | None,
        more: Mapping[str, Any] | None = None,
    ) -> BacklinkOpportunity:
        reason = checked_reason(reason)
        held = await self._hold(opportunity_id, with_campaign=more is not None)
        require_allowed(LifeKind.OPPORTUNITY, held.id, held.status, new)
        return await self._walk(
            held, [new], reason, decision=self._verdict(held, action.value, reason), more=more
        )

    def _to_be_judged_again(self, held: BacklinkOpportunity, new: str) -> None:
        if held.status == S.SUPPRESSED:
            raise IllegalMove(
                "opportunity",
                held.id,
                old=held.status,
                new=new,
                rule="only lifting the suppression does that",
            )
        if held.status in {S.REJECTED, S.EXPIRED}:
            self._by_person(held, new)


def _way_to_decision(held: BacklinkOpportunity, decision: OverrideDecision) -> list[str]:
    status = S(held.status)
    if decision in {OverrideDecision.RESEARCH, OverrideDecision.HOLD}:
        return [S.QUALIFIED] if status is S.APPROVED else []
    new = S.APPROVED if decision is OverrideDecision.APPROVE else S.REJECTED
    if status is new:
        return []
    if status not in _BEFORE_CONTACT | {S.REJECTED}:
        raise IllegalMove("opportunity", held.id, old=held.status, new=new, rule="it was written to")
    return path(LifeKind.OPPORTUNITY, status, new, avoiding=frozenset({S.SUPPRESSED, S.EXPIRED}))


def _judged(status: S, recommendation: str | None, verdict: str | None) -> S:
    if verdict is not None:
        return S(verdict)
    if status not in _WAITING:
        return status
    return (
        S.DISCOVERED
        if recommendation is None
        else _VERDICT.get(ContactRecommendation(recommendation), S.DISCOVERED)
    )
