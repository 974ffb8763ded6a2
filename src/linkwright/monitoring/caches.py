"""The caches of a process: what Linkwright and SQLAlchemy keep, so as not to do it again.

Answers of an AI are not among them: none is kept to be given twice.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_KEPT: Final = {
    "compiled templates": ("linkwright.templating.rendering", "_compiled"),
    "registered domains": ("linkwright.parsing.urls", "registered_domain"),
    "dates of exports": ("linkwright.parsing.dates", "_from_text"),
    "words of the lexicon": ("linkwright.outreach.words", "concepts"),
}
"""Where each is: a function that remembers its answers. A test looks whether all of them are there."""


@dataclass(slots=True)
class Cache:
    """How often something was there, and how often it had to be made. `size` counts what is kept now."""

    hits: int = 0
    misses: int = 0
    size: int = 0

    @property
    def rate(self) -> float | None:
        """The share of hits; None before anything was asked for."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else None

    def merge(self, other: Cache) -> None:
        """Add what another process has. Each keeps its own, so sizes add up too."""
        self.hits += other.hits
        self.misses += other.misses
        self.size += other.size


def process_caches() -> Mapping[str, Cache]:
    """Return the caches of this process, since it began; what was never loaded has none."""
    found = {}
    for name, (module, function) in _KEPT.items():
        loaded = sys.modules.get(module)
        if loaded is not None:
            info = getattr(loaded, function).cache_info()
            found[name] = Cache(info.hits, info.misses, info.currsize)
    return found


def since(start: Mapping[str, Cache], now: Mapping[str, Cache]) -> dict[str, Cache]:
    """Return what was asked of each cache since a moment of which `start` tells."""
    nothing = Cache()
    return {
        name: Cache(cache.hits - before.hits, cache.misses - before.misses, cache.size)
        for name, cache in now.items()
        for before in [start.get(name, nothing)]
    }
