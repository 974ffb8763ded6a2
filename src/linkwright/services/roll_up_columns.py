"""What every number of analytics means: the one place, which the documentation is written from.

Days are UTC days. Each number is a sum of whole numbers over prospects, so it does not depend on the
order in which facts arrived, and a week or a month is the sum of its days.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from linkwright.learning.cohorts import BOUNCE_DAYS, COMPLAINT_DAYS, OPEN_DAYS, REPLY_DAYS

COST_UNIT: Final = 100_000_000
"""Costs are added up in hundred-millionths of a dollar, as exactly as the ledger keeps them."""

STARS_UNIT: Final = 4
"""A rating of one star counts 0, one of five counts 4: divided by this it is a share."""

HIGH_RELEVANCE: Final = 0.7

COUNTS: Final[Mapping[str, str]] = {
    "opportunities_discovered": "Prospects discovered on the day.",
    "opportunities_contacted": "Prospects whose first email left on the day.",
    "opportunities_responded": "Prospects of whom a person first answered on the day.",
    "opportunities_published": "Prospects whose link was first live on the day.",
    "links_acquired": "Prospects with a link that was placed on the day, or published where the placing has"
    " no date. A link that is lost later stays acquired.",
    "emails_sent": "Emails that left on the day, whatever became of them.",
    "emails_delivered": "Emails that the recipient's server took on the day.",
    "emails_bounced": "Emails that came back on the day.",
    "emails_opened": "Emails first opened on the day by anything but a machine. An email counts once in its"
    " life, so days add up.",
    "emails_clicked": "Emails in which a link was first followed on the day by anything but a machine.",
    "responses_received": "Responses by a person (positive, negative, neutral) received on the day.",
    "positive_responses": "Responses received on the day that say yes.",
    "negative_responses": "Responses received on the day that say no.",
    "auto_replies": "Automatic replies and out-of-office notes received on the day.",
    "ai_emails_generated": "Emails written on the day by a named model, template or rule (`ai_model_used`).",
    "ai_responses_analyzed": "Responses received on the day that have been given an intent.",
    "user_reviews_provided": "Ratings of prospects discovered and of emails written on the day, and responses"
    " received on the day that a person reviewed. A rating has no moment of its own, so it counts for the day"
    " of what it rates.",
}
"""Columns that are counts: what each counts, of a day."""

SHARES: Final[Mapping[str, str]] = {
    "ai_accuracy_score": "Of the prospects analysed and responses received on the day that a person judged"
    " as well, the share in which the person agreed: an override that agrees with what was recommended; a"
    " review that names the same type, intent and sentiment, or changes nothing. NULL when nobody judged; the"
    " number is `performance_trends.ai_accuracy.n`.",
    "user_satisfaction_score": "The mean rating of prospects discovered and emails written on the day,"
    " one star being 0 and five being 1. NULL when nothing was rated.",
}
"""Columns that are means over things, not over days."""

COST: Final = "ai_cost_incurred"
COSTS: Final[Mapping[str, str]] = {
    COST: "US dollars that the decisions of the day cost. One whose price is not known adds nothing here"
    " and is counted as unpriced.",
}

TEXTS: Final[Mapping[str, str]] = {
    "ai_insights": "Weeks and months: what the facts until then prove, with numbers and confidence; an empty"
    " list when they prove nothing. Days: NULL.",
    "performance_trends": "The change against the period before, with intervals; how many things each rate is"
    " of; opens by machines, kept apart.",
    "optimization_suggestions": "What to do about each insight. Days: NULL.",
}

BESIDE: Final[Mapping[str, str]] = {
    "emails_opened_by_machine": "Emails first opened on the day by a machine: a privacy proxy, a scanner.",
    "emails_opened_by_machine_only": "Those of them that nobody else ever opened.",
    "judged": "Prospects and responses that `ai_accuracy_score` is of.",
    "judged_right": "Those of them in which the person agreed.",
    "rated": "Prospects and emails that `user_satisfaction_score` is of.",
    "stars": "Their stars above the first, added up.",
    "cost_e8": "`ai_cost_incurred`, in hundred-millionths.",
    "unpriced": "Calls of a model whose price is not known.",
    "cohort_contacted_high": f"Prospects first written to on the day, analysed with a relevance of"
    f" {HIGH_RELEVANCE} or more.",
    "cohort_contacted_low": "Prospects first written to on the day, analysed with less.",
    "cohort_replied": f"Prospects first written to on the day who answered within {REPLY_DAYS} days.",
    "cohort_replied_high": "Those of them with a high relevance.",
    "cohort_replied_low": "Those of them with less.",
    "cohort_positive": f"Prospects first written to on the day who said yes within {REPLY_DAYS} days.",
    "cohort_opened": f"Emails sent on the day that somebody opened within {OPEN_DAYS} days.",
    "cohort_bounced": f"Emails sent on the day that came back within {BOUNCE_DAYS} days.",
    "cohort_complained": f"Emails sent on the day that were called spam within {COMPLAINT_DAYS} days.",
    "cohort_unreachable": "Prospects first written to on the day who got nothing: every email bounced.",
}
"""Numbers that the table has no column for, kept in `analytics_days`.

The rates of trends and insights are of cohorts, what became of the letters of a day, because replies of a day
divided by letters of the day are of different letters. `reply:26` beside them counts prospects first written
to on the day who answered within 26 hours."""


def values_of(numbers: Mapping[str, int]) -> dict[str, Any]:
    """Return the columns of a period from its numbers.

    >>> values_of({"emails_sent": 2, "judged": 4, "judged_right": 3, "cost_e8": 150_000})["ai_accuracy_score"]
    0.75
    """
    values: dict[str, Any] = {name: numbers.get(name, 0) for name in COUNTS}
    values[COST] = numbers.get("cost_e8", 0) / COST_UNIT
    judged, rated = numbers.get("judged", 0), numbers.get("rated", 0)
    values["ai_accuracy_score"] = numbers.get("judged_right", 0) / judged if judged else None
    values["user_satisfaction_score"] = numbers.get("stars", 0) / (STARS_UNIT * rated) if rated else None
    return values
