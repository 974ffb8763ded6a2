"""Statements on what a template earned: its emails sent, the share answered, the hours until then.

The share is kept as the quotient itself, so the number of answered emails is
`round(success_rate * usage_count)`, exactly, and nothing drifts.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Float, bindparam, case, cast, func, update

from linkwright.db.prepared import Prepared
from linkwright.db.rows import table
from linkwright.db.types import Real
from linkwright.models.templates import BacklinkingTemplate

TEMPLATE: Final = table(BacklinkingTemplate)

_used = cast(func.coalesce(TEMPLATE.c.usage_count, 0), Real)
_answered = func.round(func.coalesce(TEMPLATE.c.success_rate, 0.0) * _used, type_=Float)
_mean = func.coalesce(TEMPLATE.c.average_response_time, 0.0)
_of = (
    TEMPLATE.c.name == bindparam("template"),
    TEMPLATE.c.created_by_user_id == bindparam("template_owner"),
)


def _given(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=Real)


# Templates have no owner when they are the system's: those are counted for nobody.
USED: Final = Prepared(
    update(TEMPLATE)
    .where(*_of)
    .values(
        success_rate=_answered / (_used + 1.0),
        usage_count=func.coalesce(TEMPLATE.c.usage_count, 0) + 1,
    )
)

# `answers` is 1 for an email's first human answer, 0 when an earlier one came to light, -1
# when what seemed human was not; `hours` is what that adds to the sum of response times.
_after = _answered + _given("answers")
_hours = _mean * _answered + _given("hours")
ANSWERED: Final = (
    update(TEMPLATE)
    .where(*_of)
    .values(
        success_rate=case((_used > 0, _after / _used), else_=0.0),
        average_response_time=case(
            (_after < 1, None), (_hours < 0, 0.0), else_=_hours / case((_after < 1, 1.0), else_=_after)
        ),
    )
)
