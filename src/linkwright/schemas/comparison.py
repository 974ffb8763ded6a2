"""The shapes of comparisons: arms side by side, and what may be said of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from linkwright.schemas.fields import Moment, Record, Shape, known, upto
from linkwright.vocabulary import OutcomeName


class Dimension(StrEnum):
    """What is compared: the levels of a factor, or the versions of prompts."""

    MODEL = "model"
    PROMPT = "prompt"
    TEMPLATE = "template"
    TONE = "tone"
    SUBJECT_STYLE = "subject_style"
    SEND_HOUR = "send_hour"
    FOLLOW_UP_DELAY = "follow_up_delay"


class Success(StrEnum):
    """What counts for a letter; complaints count against it."""

    HUMAN_REPLY = OutcomeName.HUMAN_REPLY.value
    POSITIVE_REPLY = OutcomeName.POSITIVE_REPLY.value
    LINK_LIVE = OutcomeName.LINK_LIVE.value
    COMPLAINT = OutcomeName.COMPLAINT.value


class TrafficKind(StrEnum):
    """How letters got their arm, which decides what may be concluded."""

    RANDOMISED = "randomised"
    """By an even draw: an experiment."""
    ADAPTIVE = "adaptive"
    """By a draw that followed the results, with its probabilities logged."""
    HISTORY = "history"
    """In a way whose probabilities nobody knows: not comparable."""


class ComparisonQuery(Shape):
    """What to compare, and by what."""

    dimension: Annotated[str, known(Dimension)]
    metric: Annotated[str, known(Success)] = Success.HUMAN_REPLY.value
    campaign_id: Annotated[str, upto(36)] | None = None
    baseline: Annotated[str, upto(200, least=1)] | None = None
    matters: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.01
    since: Moment | None = None


class ArmRead(Record):
    """One arm's letters whose window has closed, and what they cost. `waiting` are those still open.

    `low` and `high` are where the rate is, with 95 %, at a single look. A cost per reply or link is None
    before the first of them. `unpriced` model calls are in no cost.
    """

    arm: str
    sent: int
    waiting: int
    succeeded: int
    rate: float | None
    low: float | None
    high: float | None
    replies: int
    links: int
    cost: float
    unpriced: int
    cost_per_reply: float | None
    cost_per_link: float | None
    mean_duration_ms: float | None


class PairRead(Record):
    """An arm beside the baseline.

    In randomised traffic the interval holds at every look; in adaptive traffic it is of one look, and
    `estimate` and `baseline_estimate` are the rates weighed by propensity (SNIPS), `effective` the
    emails that they rest on. `e_value` is the most evidence there has been for a difference;
    `decided_on` is the day it was enough.
    """

    arm: str
    baseline: str
    verdict: str
    difference: float | None
    low: float | None
    high: float | None
    e_value: float
    decided_on: str | None = None
    chance_better: float | None = None
    steady: bool = True
    estimate: float | None = None
    baseline_estimate: float | None = None
    effective: float | None = None


class Mismatch(Record):
    """Whether the arms were taken as often as was drawn. `arm` is the one that is farthest off."""

    p_value: float
    alarming: bool
    arm: str | None


class TrafficRead(Record):
    """The arms of one kind of traffic. Mismatch first: where it alarms, no verdict is given.

    `mean_weight` is the mean over arms of one over the probability of what was taken. It is about 1 where the
    logged probabilities are true; None where none are logged, or something was taken that had none.
    """

    kind: str
    mismatch: Mismatch | None
    mean_weight: float | None
    arms: list[ArmRead]
    pairs: list[PairRead]
    note: str | None = None


class ComparisonRead(Record):
    """A comparison. `planned` is how many emails an arm needs to show a difference of `matters` once."""

    dimension: str
    metric: str
    campaign_id: str | None
    as_of: datetime
    matters: float
    planned: int | None
    traffic: list[TrafficRead]
