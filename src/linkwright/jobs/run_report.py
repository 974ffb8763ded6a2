"""What a run found and did, as data: the command prints it, `--json` gives it to programs."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from linkwright.services.patterns import Pattern
from linkwright.services.roll_up_columns import HIGH_RELEVANCE
from linkwright.vocabulary import DeciderKind

LISTED = 200


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one file's rows or messages."""

    source: str
    kind: str
    new: int = 0
    same: int = 0
    merged: int = 0
    refused: int = 0
    rejects_file: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that was not taken."""

    source: str
    row: int | None
    field: str
    rule: str
    value: str


@dataclass(frozen=True, slots=True)
class SettingChanged:
    """One setting of the campaign that the file says otherwise than the record did."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the funnel: how many got this far, ever."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing that only a person can do.

    `what` is the kind of errand, `who` the prospect or the person, `why` the reason or their own words.
    """

    what: str
    who: str
    why: str
    url: str | None = None
    opportunity_id: int | None = None
    email_id: int | None = None
    response_id: int | None = None
    inbound_id: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """How many letters were written under the choice of a template, and how many of these drawn evenly."""

    template: str
    letters: int
    evenly: int


@dataclass(frozen=True, slots=True)
class ReadBy:
    """How many answers one reader has read, and of how many it could not say what they want.

    `by` is the kind of reader: a person looks at what a rule or a model has read.
    """

    reader: str
    answers: int
    unclear: int
    by: str = DeciderKind.RULE.value


@dataclass(slots=True)
class RunReport:
    """One run of one campaign. `fits_from` is the score from which a page counts as one that fits."""

    campaign: str
    campaign_id: str
    status: str
    owner: str
    now: datetime
    dry_run: bool = False
    created: bool = False
    settings_changed: list[SettingChanged] = field(default_factory=list)
    templates_new: list[str] = field(default_factory=list)
    templates_changed: list[str] = field(default_factory=list)
    brought: list[Brought] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    funnel: list[Stage] = field(default_factory=list)
    prospects: dict[str, int] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    scored: dict[str, int] = field(default_factory=dict)
    fits_from: float = HIGH_RELEVANCE
    not_scored: int = 0
    chosen: list[Chosen] = field(default_factory=list)
    read: list[ReadBy] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)
    insights: list[dict[str, Any]] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)
    errand_counts: dict[str, int] = field(default_factory=dict)
    refused_count: int = 0
    changed: bool = False

    def count(self, what: str, number: int = 1) -> None:
        """Add to what was done; nothing done leaves no entry."""
        if number:
            self.done[what] = self.done.get(what, 0) + number

    def errand(self, errand: Errand) -> None:
        """Add something for a person; of one kind only the first are listed, and all are counted."""
        number = self.errand_counts.get(errand.what, 0) + 1
        self.errand_counts[errand.what] = number
        if number <= LISTED:
            self.errands.append(errand)

    def refuse(self, refused: Refused) -> None:
        """Add a row that was not taken; only the first are listed, the rejects file has all."""
        self.refused_count += 1
        if len(self.refused) < LISTED:
            self.refused.append(refused)

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values; moments become text where it is printed."""
        return asdict(self)
