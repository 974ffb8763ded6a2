"""Groups of confidences: all of a kind, of those a model's, of those a prompt's.

A small group learns from the one above it, so the groups know their parents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

_LONGEST_KEY: Final = 200


@dataclass(frozen=True)
class Group:
    """Which decisions a calibrator is of; `model` and `prompt` None is all of them."""

    kind: str
    model: str | None = None
    prompt: str | None = None

    @property
    def key(self) -> str:
        """The name the group's calibrator is stored under.

        >>> Group("classify", "small-model", "reply@3").key
        'classify|small-model|reply@3'
        """
        parts = [part for part in (self.kind, self.model, self.prompt) if part is not None]
        key = "|".join(part.replace("%", "%25").replace("|", "%7C") for part in parts)
        if len(key) <= _LONGEST_KEY:
            return key
        return f"{self.kind}|{sha256(key.encode()).hexdigest()}"

    @property
    def parent(self) -> Group | None:
        """The next larger group."""
        if self.prompt is not None:
            return Group(self.kind, self.model)
        return Group(self.kind) if self.model is not None else None

    def with_parents(self) -> Iterator[Group]:
        """Yield the group and all that it is part of, the smallest first."""
        group: Group | None = self
        while group is not None:
            yield group
            group = group.parent


def group_of(kind: str, model: str | None, prompt_name: str | None, prompt_version: str | None) -> Group:
    """Return the smallest group of a decision.

    >>> group_of("classify", "small-model", "reply", "3").prompt
    'reply@3'
    >>> group_of("classify", None, "reply", "3")
    Group(kind='classify', model=None, prompt=None)
    """
    if not model:
        return Group(kind)
    prompt = "@".join(part for part in (prompt_name, prompt_version) if part)
    return Group(kind, model, prompt or None)


@dataclass
class Pairs:
    """Confidences and what happened, in the order of deciding."""

    said: list[float] = field(default_factory=list)
    happened: list[float] = field(default_factory=list)


def grouped(latest_first: Iterable[Any]) -> dict[Group, Pairs]:
    """Return the pairs of every group, parents before their children."""
    found: dict[Group, Pairs] = {}
    for row in reversed(list(latest_first)):
        for group in group_of(row.kind, row.model, row.prompt_name, row.prompt_version).with_parents():
            pairs = found.setdefault(group, Pairs())
            pairs.said.append(row.confidence_raw)
            pairs.happened.append(row.value)
    order = sorted(found, key=lambda one: (one.kind, one.model or "", one.prompt or ""))
    return {group: found[group] for group in order}
