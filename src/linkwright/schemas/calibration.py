"""The shapes of calibration: how far confidences can be taken as probabilities, and what mends them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from linkwright.schemas.fields import Record, Shape, known
from linkwright.vocabulary import DecisionKind


class CalibrationQuery(Shape):
    """Which decisions; all kinds when none is named."""

    kind: Annotated[str, known(DecisionKind)] | None = None


class ReliabilityBin(Record):
    """Neighbouring confidences: what they said on average, and how often it happened."""

    said: float
    happened: float
    count: int
    low: float
    high: float


class Measures(Record):
    """How a confidence did. What the outcomes do not allow to say is None.

    Log loss in nats; intercept and slope are Cox's, 0 and 1 for a calibrated score, with 95 %
    intervals; `spiegelhalter` is a z, and `p_value` how likely a calibrated score would look as bad.
    """

    count: int
    positives: int
    brier: float | None = None
    skill: float | None = None
    log_loss: float | None = None
    intercept: float | None = None
    intercept_low: float | None = None
    intercept_high: float | None = None
    slope: float | None = None
    slope_low: float | None = None
    slope_high: float | None = None
    spiegelhalter: float | None = None
    p_value: float | None = None
    expected_error: float | None = None
    bins: list[ReliabilityBin] = Field(default_factory=list)

    @property
    def enough(self) -> bool:
        """Whether there was enough to say anything."""
        return self.brier is not None


class LaterOutcomes(Record):
    """The latest third of the outcomes, told from the others: log loss as said, and as mended.

    `gain` is the mean difference, with its standard error.
    """

    count: int
    raw_log_loss: float
    log_loss: float
    gain: float
    gain_error: float


class CalibrationRead(Record):
    """One group of decisions: by kind, and then by model and by prompt. `outcome` is what is told.

    `calibrator` mends the confidence of the next decision of the group; None where there is not
    enough to learn one from. `mended` is the curve of the latest third, told from the others.
    """

    kind: str
    model: str | None
    prompt: str | None
    outcome: str
    raw: Measures
    later: LaterOutcomes | None = None
    mended: list[ReliabilityBin] = Field(default_factory=list)
    calibrator: str | None = None
    method: str | None = None
    version: int | None = None
    learned_at: datetime | None = None
    still_needed: int = 0
