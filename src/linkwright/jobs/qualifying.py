"""Which prospects are worth a letter: the [qualify] rules of a campaign file, applied to one.

The verdict is the same for the same facts, so judging everybody again on every run changes
nothing. A rule about something nobody knows neither accepts nor rejects: an unknown site is
not a bad one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from linkwright.jobs.campaign_file import Qualify
from linkwright.parsing.urls import registered_domain
from linkwright.schemas.opportunities import OpportunityRead

_SPAM: Final = frozenset({"spam_score", "spam_score_percent"})
Outcome = Literal["qualified", "rejected", "held"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of one prospect, and which of them said it."""

    outcome: Outcome
    reason: str


def judge(rules: Qualify, prospect: OpportunityRead) -> Verdict:
    """Return the verdict: a broken rule rejects, a missing fact holds, else it qualifies.

    All that is broken, or all that is missing, is named, so that a person mends it in one go.
    """
    broken = list(_broken(rules, prospect))
    missing = list(_missing(rules, prospect))
    if rules.when_unknown == "reject":
        broken, missing = broken + missing, []
    elif rules.when_unknown == "pass":
        missing = []
    if rules.require_contact_email and prospect.contact_email is None:
        # Never a reason to reject: somebody can look for the address.
        missing.insert(0, "no contact address")
    if broken:
        return Verdict("rejected", "; ".join(broken))
    if missing:
        return Verdict("held", "; ".join(missing))
    return Verdict("qualified", "keeps every rule")


def spam_score_of(prospect: OpportunityRead) -> float | None:
    """Return the spam score if somebody measured it.

    The column holds 0 until then, and no look at the page changes it: an analysis has a score of its
    own. So a 0 counts only where the facts of a source say that it was the source's.
    """
    if prospect.spam_score:
        return prospect.spam_score
    sources = (prospect.ai_content_analysis or {}).values()
    said = any(isinstance(facts, dict) and not _SPAM.isdisjoint(facts) for facts in sources)
    return prospect.spam_score if said else None


def _broken(rules: Qualify, prospect: OpportunityRead) -> Iterator[str]:
    authority, spam = prospect.domain_authority, spam_score_of(prospect)
    if (
        rules.min_domain_authority is not None
        and authority is not None
        and authority < rules.min_domain_authority
    ):
        yield f"domain authority {authority} is below {rules.min_domain_authority}"
    if rules.max_spam_score is not None and spam is not None and spam > rules.max_spam_score:
        yield f"spam score {spam:g} is above {rules.max_spam_score:g}"
    relevance = _relevance(prospect)
    if rules.min_relevance is not None and relevance is not None and relevance < rules.min_relevance:
        yield f"relevance {relevance:g} is below {rules.min_relevance:g}"
    excluded = {domain.lower().strip(".") for domain in rules.exclude_domains}
    if excluded & {prospect.domain, registered_domain(prospect.domain)}:
        yield f"domain {prospect.domain} is excluded"
    words = _words(prospect)
    for keyword in rules.exclude_keywords:
        if _says(words, keyword):
            yield f"says {keyword!r}"
    if rules.keywords and not any(_says(words, keyword) for keyword in rules.keywords):
        yield f"says none of {', '.join(map(repr, rules.keywords))}"


def _missing(rules: Qualify, prospect: OpportunityRead) -> Iterator[str]:
    if rules.min_domain_authority is not None and prospect.domain_authority is None:
        yield "domain authority unknown"
    if rules.max_spam_score is not None and spam_score_of(prospect) is None:
        yield "spam score unknown"
    if rules.min_relevance is not None and _relevance(prospect) is None:
        yield "relevance unknown"


def _relevance(prospect: OpportunityRead) -> float | None:
    """Return the relevance if somebody looked; before that, the column's 0.0 is no verdict."""
    return None if prospect.analyzed_at is None else prospect.ai_relevance_score


def _words(prospect: OpportunityRead) -> str:
    lists = [*(prospect.primary_topics or []), *(prospect.content_categories or [])]
    return " ".join([prospect.url, prospect.title or "", prospect.description or "", *lists]).casefold()


def _says(words: str, keyword: str) -> bool:
    """Say whether a word begins with `keyword`: "hut" is in "huts", and not in "shutter"."""
    return re.search(rf"(?<!\w){re.escape(keyword.casefold())}", words) is not None
