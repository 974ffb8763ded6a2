"""Our own columns: Linkwright's export, lists of URLs, and any other file by a map of its columns."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from linkwright.errors import InvalidInput
from linkwright.parsing.formats import columns as c
from linkwright.parsing.formats.base import Facts, Format, prospect_page
from linkwright.parsing.formats.words import opportunity_status
from linkwright.parsing.tables.rows import header_key
from linkwright.vocabulary import ContactRecommendation, FollowUpStrategy, OverrideDecision, WritingTone

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS: Final[Mapping[str, c.Column]] = {
    column.target: column
    for column in (
        prospect_page(),
        c.text("title", 500),
        c.text("description", lines=True),
        c.address("contact_email"),
        c.text("contact_name", 200),
        c.page("contact_page_url"),
        c.analysis("ai_content_analysis"),
        c.score("ai_relevance_score"),
        c.score("ai_authority_score"),
        c.score("ai_content_quality_score"),
        c.score("ai_spam_risk_score"),
        c.topics("primary_topics"),
        c.topics("content_categories"),
        c.word("writing_tone", WritingTone),
        c.text("submission_guidelines", lines=True),
        c.whole("word_count_min"),
        c.whole("word_count_max"),
        c.flag("requires_images"),
        c.flag("allows_links"),
        c.text("submission_deadline", 100),
        c.Column("status", lambda value, name: opportunity_status(value, field=name)),
        c.moment("discovered_at"),
        c.moment("analyzed_at"),
        c.moment("contacted_at"),
        c.moment("responded_at"),
        c.moment("published_at"),
        c.word("ai_contact_recommendation", ContactRecommendation),
        c.text("ai_email_template_suggestion", 100),
        c.word("ai_follow_up_strategy", FollowUpStrategy),
        c.whole("domain_authority", 0, 100),
        c.score("spam_score"),
        c.score("quality_score"),
        c.whole("user_rating", 1, 5),
        c.text("user_notes", lines=True),
        c.word("user_override_decision", OverrideDecision),
        c.flag("link_acquired"),
        c.page("link_url"),
        c.moment("link_placement_date"),
    )
}
"""Every field of an opportunity that a file may set, and how it is read."""


_FOLLOWING: Final = ("id", "campaign_id", "domain", "email_open_rate", "response_time_hours")


def _finish(fields: Facts, _extra: Facts) -> None:
    low, high = fields.get("word_count_min"), fields.get("word_count_max")
    if low is not None and high is not None and low > high:
        raise InvalidInput("word_count_min", f"must be at most word_count_max, which is {high}", low)


LINKWRIGHT: Final = Format(
    "linkwright",
    "Linkwright's own columns",
    frozenset({"url"}),
    # Our export has these too: they belong to where it came from, or follow from other facts.
    {header_key(name): c.ignored() for name in _FOLLOWING}
    | {header_key(name): column for name, column in FIELDS.items()},
    open_ended=False,  # a column that is none of ours is a mistake, or a case for --map
    finish=_finish,
)
URL_LIST: Final = Format(
    "url_list", "a list of URLs, one per line", frozenset({"url"}), {"url": prospect_page()}, open_ended=False
)


def custom(mapping: Mapping[str, str]) -> Format:
    """Return the format of a file whose columns a person has named: column to field.

    Columns that the map does not name go to `extra`, under the name `custom`. A map without `url` is
    for a file of our own columns: it says what the others are, and ours keep their meaning.

    Raises:
        InvalidInput: field `map`: an unknown field, two columns for one field, no column for `url`.
    """
    columns: dict[str, c.Column] = {}
    for column, name in mapping.items():
        field = FIELDS.get(name.strip().lower())
        if field is None:
            near = get_close_matches(name.strip().lower(), FIELDS, n=1)
            hint = f"did you mean {column}={near[0]}? " if near else ""
            raise InvalidInput(
                "map", f"{hint}must name one of these fields: {', '.join(sorted(FIELDS))}", name
            )
        key = header_key(column)
        if not key:
            raise InvalidInput("map", "must name a column", column)
        if key in columns or field in columns.values():
            raise InvalidInput(
                "map", f"must give {field.target} and the column {column} once", f"{column}={name}"
            )
        columns[key] = field
    if FIELDS["url"] in columns.values():
        return Format("custom", "columns named by --map", frozenset(columns), columns, finish=_finish)
    if "url" in columns:
        raise InvalidInput("map", "must name the column of the url, like Website=url", dict(mapping))
    named = columns.values()
    ours = {key: column for key, column in LINKWRIGHT.columns.items() if column not in named}
    title = "Linkwright's own columns, and those named by --map"
    return Format("custom", title, frozenset({"url", *columns}), ours | columns, finish=_finish)
