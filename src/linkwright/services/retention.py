"""Retention: what may be kept for how long, what must be kept, and the record of what was removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from linkwright.errors import Conflict, NotFound
from linkwright.models.retention import LegalHold, RetentionPolicy, RetentionRemoval
from linkwright.queries import retention as queries
from linkwright.schemas.retention import HoldCreate, PolicyCreate
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.ownership import require_same_user, require_user
from linkwright.services.pages import page_size
from linkwright.services.retention_rules import check_policy
from linkwright.vocabulary import DataClass, RetentionAction

_LONGEST_NAME: Final = 100


class Retention:
    """Policies, holds and removals. Bound to a user they are that user's; the trusted caller names one.

    A policy without a user is everybody's who has none of their own for that class.
    """

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def set_policy(
        self, data_class: str, action: str, days: int | None = None, *, user_id: int | None = None
    ) -> RetentionPolicy:
        """Say how long a class of data is kept, and what then. What is due goes when retention is applied.

        Raises:
            InvalidInput: no such class or action, not one that the class allows, or not from 1 day on.
            NotFound: there is no such user, or the caller is bound to another.
        """
        given = {"data_class": data_class, "action": action, "days": days, "user_id": user_id}
        shape = parse(PolicyCreate, given)
        check_policy(DataClass(shape.data_class), RetentionAction(shape.action), shape.days)
        owner = await self._whose(shape.user_id)
        values = {
            **shape.model_dump(),
            "user_id": owner,
            "updated_at": self._context.now(),
            "updated_by": self._context.actor[:_LONGEST_NAME],
        }
        rows = await self._session.scalars(queries.set_policy(values).returning(RetentionPolicy))
        return rows.one()

    async def policies(self, *, user_id: int | None = None) -> Sequence[RetentionPolicy]:
        """Return a user's policies, and those for everybody; a trusted caller without a user gets all.

        Raises:
            NotFound: there is no such user, or the caller is bound to another.
        """
        return (await self._session.scalars(queries.policies(await self._whose(user_id)))).all()

    async def remove_policy(self, data_class: str, *, user_id: int | None = None) -> None:
        """Take a policy back: the class is kept for ever, or as the policy for everybody says.

        Raises:
            InvalidInput: there is no such class.
            NotFound: there is no such policy, or the caller is bound to another user.
        """
        named = {"data_class": data_class, "action": RetentionAction.KEEP.value, "user_id": user_id}
        shape = parse(PolicyCreate, named)
        owner = await self._whose(shape.user_id)
        deleted = await self._session.scalar(
            queries.remove_policy(owner, shape.data_class).returning(RetentionPolicy.id)
        )
        if deleted is None:
            raise NotFound("retention policy", shape.data_class)

    async def hold(
        self, reason: str, *, campaign_id: str | None = None, user_id: int | None = None
    ) -> LegalHold:
        """Order that nothing of a campaign is removed, or nothing of a user, until the hold is released.

        It binds what retention does, and deleting the campaign or the user. Several holds may stand at once.

        Raises:
            Conflict: a trusted caller names neither a campaign nor a user.
            InvalidInput: nobody says why.
            NotFound: the caller has no such campaign, here or archived; there is no such user.
        """
        shape = parse(HoldCreate, {"reason": reason, "campaign_id": campaign_id, "user_id": user_id})
        owner = await self._whose(shape.user_id)
        if shape.campaign_id is not None:
            owner = await self._owner_of(shape.campaign_id, owner)
        if owner is None:
            raise Conflict("A hold is of a campaign or of a user: name one.")
        row = LegalHold(
            user_id=owner,
            campaign_id=shape.campaign_id,
            reason=shape.reason,
            placed_at=self._context.now(),
            placed_by=self._context.actor[:_LONGEST_NAME],
        )
        self._session.add(row)
        await self._session.flush()
        return row

    async def release(self, hold_id: int) -> LegalHold:
        """Release a hold. Others over the same campaign or user stand on. Saying so twice changes nothing.

        Raises:
            NotFound: the caller has no such hold.
        """
        row = await self._session.scalar(queries.hold(hold_id, self._context.owner))
        if row is None:
            raise NotFound("hold", hold_id)
        if row.released_at is None:
            row.released_at = self._context.now()
            row.released_by = self._context.actor[:_LONGEST_NAME]
            await self._session.flush()
        return row

    async def holds(self, *, released: bool = False, user_id: int | None = None) -> Sequence[LegalHold]:
        """Return the holds that stand, the newest first; with `released`, also those that do not any more.

        Raises:
            NotFound: there is no such user, or the caller is bound to another.
        """
        owner = await self._whose(user_id)
        return (await self._session.scalars(queries.holds(owner, released=released))).all()

    async def removals(
        self, *, campaign_id: str | None = None, user_id: int | None = None, limit: int = 100
    ) -> Sequence[RetentionRemoval]:
        """Return what was removed, by which policy, when, and how much; the latest first.

        Raises:
            InvalidInput: `limit` is not from 1 to 1,000.
            NotFound: the caller has no such campaign, here or archived; there is no such user.
        """
        owner = await self._whose(user_id)
        if campaign_id is not None:
            owner = await self._owner_of(campaign_id, owner)
        return (await self._session.scalars(queries.removals(owner, campaign_id, page_size(limit)))).all()

    async def _whose(self, user_id: int | None) -> int | None:
        if self._context.owner is not None:
            require_same_user(self._context, self._context.owner if user_id is None else user_id)
            return self._context.owner
        if user_id is not None:
            await require_user(self._context, user_id)
        return user_id

    async def _owner_of(self, campaign_id: str, owner: int | None) -> int:
        whose = await self._session.scalar(queries.owner_of(campaign_id))
        if whose is None or owner not in {None, whose}:
            raise NotFound("campaign", campaign_id)
        return whose
