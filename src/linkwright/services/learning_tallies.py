"""What is kept of the evidence on one arm, and how it is written into `ai_learning_data`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from linkwright.learning.fading import Faded, faded

_NOTHING: Final = Faded()


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one user's letters with one arm.

    `trials` are letters whose window has closed or that were answered. Of those still waiting, `exposed` is
    what their silence is worth, in trials, as of when it was last counted.
    """

    trials: int = 0
    replies: int = 0
    faded: Faded = _NOTHING
    waiting: int = 0
    exposed: float = 0.0
    first: datetime | None = None
    # The latest evidence: when its letter left, and whose it was.
    last: tuple[datetime, int] | None = None
    campaign_id: str | None = None
    opportunity_id: int | None = None
    last_used: datetime | None = None

    def with_evidence(self, fact: Any, half_life: timedelta) -> Self:
        """Return the tally with an outcome counted, or with its new value in place of the old one."""
        new = fact.learned_value is None
        trials, replies = (1, fact.value) if new else (0, fact.value - fact.learned_value)
        at = fact.executed_at
        latest = (at, fact.decision_id)
        tally = replace(
            self,
            trials=self.trials + trials,
            replies=self.replies + round(replies),
            faded=self.faded.plus(trials, replies, at, half_life),
            first=at if self.first is None else min(at, self.first),
        )
        if self.last is None or latest > self.last:
            return replace(
                tally, last=latest, campaign_id=fact.campaign_id, opportunity_id=fact.opportunity_id
            )
        return tally

    def at(self, now: datetime, half_life: timedelta) -> tuple[float, float]:
        """Return trials and replies as they count now."""
        weight = self.faded.weight_at(now, half_life)
        return self.faded.trials * weight + self.exposed, self.faded.replies * weight

    def as_value(self, half_life: timedelta) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "trials": self.trials,
            "replies": self.replies,
            "faded_trials": self.faded.trials,
            "faded_replies": self.faded.replies,
            "waiting": self.waiting,
            "exposed": self.exposed,
            "first_evidence": _text(self.first),
            "last_evidence": _text(self.last[0] if self.last else None),
            "last_decision": self.last[1] if self.last else None,
            "half_life_days": half_life / timedelta(days=1),
        }

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        """Return what JSON says; what is not ours is no evidence."""
        try:
            first, last = _moment(value["first_evidence"]), _moment(value["last_evidence"])
            return cls(
                trials=value["trials"],
                replies=value["replies"],
                faded=Faded(value["faded_trials"], value["faded_replies"], last),
                waiting=value["waiting"],
                exposed=value["exposed"],
                first=first,
                last=None if last is None else (last, value["last_decision"]),
            )
        except (KeyError, TypeError, ValueError):
            return cls()


def counts_now(fields: Sequence[Any], now: datetime, half_life: timedelta) -> tuple[float, float]:
    """Return trials and replies as they count now, from `queries.recommend.FIELDS`; what is not ours is none.

    It is what `Tally.of(value).at(now, half_life)` says, for whoever reads a hundred to choose one.
    """
    trials, replies, exposed, last = fields
    try:
        weight = 1.0 if last is None else faded(now - datetime.fromisoformat(last), half_life)
        return trials * weight + exposed, replies * weight
    except (TypeError, ValueError):
        return 0.0, 0.0


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
