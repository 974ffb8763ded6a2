"""What is kept of statements: how often, how long, how many rows, and the plan of the slow ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, get_args

from linkwright.db.watching import Compiled
from linkwright.monitoring.caches import Cache
from linkwright.monitoring.fingerprints import fingerprint
from linkwright.monitoring.sketches import Sketch


class Asked(NamedTuple):
    """A statement and who issued it: a verb, a command, or nobody that is known."""

    sql: str
    issuer: str


@dataclass(slots=True)
class Plan:
    """How the database would run a statement, at some moment."""

    lines: Sequence[str]
    at: str


@dataclass(slots=True)
class Statement:
    """The numbers of one statement on behalf of one issuer. `rows` were given or changed."""

    times: Sketch = field(default_factory=Sketch)
    rows: int = 0
    errors: int = 0
    slow: int = 0
    plan: Plan | None = None

    def merge(self, other: Statement) -> None:
        """Add the numbers of another process; the younger plan is kept."""
        self.times.merge(other.times)
        self.rows += other.rows
        self.errors += other.errors
        self.slow += other.slow
        if other.plan is not None and (self.plan is None or other.plan.at > self.plan.at):
            self.plan = other.plan


@dataclass(slots=True)
class Numbers:
    """All that a process, or several, have seen: statements, and where their texts came from."""

    statements: dict[Asked, Statement] = field(default_factory=dict)
    compiled: dict[str, int] = field(default_factory=lambda: dict.fromkeys(get_args(Compiled), 0))
    caches: dict[str, Cache] = field(default_factory=dict)
    processes: int = 0

    def merge(self, other: Numbers) -> None:
        """Add the numbers of others."""
        for asked, statement in other.statements.items():
            self.statements.setdefault(asked, Statement()).merge(statement)
        for where, number in other.compiled.items():
            self.compiled[where] = self.compiled.get(where, 0) + number
        for name, cache in other.caches.items():
            self.caches.setdefault(name, Cache()).merge(cache)
        self.processes += other.processes

    def by_time(self) -> Sequence[tuple[Asked, Statement]]:
        """Return the statements, that which took most time in all first."""
        return sorted(self.statements.items(), key=lambda each: (-each[1].times.total, each[0]))

    def as_json(self) -> dict[str, object]:
        """Return the numbers as JSON takes them."""
        statements = [_told(asked, statement) for asked, statement in self.statements.items()]
        caches = {name: asdict(cache) for name, cache in self.caches.items()}
        return {
            "processes": self.processes,
            "compiled": self.compiled,
            "caches": caches,
            "statements": statements,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Numbers:
        """Return the numbers that `as_json` had told of.

        Raises:
            ValueError, TypeError, KeyError: it had not.
        """
        found = cls(processes=int(told["processes"]))
        found.compiled |= {str(where): int(number) for where, number in told["compiled"].items()}
        found.caches |= {
            str(name): Cache(int(cache["hits"]), int(cache["misses"]), int(cache["size"]))
            for name, cache in told["caches"].items()
        }
        for each in told["statements"]:
            plan = each["plan"]
            found.statements[Asked(str(each["sql"]), str(each["issuer"]))] = Statement(
                Sketch.from_json(each["times"]),
                int(each["rows"]),
                int(each["errors"]),
                int(each["slow"]),
                None if plan is None else Plan([str(line) for line in plan["lines"]], str(plan["at"])),
            )
        return found


def together(numbers: Iterable[Numbers]) -> Numbers:
    """Return the numbers of several, as one."""
    found = Numbers()
    for each in numbers:
        found.merge(each)
    return found


def summary(asked: Asked, statement: Statement) -> dict[str, object]:
    """Return what is shown of a statement. Times are in milliseconds."""
    times = statement.times
    return {
        "fingerprint": fingerprint(asked.sql),
        "issuer": asked.issuer,
        "sql": asked.sql,
        "count": times.count,
        "rows": statement.rows,
        "errors": statement.errors,
        "slow": statement.slow,
        "total_ms": round(times.total * 1000, 3),
        "p50_ms": round(times.quantile(0.5) * 1000, 3),
        "p95_ms": round(times.quantile(0.95) * 1000, 3),
        "p99_ms": round(times.quantile(0.99) * 1000, 3),
        "longest_ms": round(times.longest * 1000, 3),
        "plan": None if statement.plan is None else list(statement.plan.lines),
    }


def _told(asked: Asked, statement: Statement) -> dict[str, object]:
    plan = statement.plan
    return {
        **asked._asdict(),
        "times": statement.times.as_json(),
        "rows": statement.rows,
        "errors": statement.errors,
        "slow": statement.slow,
        "plan": None if plan is None else {"lines": list(plan.lines), "at": plan.at},
    }
