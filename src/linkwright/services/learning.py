"""Learning data: what worked, for one user, and never for another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ScalarResult

from linkwright.errors import NotFound
from linkwright.models.learning import AILearningData
from linkwright.queries import learning as queries
from linkwright.schemas.learning import LearningCreate, LearningQuery
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.ownership import require_same_user, require_user


class Learning:
    """Learning data, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def store(
        self,
        user_id: int,
        data_type: str,
        data_key: str,
        data_value: dict[str, Any],
        success_score: float | None = None,
        source_campaign_id: str | None = None,
        source_opportunity_id: int | None = None,
    ) -> AILearningData:
        """Store what was learned, in place of what was stored under the same type and key.

        What is not given keeps what is stored. Storing is not using: `usage_count` stays.

        Raises:
            InvalidInput: a value breaks a rule.
            NotFound: there is no such user, or the source is not the user's.
        """
        given = {
            "data_type": data_type,
            "data_key": data_key,
            "data_value": data_value,
            "success_score": success_score,
            "source_campaign_id": source_campaign_id,
            "source_opportunity_id": source_opportunity_id,
        }
        shape = parse(LearningCreate, {name: value for name, value in given.items() if value is not None})
        await require_user(self._context, user_id, share=True)
        await self._require_sources(user_id, shape)
        now = self._context.now()
        values = {
            **shape.model_dump(),
            "user_id": user_id,
            "usage_count": 0,
            "last_used": now,
            "created_at": now,
            "updated_at": now,
        }
        statement = queries.store(values, frozenset(shape.model_fields_set))
        rows: ScalarResult[AILearningData] = await self._session.scalars(statement)
        return rows.one()

    async def use(self, user_id: int, data_type: str, data_key: str) -> AILearningData:
        """Return an entry and count that it was used.

        Raises:
            NotFound: the user has no such entry, or the caller is bound to another user.
        """
        require_same_user(self._context, user_id)
        key = parse(LearningQuery, {"data_type": data_type, "data_key": data_key})
        statement = queries.use(user_id, key.data_type or "", key.data_key or "", self._context.now())
        used: AILearningData | None = await self._session.scalar(statement.returning(AILearningData))
        if used is None:
            raise NotFound("learning data", f"{data_type} {data_key}")
        return used

    async def page(
        self, user_id: int, data_type: str | None = None, data_key: str | None = None, limit: int = 100
    ) -> Sequence[AILearningData]:
        """Return a user's entries, the most successful first. Reading is not using.

        Raises:
            InvalidInput: `data_type` is not known, or `limit` is not from 1 to 1000.
            NotFound: there is no such user, or the caller is bound to another.
        """
        asked = parse(LearningQuery, {"data_type": data_type, "data_key": data_key, "limit": limit})
        await require_user(self._context, user_id)
        rows = await self._session.scalars(
            queries.entries(user_id, data_type=asked.data_type, data_key=asked.data_key, limit=asked.limit)
        )
        return rows.all()

    async def _require_sources(self, user_id: int, shape: LearningCreate) -> None:
        campaign_id, opportunity_id = shape.source_campaign_id, shape.source_opportunity_id
        if campaign_id is not None:
            statement = queries.campaign_of_user(campaign_id, user_id)
            if await self._session.scalar(statement) is None:
                raise NotFound("campaign", campaign_id)
        if opportunity_id is not None:
            prospect = queries.opportunity_of_user(opportunity_id, user_id, campaign_id)
            if await self._session.scalar(prospect) is None:
                raise NotFound("opportunity", opportunity_id)
