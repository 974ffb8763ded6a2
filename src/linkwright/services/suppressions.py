"""Suppressions: who may not be contacted, and how that is taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from linkwright.db.rows import detached, run
from linkwright.errors import Conflict, InvalidInput, NotFound
from linkwright.models.suppressions import Suppression
from linkwright.parsing.addresses import address_key
from linkwright.queries import suppressions
from linkwright.schemas.suppressions import SuppressionCreate
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.delivery_reports import checked_text, known_id
from linkwright.services.history import Move
from linkwright.services.pages import Page, cursor, page_size, place
from linkwright.services.suppression_keys import address_hash
from linkwright.services.suppression_reach import Person, apply_moves, leave_alone, lock_reach
from linkwright.vocabulary import LifeKind, OpportunityStatus, SuppressionReason

_MOST_AT_ONCE: Final = 10_000  # Both databases allow some 32,000 parameters in a statement.


class Suppressions:
    """One user's list of people to leave alone. A trusted caller names the user, or a campaign of theirs."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def add(
        self,
        address: str,
        reason: str = SuppressionReason.MANUAL.value,
        *,
        user_id: int | None = None,
        campaign_id: str | None = None,
        note: str | None = None,
    ) -> Suppression:
        """Leave a person alone from now on, in all campaigns, under any alias of the address.

        What waits to be sent to them is cancelled, and prospects with that contact become
        suppressed, except where a link is or was live. Saying so twice changes nothing.

        Raises:
            InvalidInput: no address, or an unknown reason.
            NotFound: there is no such user or campaign for this caller.
        """
        given = {"address": address, "reason": reason, "campaign_id": campaign_id, "note": note}
        wanted = parse(SuppressionCreate, given)
        user = await self._user(user_id, wanted.campaign_id)
        person = Person(user, await self._key(user), wanted.address)
        campaigns = await lock_reach(self._ctx, wanted.campaign_id, person)
        return await leave_alone(
            self._ctx,
            person,
            SuppressionReason(wanted.reason),
            campaigns,
            at=self._ctx.now(),
            campaign_id=wanted.campaign_id,
            note=wanted.note,
        )

    async def lift(
        self, suppression: int | str, *, why: str, by: str | None = None, user_id: int | None = None
    ) -> Suppression:
        """Allow a person to be contacted again; who and why are kept.

        `suppression` is its id or the address. The prospects that it had suppressed become
        qualified; cancelled letters stay cancelled, because a letter is written anew.

        Raises:
            InvalidInput: nobody says why.
            NotFound: no suppression stands for this owner under that id or address.
            Conflict: it was lifted before.
        """
        reason = checked_text(why, "why", required=True)
        who = checked_text(by, "by", most=100) or self._ctx.actor
        found = await self._find(suppression, user_id)
        if found.lifted_at is not None:
            raise Conflict(f"Suppression {found.id} was lifted on {found.lifted_at:%Y-%m-%d}.")
        now = self._ctx.now()
        campaigns: list[str] = []
        person = None
        if found.address is not None:
            person = Person(found.user_id, b"", found.address)
            campaigns = await lock_reach(self._ctx, None, person)
        changes = {"key": found.id, "lifted_at": now, "lifted_by": who, "lift_reason": reason}
        row = (await run(self._ctx.session, suppressions.LIFT, changes)).mappings().first()
        if row is None:
            raise Conflict(f"Suppression {found.id} was lifted just now.")
        if person is not None and campaigns:
            await self._bring_back(person, campaigns, f"suppression lifted: {reason}")
        return detached(Suppression, row)

    async def standing(self, addresses: Iterable[str], *, user_id: int | None = None) -> dict[str, str]:
        """Return those of the addresses that may not be contacted, with the reasons.

        Raises:
            NotFound: there is no such user for this caller.
            InvalidInput: one of them is no text.
        """
        user = await self._user(user_id, None)
        key = await self._key(user)
        by_hash: defaultdict[bytes, list[str]] = defaultdict(list)
        for address in addresses:
            if not isinstance(address, str):
                raise InvalidInput("addresses", "must be text", address)
            by_hash[address_hash(address, key, self._ctx.pepper)].append(address)
        hashes = sorted(by_hash)
        found: dict[str, str] = {}
        for start in range(0, len(hashes), _MOST_AT_ONCE):
            some = {"user_id": user, "hashes": hashes[start : start + _MOST_AT_ONCE]}
            for row in await run(self._ctx.session, suppressions.STANDING, some):
                found |= dict.fromkeys(by_hash[bytes(row.address_hash)], row.reason)
        return found

    async def page(
        self,
        *,
        user_id: int | None = None,
        lifted: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Suppression]:
        """Return the standing suppressions, newest first; with `lifted`, those of the past too.

        Raises:
            NotFound: there is no such user for this caller.
            InvalidInput: the cursor or the limit is none.
        """
        user, limit = await self._user(user_id, None), page_size(limit)
        scope = ("suppressions", str(user), str(lifted))
        values: dict[str, Any] = {"user_id": user, "limit": limit + 1}
        if after is not None:
            values["after"] = place(after, scope, [int])[0]
        statement = suppressions.PAGE[not lifted, after is not None]
        rows = (await run(self._ctx.session, statement, values)).mappings().all()
        found = [detached(Suppression, row) for row in rows[:limit]]
        return Page(found, cursor(scope, [found[-1].id]) if len(rows) > limit else None)

    async def _bring_back(self, person: Person, campaigns: list[str], why: str) -> None:
        of = {"campaigns": campaigns, "spellings": person.spellings()}
        rows = (await run(self._ctx.session, suppressions.SUPPRESSED_PROSPECTS, of)).all()
        now, new = self._ctx.now(), OpportunityStatus.QUALIFIED.value
        moves: defaultdict[str, list[Move]] = defaultdict(list)
        for row in rows:
            step = Move(LifeKind.OPPORTUNITY, row.status, new, now, opportunity_id=row.id, reason=why)
            moves[row.campaign_id].append(step)
        for campaign_id in sorted(moves):
            await apply_moves(self._ctx, campaign_id, moves[campaign_id])

    async def _find(self, suppression: int | str, user_id: int | None) -> Suppression:
        if isinstance(suppression, int) and not isinstance(suppression, bool):
            of: dict[str, Any] = {"suppression_id": known_id("suppression", suppression)}
            row = (await run(self._ctx.session, suppressions.BY_ID, of)).mappings().first()
            owner = self._ctx.owner if self._ctx.owner is not None else user_id
            if row is None or (owner is not None and row["user_id"] != owner):
                raise NotFound("suppression", suppression)
            return detached(Suppression, row)
        user = await self._user(user_id, None)
        hashed = address_hash(str(suppression), await self._key(user), self._ctx.pepper)
        of = {"user_id": user, "address_hash": hashed}
        row = (await run(self._ctx.session, suppressions.BY_HASH, of)).mappings().first()
        if row is None:
            raise NotFound("suppression", address_key(str(suppression)))
        return detached(Suppression, row)

    async def _user(self, user_id: int | None, campaign_id: str | None) -> int:
        owner = self._ctx.owner
        if campaign_id is not None:
            of = {"campaign_id": campaign_id}
            found = (await run(self._ctx.session, suppressions.OWNER_OF_CAMPAIGN, of)).scalar()
            asked = owner if owner is not None else user_id
            if found is None or (asked is not None and found != asked):
                raise NotFound("campaign", campaign_id)
            return int(found)
        if owner is not None and user_id not in {None, owner}:
            raise NotFound("user", user_id)
        user = owner if owner is not None else user_id
        if user is None:
            raise InvalidInput("user_id", "is required: a suppression is one user's")
        return user

    async def _key(self, user_id: int) -> bytes:
        key = (await run(self._ctx.session, suppressions.KEY_OF_USER, {"user_id": user_id})).scalar()
        if key is None:
            raise NotFound("user", user_id)
        return bytes(key)
