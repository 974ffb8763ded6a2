"""How a prospect enters the record: one checked shape becomes one row that agrees with itself."""

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from linkwright.clock import hours_between
from linkwright.errors import InvalidInput
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.parsing.urls import domain_of
from linkwright.schemas.opportunities import OpportunityCreate
from linkwright.vocabulary import OpportunityStatus as S

COLUMNS: Final = tuple(column.key for column in BacklinkOpportunity.__table__.columns if column.key != "id")
"""Every column but the id, which the database counts up."""

in_order: Final = itemgetter(*COLUMNS)

# Whoever is in one of these was written to, or answered, whether or not the file says when.
_CONTACTED: Final = frozenset(
    {S.CONTACTED, S.NO_RESPONSE, S.RESPONDED, S.NEGOTIATING, S.ACCEPTED, S.DECLINED}
)
_RESPONDED: Final = frozenset({S.RESPONDED, S.NEGOTIATING, S.ACCEPTED})
_PLACED: Final = frozenset({S.PUBLISHED, S.LINK_LOST})
MAY_NOT_BE_SUPPRESSED: Final = frozenset({S.SUPPRESSED, *_PLACED})
"""States that a suppression does not end: that a link is or was live stays a fact."""
_VERDICTS: Final = frozenset(
    {"ai_relevance_score", "ai_authority_score", "ai_content_quality_score", "ai_spam_risk_score"}
)


def row_of(
    campaign_id: str, data: OpportunityCreate, now: datetime, *, row: int | None = None
) -> dict[str, Any]:
    """Return the values of every column but the id.

    What the shape implies is filled in: the domain, the moments of the state it enters in, the
    moment of an analysis whose scores it brings. A moment that nobody knows becomes the next one
    that is known, or now.

    Raises:
        InvalidInput: `domain` is of another site than `url`.
    """
    values = dict(data.__dict__)
    values["campaign_id"] = campaign_id
    domain = domain_of(data.url)
    if data.domain is not None and not _same_site(data.domain, domain):
        raise InvalidInput("domain", f"must be that of the url, {domain}", data.domain, row=row)
    values["domain"] = domain
    values["email_open_rate"] = 0.0
    values["response_time_hours"] = None
    if data.discovered_at is None:
        values["discovered_at"] = now
    if data.analyzed_at is None and not _VERDICTS.isdisjoint(data.model_fields_set):
        values["analyzed_at"] = now
    if data.status != S.DISCOVERED or data.link_url is not None:
        fill_in_moments(values, now)
    values["response_time_hours"] = response_time(values)
    return values


def response_time(values: Mapping[str, Any]) -> float | None:
    """Return the hours that an answer took, where there is one."""
    contacted, responded = values["contacted_at"], values["responded_at"]
    return None if contacted is None or responded is None else hours_between(contacted, responded)


def suppressed(values: dict[str, Any]) -> None:
    """Let a row enter as suppressed."""
    if values["status"] not in MAY_NOT_BE_SUPPRESSED:
        values["status"] = S.SUPPRESSED.value


def counted(values: Mapping[str, Any]) -> dict[str, int]:
    """Return what a row adds to its campaign's counters."""
    return {
        "total": 1,
        "contacted": int(values["contacted_at"] is not None),
        "responded": int(values["responded_at"] is not None),
        "links": int(bool(values["link_acquired"])),
    }


def fill_in_moments(values: dict[str, Any], now: datetime) -> None:
    """Give a row the moments that its state implies, where nobody knows them."""
    status = values["status"]
    if status in _PLACED or values["link_acquired"]:
        if values["link_url"] is not None:
            values["link_acquired"] = True
        if values["published_at"] is None:
            earlier = (values["link_placement_date"] or now, values["contacted_at"], values["responded_at"])
            values["published_at"] = max(at for at in earlier if at is not None)
        if values["link_acquired"] and values["link_placement_date"] is None:
            values["link_placement_date"] = values["published_at"]
    if status in _RESPONDED and values["responded_at"] is None:
        values["responded_at"] = values["published_at"] or now
    if status in _CONTACTED and values["contacted_at"] is None:
        values["contacted_at"] = values["responded_at"] or values["published_at"] or now


def _same_site(given: str, domain: str) -> bool:
    given = given.strip().lower().removesuffix(".").removeprefix("www.")
    return given == domain or domain.endswith(f".{given}")
