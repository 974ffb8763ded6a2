"""How AI is doing: how long its calls take, how many fail, and what they cost, from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import floor
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from linkwright.queries.ai_times import calls_since


@dataclass(slots=True)
class Calls:
    """The calls of one kind to one version of one model. `cost` by currency; unknown prices are in none."""

    kind: str
    provider: str | None
    model: str | None
    version: str | None
    number: int = 0
    errors: int = 0
    cost: dict[str, float] = field(default_factory=dict)
    durations: list[tuple[int, int]] = field(default_factory=list)
    """Milliseconds, ascending, and how many calls took so long. Calls that nobody timed are not in it."""

    @property
    def error_rate(self) -> float:
        """The share of calls that failed."""
        return self.errors / self.number

    def quantile(self, share: float) -> int | None:
        """Return the milliseconds that a share of the timed calls did not exceed; of none, None."""
        rank = floor(share * (sum(number for _, number in self.durations) - 1))
        for milliseconds, number in self.durations:
            rank -= number
            if rank < 0:
                return milliseconds
        return None

    def as_json(self) -> dict[str, object]:
        """Return the calls as JSON takes them."""
        return {
            "kind": self.kind,
            "provider": self.provider,
            "model": self.model,
            "version": self.version,
            "calls": self.number,
            "timed": sum(number for _, number in self.durations),
            "errors": self.errors,
            "error_rate": round(self.error_rate, 4),
            "p50_ms": self.quantile(0.5),
            "p95_ms": self.quantile(0.95),
            "cost": {currency: round(cost, 6) for currency, cost in self.cost.items()},
        }


async def ai_times(connection: AsyncConnection, first: datetime) -> Sequence[Calls]:
    """Return the calls since a moment, the most frequent kind first."""
    rows = (await connection.execute(calls_since(first))).all()
    await connection.rollback()
    return gathered(rows)


def gathered(rows: Iterable[Any]) -> Sequence[Calls]:
    """Return the calls by kind, model and version, from the rows of `calls_since`."""
    found: dict[tuple[Any, ...], Calls] = {}
    for row in rows:
        key = row.kind, row.provider, row.model, row.version
        calls = found.setdefault(key, Calls(*key))
        calls.number += row.number
        calls.errors += row.errors
        if row.cost is not None:
            currency = row.currency or "?"
            calls.cost[currency] = calls.cost.get(currency, 0.0) + float(row.cost)
        if row.duration_ms is not None:
            calls.durations.append((row.duration_ms, row.number))
    return sorted(found.values(), key=lambda calls: (-calls.number, calls.kind, calls.model or ""))
