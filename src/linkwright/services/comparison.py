"""Comparison: which model, prompt, template or tone does better, said only where the numbers allow it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from linkwright.errors import InvalidInput
from linkwright.outcomes import window_of
from linkwright.queries import comparison as queries
from linkwright.schemas.comparison import ComparisonQuery, ComparisonRead, Dimension, Success, TrafficKind
from linkwright.schemas.draws import probabilities
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.ownership import require_campaign, require_user
from linkwright.vocabulary import DecisionKind


class Comparisons:
    """Comparisons, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def compare(
        self,
        user_id: int,
        dimension: str,
        metric: str = "human_reply",
        *,
        campaign_id: str | None = None,
        baseline: str | None = None,
        matters: float = 0.01,
        since: datetime | None = None,
    ) -> ComparisonRead:
        """Compare the arms of a dimension by an outcome, in one campaign or in all of a user's.

        Letters drawn evenly are an experiment, and looking at it every day makes no false winner. Letters
        that a learning policy chose are weighed by the probabilities it logged. Of the rest
        nothing can be said, and it is said so. `baseline` is the arm that the others are compared with, by
        default the one with most letters; a difference below `matters` is none that matters.

        Raises:
            InvalidInput: the dimension or metric is not known; no letter has the baseline; `matters` is not
                between 0 and 1.
            NotFound: there is no such user or campaign, or the caller is bound to another.
        """
        given = {"dimension": dimension, "metric": metric, "campaign_id": campaign_id, "baseline": baseline}
        asked = parse(ComparisonQuery, given | {"matters": matters, "since": since})
        await require_user(self._context, user_id)
        if asked.campaign_id is not None:
            await require_campaign(self._context, asked.campaign_id, user_id)
        cells, totals = await self._facts(user_id, asked)
        return _read(asked, cells, totals, self._context.now())

    async def _facts(
        self, user_id: int, asked: ComparisonQuery
    ) -> tuple[list[Any], dict[str, dict[str, Mapping[str, Any]]]]:
        kind = DecisionKind.GENERATE if asked.dimension == Dimension.PROMPT else DecisionKind.CHOOSE
        factor = None if kind is DecisionKind.GENERATE else asked.dimension
        closed = self._context.now() - (window_of(kind, factor, asked.metric) or timedelta())
        conditions = queries.carried_out(user_id, asked.dimension, asked.campaign_id, asked.since)
        way = queries.traffic_of(
            exact=TrafficKind.ADAPTIVE.value,
            even=TrafficKind.RANDOMISED.value,
            other=TrafficKind.HISTORY.value,
        )
        results = queries.results(conditions, asked.dimension, way, asked.metric, closed)
        cells = (await self._session.execute(results)).all()
        totals: dict[str, dict[str, Mapping[str, Any]]] = {}
        sums = queries.totals(user_id, conditions, asked.dimension, way, closed)
        for row in (await self._session.execute(sums)).mappings():
            totals.setdefault(row["traffic"], {})[row["arm"]] = row
        return list(cells), totals


def _read(
    asked: ComparisonQuery,
    rows: Iterable[Any],
    totals: Mapping[str, Mapping[str, Mapping[str, Any]]],
    now: datetime,
) -> ComparisonRead:
    from linkwright.learning.planning import planned_size  # noqa: PLC0415  (with what follows, loads NumPy)
    from linkwright.services.comparison_traffic import Cell, Terms, traffic  # noqa: PLC0415

    known = {arm for arms in totals.values() for arm in arms}
    if asked.baseline is not None and asked.baseline not in known:
        listed = ", ".join(sorted(known)[:10]) or "none has left yet"
        raise InvalidInput("baseline", f"must be an arm of letters that left: {listed}", asked.baseline)
    cells: dict[str, list[Cell]] = {}
    sent = succeeded = 0
    for row in rows:
        drawn = probabilities(row.candidates) or {}  # From what is no distribution nothing follows.
        cell = Cell(row.day.isoformat(), row.arm, drawn, row.sent, int(row.succeeded))
        cells.setdefault(row.traffic, []).append(cell)
        sent, succeeded = sent + cell.sent, succeeded + cell.succeeded
    terms = Terms(asked.baseline, asked.matters, asked.metric == Success.COMPLAINT)
    rate = succeeded / sent if sent else 0.0
    plannable = succeeded > 0 and rate + asked.matters < 1
    return ComparisonRead(
        dimension=asked.dimension,
        metric=asked.metric,
        campaign_id=asked.campaign_id,
        as_of=now,
        matters=asked.matters,
        planned=planned_size(rate, rate + asked.matters) if plannable else None,
        traffic=[
            traffic(kind, cells.get(kind.value, []), totals[kind.value], terms)
            for kind in TrafficKind
            if kind.value in totals
        ],
    )
