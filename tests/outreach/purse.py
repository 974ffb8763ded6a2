"""A purse that pays for everything, and remembers what failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkwright.outreach.ai import Planned


class Open:
    """Pays without asking."""

    def __init__(self) -> None:
        self.planned: list[Planned] = []
        self.failures: list[Mapping[str, Any]] = []

    async def reserve(self, call: Planned) -> int | None:
        self.planned.append(call)
        return len(self.planned)

    async def failed(self, call: Mapping[str, Any]) -> None:
        self.failures.append(call)
