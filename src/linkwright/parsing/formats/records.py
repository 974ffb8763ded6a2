"""What a row of a file says, once it is parsed."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from linkwright.vocabulary import EmailStatus, OpportunityStatus, ResponseType


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What a link index says of a link from the prospect's page. Whose the target is, it does not know."""

    target: str | None = None
    anchor: str | None = None
    nofollow: bool | None = None
    ugc: bool | None = None
    sponsored: bool | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    lost: bool | None = None
    lost_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what is known, as JSON values."""
        pairs = ((item.name, getattr(self, item.name)) for item in fields(self))
        return {name: _json(value) for name, value in pairs if value is not None}


OWN: Final = "linkwright"
"""The name of our own columns' format."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """A page where a link could be earned, as one row of a file knows it. What the row left out is None.

    `values` holds the further columns of an opportunity that the row gave (scores, notes, ...), by
    column name. `extra` is what the source says beyond our columns. `authority_source` tells on which
    scale `domain_authority` was measured: 40 at one source is not 40 at another.
    """

    row: int
    source: str
    url: str
    domain: str
    title: str | None = None
    description: str | None = None
    contact_email: str | None = None
    contact_name: str | None = None
    contact_page_url: str | None = None
    status: OpportunityStatus | None = None
    domain_authority: int | None = None
    authority_source: str | None = None
    spam_score: float | None = None
    discovered_at: datetime | None = None
    link: LinkFacts | None = None
    values: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def analysis(self) -> dict[str, Any] | None:
        """Return what belongs into `ai_content_analysis`: the source's facts under the source's name."""
        own = self.values.get("ai_content_analysis")
        facts: dict[str, Any] = dict(self.extra)
        if self.link is not None:
            facts["link"] = self.link.as_json()
        if self.authority_source is not None:
            facts["authority_source"] = self.authority_source
        if self.spam_score == 0 and self.source != OWN:
            # The column holds 0 where nobody knows, too, and so does our own export of it.
            facts["spam_score"] = 0.0
        if not facts:
            return own
        return {**(own or {}), self.source: facts}

    def as_opportunity(self) -> dict[str, Any]:
        """Return the columns of an opportunity that the row gave; what it left out keeps its default."""
        columns: dict[str, Any] = {
            name: value for name in _COLUMNS if (value := getattr(self, name)) is not None
        }
        columns.update(self.values)
        analysis = self.analysis()
        if analysis is not None:
            columns["ai_content_analysis"] = analysis
        return columns


_COLUMNS = (
    "url",
    "domain",
    "title",
    "description",
    "contact_email",
    "contact_name",
    "contact_page_url",
    "status",
    "domain_authority",
    "spam_score",
    "discovered_at",
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One mail that another tool tried to send. `status_word` is what that tool called its state."""

    row: int
    attempt_id: str
    lead_id: str
    campaign_id: str | None = None
    sender_email: str | None = None
    subject: str | None = None
    body: str | None = None
    message_id: str | None = None
    status: EmailStatus | None = None
    status_word: str | None = None
    sent_at: datetime | None = None
    created_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer that another tool received. `classification` is what that tool made of it."""

    row: int
    reply_id: str
    attempt_id: str
    from_email: str | None = None
    subject: str | None = None
    body: str | None = None
    response_type: ResponseType | None = None
    classification: str | None = None
    received_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)


Record: TypeAlias = Prospect | Attempt | Reply


def _json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
