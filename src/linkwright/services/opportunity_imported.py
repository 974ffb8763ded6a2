"""What a file says of prospects that are known: how far they are, and who wants to be left alone.

A file is a picture of the past, so its word moves a life on and never back, and it does not
overrule a person: who was rejected stays rejected, and whose suppression somebody lifted, with a
reason, is not suppressed again by an old list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from linkwright.db.rows import run
from linkwright.lives import path
from linkwright.models.users import User
from linkwright.queries import imported
from linkwright.queries import opportunities as queries
from linkwright.services.opportunity_entry import counted, fill_in_moments, response_time
from linkwright.services.opportunity_rows import OpportunityRows
from linkwright.services.suppression_keys import address_hash
from linkwright.services.suppressions import Suppressions
from linkwright.vocabulary import LifeKind, SuppressionReason
from linkwright.vocabulary import OpportunityStatus as S

# How far a state is on the way to a link. A file that tells of less is older than what is known.
_FAR: Final[Mapping[str, int]] = {
    state: far
    for far, state in enumerate(
        (
            S.DISCOVERED,
            S.ANALYZING,
            S.QUALIFIED,
            S.APPROVED,
            S.CONTACTED,
            S.NO_RESPONSE,
            S.EXPIRED,
            S.RESPONDED,
            S.NEGOTIATING,
            S.ACCEPTED,
            S.DECLINED,
            S.PUBLISHED,
            S.LINK_LOST,
        )
    )
}
_BEFORE_CONTACT: Final = frozenset({S.DISCOVERED, S.ANALYZING, S.QUALIFIED, S.APPROVED})
# What a prospect is not led through, unless that is where the file says it is.
_DETOURS: Final = frozenset({S.SUPPRESSED, S.REJECTED, S.EXPIRED, S.DECLINED, S.NO_RESPONSE})
_MOMENTS: Final = ("contacted_at", "responded_at", "published_at")
_LINK: Final = ("link_url", "link_acquired", "link_placement_date")
_IDS: Final = "lead_ids"
_KEYS_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Claim:
    """What one row says of one known prospect: its state, and the moments and the link that go with it."""

    opportunity_id: int
    status: str
    contact_email: str | None
    facts: Mapping[str, Any]
    unsubscribed: bool = False


class ImportedProspects(OpportunityRows):
    """Known prospects in the light of a file, inside one transaction that somebody else opened."""

    async def bring_forward(self, campaign_id: str, claims: Collection[Claim]) -> set[int]:
        """Move prospects on to where a file says they are; return those that moved.

        Who a file says is suppressed is put on the user's list, too, so that no campaign writes to them.

        Raises:
            NotFound: the caller has no such campaign.
        """
        moved: set[int] = set()
        known = {
            row.id: row.status
            for row in await self._select(
                imported.LIVES_OF, campaign_id, [one.opportunity_id for one in claims]
            )
        }
        wanted = [one for one in claims if one.status != known.get(one.opportunity_id)]
        lifted = await self._lifted(
            campaign_id, [one.opportunity_id for one in wanted if one.status == S.SUPPRESSED]
        )
        for claim in wanted:
            if claim.opportunity_id in known and claim.opportunity_id not in lifted:
                moved |= await self._bring(claim)
        await self._leave_alone(campaign_id, claims)
        return moved

    async def add_facts(self, campaign_id: str, told: Collection[tuple[int, Mapping[str, Any]]]) -> set[int]:
        """Add what sources say of known prospects to their analyses; return those that it was new to.

        Each source has a key of its own in the analysis: a second one does not replace the first,
        and the first word of each stays. Lists of ids grow, so that each id is found.
        """
        rows = await self._select(imported.ANALYSES_OF, campaign_id, [id_ for id_, _ in told])
        known = {row.id: dict(row.ai_content_analysis or {}) for row in rows}
        changed: set[int] = set()
        for id_, facts in told:
            if id_ in known and _add_facts(known[id_], facts):
                changed.add(id_)
        if changed:
            parameters = [{"row_id": id_, "ai_content_analysis": known[id_]} for id_ in sorted(changed)]
            await run(self._session, queries.fill_in(["ai_content_analysis"]), parameters)
        return changed

    async def _bring(self, claim: Claim) -> set[int]:
        held = await self._hold(claim.opportunity_id, with_campaign=True)
        way = _way(held.status, claim.status)
        if not way:
            return set()
        now = self._context.now()
        before = {name: getattr(held, name) for name in (*_MOMENTS, *_LINK)}
        after = _after(before, claim, now)
        added = {name: number - _counted(before)[name] for name, number in _counted(after).items()}
        if any(added.values()):
            await self._session.execute(queries.count_up(held.campaign_id, **added))
        changes = {name: value for name, value in after.items() if name in before and value != before[name]}
        if "contacted_at" in changes or "responded_at" in changes:
            changes["response_time_hours"] = response_time(after)
        await self._walk(held, way, "imported", **changes)
        return {held.id}

    async def _leave_alone(self, campaign_id: str, claims: Collection[Claim]) -> None:
        """Suppress the people of suppressed prospects, unless they were on the list before and are off it."""
        people = {
            one.contact_email: one.unsubscribed
            for one in claims
            if one.status == S.SUPPRESSED and one.contact_email is not None
        }
        user = await self._session.get(User, self._context.owner) if people else None
        if user is None:
            return
        hashes = {
            address: address_hash(address, user.address_key, self._context.pepper) for address in people
        }
        seen: set[bytes] = set()
        for keys in _pieces(sorted(set(hashes.values()))):
            rows = await run(self._session, imported.SUPPRESSED_ONCE, {"user_id": user.id, "keys": keys})
            seen.update(bytes(key) for key in rows.scalars())
        for address, unsubscribed in people.items():
            if hashes[address] not in seen:
                reason = SuppressionReason.UNSUBSCRIBE if unsubscribed else SuppressionReason.MANUAL
                await Suppressions(self._context).add(
                    address, reason.value, campaign_id=campaign_id, note="imported as suppressed"
                )

    async def _lifted(self, campaign_id: str, ids: list[int]) -> set[int]:
        rows = await self._select(imported.LIFTED_PROSPECTS, campaign_id, ids)
        return {row.opportunity_id for row in rows}

    async def _select(self, statement: Any, campaign_id: str, ids: list[int]) -> list[Any]:
        found: list[Any] = []
        for keys in _pieces(sorted(set(ids))):
            found += await run(self._session, statement, {"campaign_id": campaign_id, "keys": keys})
        return found


def _add_facts(known: dict[str, Any], told: Mapping[str, Any]) -> bool:
    changed = False
    for source, facts in told.items():
        if source not in known:
            known[source] = facts
            changed = True
        elif isinstance(facts, dict) and isinstance(known[source], dict):
            ids, more = known[source].get(_IDS, []), facts.get(_IDS, [])
            if isinstance(ids, list) and (new := [id_ for id_ in more if id_ not in ids]):
                known[source] = {**known[source], _IDS: [*ids, *new]}
                changed = True
    return changed


def _way(now: str, claimed: str) -> list[str]:
    """Return the states that lead from where a prospect is to where a file says it is, if that is onward."""
    if now in {S.SUPPRESSED, S.REJECTED, claimed}:
        return []
    if claimed == S.REJECTED:
        onward = now in _BEFORE_CONTACT
    elif claimed == S.SUPPRESSED:
        onward = True
    else:
        onward = _FAR[claimed] > _FAR[now]
    avoiding = frozenset(str(state) for state in _DETOURS if state != claimed)
    return path(LifeKind.OPPORTUNITY, now, claimed, avoiding=avoiding) if onward else []


def _after(before: Mapping[str, Any], claim: Claim, now: datetime) -> dict[str, Any]:
    """Return the moments and the link as they are afterwards: what is known stays, the rest is filled."""
    after = {"status": claim.status, **before}
    for name in (*_MOMENTS, *_LINK):
        if after[name] in {None, False} and claim.facts.get(name) is not None:
            after[name] = claim.facts[name]
    fill_in_moments(after, now)
    # Two sources, two clocks: what comes later on the way cannot have come before.
    latest: datetime | None = None
    for name in reversed(_MOMENTS):
        if after[name] is not None:
            after[name] = latest = min(after[name], latest) if latest is not None else after[name]
    return after


def _counted(values: Mapping[str, Any]) -> dict[str, int]:
    return {name: number for name, number in counted(values).items() if name != "total"}


def _pieces(keys: list[Any]) -> list[list[Any]]:
    return [keys[start : start + _KEYS_AT_ONCE] for start in range(0, len(keys), _KEYS_AT_ONCE)]
