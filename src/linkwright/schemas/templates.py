"""The shapes of templates."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from linkwright.schemas.fields import NO_NUL, JsonObject, Record, RowId, Shape, Text, known, upto
from linkwright.vocabulary import TemplateCategory, Tone

Name = Annotated[str, upto(100, least=1)]
Subject = Annotated[str, upto(200, least=1)]
Body = Annotated[str, Field(min_length=1, pattern=NO_NUL)]


class _Settings(Shape):
    """What a caller may set at any time. `ai_variables` is read from the texts, usage from the emails."""

    description: Text | None = None
    category: Annotated[str, known(TemplateCategory)] = TemplateCategory.GENERAL.value
    body_template_text: Body | None = None
    ai_tone_suggestions: list[Annotated[str, known(Tone)]] | None = None
    ai_context_requirements: JsonObject | None = None


class TemplateCreate(_Settings):
    """A new template. Without HTML, the text is also its HTML body."""

    name: Name
    subject_template: Subject
    body_template_html: Body


class TemplateUpdate(_Settings):
    """What may be changed; only the keys that are given count."""

    name: Name = ""
    subject_template: Subject = ""
    body_template_html: Body = ""
    is_active: bool = True


class TemplateRead(Record):
    """A template, every column."""

    id: int
    name: str
    description: str | None
    category: str | None
    subject_template: str
    body_template_html: str
    body_template_text: str | None
    ai_variables: list[str] | None
    ai_tone_suggestions: list[str] | None
    ai_context_requirements: dict[str, Any] | None
    usage_count: int | None
    success_rate: float | None
    average_response_time: float | None
    is_active: bool | None
    is_system_template: bool | None
    created_by_user_id: int | None
    created_at: datetime | None
    updated_at: datetime | None


class TemplateQuery(Shape):
    """Which templates, and how many at once."""

    category: Annotated[str, known(TemplateCategory)] | None = None
    active: bool | None = True
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    after: RowId | None = None
