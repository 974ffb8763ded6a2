"""A page that is already recorded and comes again: what is empty is filled, nothing is overwritten.

So an import can be repeated, and files that know different things about the same pages can be
brought in any order: nothing that was known gets lost to a row that knows less. States and
their moments are left alone: a life moves by its verbs.
"""

from collections.abc import Mapping
from typing import Any, Final

FILLED: Final = (
    "title",
    "description",
    "contact_email",
    "contact_name",
    "contact_page_url",
    "primary_topics",
    "content_categories",
    "writing_tone",
    "submission_guidelines",
    "submission_deadline",
    "ai_content_analysis",
    "ai_email_template_suggestion",
    "ai_follow_up_strategy",
    "domain_authority",
    "user_rating",
    "user_notes",
    "user_override_decision",
)
"""Columns that are empty or not: what is in them makes no difference."""

_SCORES: Final = ("spam_score", "quality_score")
# What one look at the page found belongs together: two looks are never mixed.
_VERDICT: Final = (
    "ai_relevance_score",
    "ai_authority_score",
    "ai_content_quality_score",
    "ai_spam_risk_score",
    "ai_contact_recommendation",
    "analyzed_at",
)
_LIMITS: Final = ("word_count_min", "word_count_max")
_FLAGS: Final = {"requires_images": False, "allows_links": True}

COMPARED: Final = (*_SCORES, *_VERDICT, *_LIMITS, *_FLAGS)
"""Columns whose values decide."""

_NOTHING: Final = (None, "")


def additions(known: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the row `again` knows about a page that the row `known` does not.

    A score of 0.0 and a flag at its default are what a row has that says nothing, and count as empty.
    Of the columns in `FILLED` it is enough that `known` has something where they are not empty.

    >>> known = dict.fromkeys((*FILLED, *COMPARED)) | {"title": "Write for us"}
    >>> additions(known, known | {"title": "Guest posts", "contact_name": "Jane"})
    {'contact_name': 'Jane'}
    """
    added = {name: again[name] for name in FILLED if known[name] in _NOTHING and again[name] not in _NOTHING}
    added |= {name: again[name] for name in _SCORES if not known[name] and again[name]}
    if known["analyzed_at"] is None and again["analyzed_at"] is not None:
        added |= {name: again[name] for name in _VERDICT if again[name] != known[name]}
    for name, default in _FLAGS.items():
        if known[name] in {None, default} and again[name] is (not default):
            added[name] = again[name]
    limits = {name: again[name] for name in _LIMITS if known[name] is None and again[name] is not None}
    if limits and _in_order(**{name: limits.get(name, known[name]) for name in _LIMITS}):
        added |= limits
    return added


def _in_order(word_count_min: int | None, word_count_max: int | None) -> bool:
    return word_count_min is None or word_count_max is None or word_count_min <= word_count_max
