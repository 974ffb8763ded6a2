"""How long calls to models took, how many failed, and what they cost."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, or_, select

from linkwright.db.rows import table
from linkwright.models.decisions import AIDecision

MOST: Final = 200_000
"""Decisions that are looked at: the last ones. An index answers for the ids, and none for the time alone."""

_CALL: Final = table(AIDecision).c


def calls_since(first: datetime) -> Select[Any]:
    """Return calls since a moment by kind, model and version, and within these by duration and currency.

    A model takes few different numbers of milliseconds, so that these groups give exact percentiles.
    """
    model = func.coalesce(_CALL.response_model, _CALL.request_model)
    last = select(func.max(_CALL.id)).scalar_subquery()
    groups = (_CALL.kind, _CALL.provider_name, model, _CALL.model_version, _CALL.duration_ms, _CALL.currency)
    return (
        select(
            _CALL.kind,
            _CALL.provider_name.label("provider"),
            model.label("model"),
            _CALL.model_version.label("version"),
            _CALL.duration_ms,
            _CALL.currency,
            func.count().label("number"),
            func.count(_CALL.error_type).label("errors"),
            func.sum(_CALL.cost).label("cost"),
        )
        .where(
            _CALL.id > last - MOST,
            _CALL.decided_at >= first,
            or_(model.is_not(None), _CALL.duration_ms.is_not(None)),
        )
        .group_by(*groups)
        .order_by(_CALL.duration_ms)
    )
