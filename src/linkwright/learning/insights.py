"""What a campaign's numbers prove, and what to do about it. Nothing is said without evidence.

Each kind of insight is one question that is fixed beforehand, put to the cohorts of letters that have had
their time, and answered by an e-value (`evidence`). The chance that a campaign in which nothing is going on
ever gets an insight by chance, however often anybody looks, is at most `FALSE_ALARMS` for all kinds together:
each must reach the number of kinds over that. Sentences are templates; the numbers are the evidence's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import exp, log
from typing import Any, Final

FALSE_ALARMS: Final = 0.05
"""The chance that a campaign in which nothing is going on ever gets an insight."""

QUESTIONS: Final = (
    "reply_rate_changed",
    "reply_rate_low",
    "bounce_rate_high",
    "complaint_rate_high",
    "opens_by_machines",
    "ai_accuracy_low",
    "relevance_tells",
    "weekday_tells",
)
"""The questions that chance could answer."""


@dataclass(frozen=True, slots=True)
class Insight:
    """One thing that the numbers prove, and what to do about it."""

    kind: str
    metric: str
    text: str
    action: str
    suggestion: str
    # 1 less the chance of such evidence, had nothing been going on and had one looked at any time.
    confidence: float
    log_e: float | None
    numbers: Mapping[str, Any]
    # The days of `backlinking_analytics` behind it.
    first: date
    last: date
    since: date | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored in `ai_insights`."""
        found: dict[str, Any] = {
            "kind": self.kind,
            "metric": self.metric,
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "numbers": dict(self.numbers),
            "rows": {
                "table": "backlinking_analytics",
                "period_type": "daily",
                "from": self.first.isoformat(),
                "to": self.last.isoformat(),
            },
        }
        if self.log_e is not None:
            found["log_e_value"] = round(self.log_e, 3)
            found["false_alarms"] = FALSE_ALARMS
        if self.since is not None:
            found["since"] = self.since.isoformat()
        return found

    def as_suggestion(self) -> dict[str, Any]:
        """Return what to do, as it is stored in `optimization_suggestions`."""
        return {
            "action": self.action,
            "text": self.suggestion,
            "because": self.kind,
            "metric": self.metric,
            "confidence": round(self.confidence, 4),
        }


def sure(log_e: float) -> float | None:
    """Return the confidence that evidence gives, among all questions; None where it proves nothing."""
    if log_e < log(len(QUESTIONS) / FALSE_ALARMS):
        return None
    return 1 - len(QUESTIONS) * exp(-log_e)
