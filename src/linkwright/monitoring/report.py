"""What was found, as JSON takes it."""

from __future__ import annotations

from linkwright.monitoring.overview import SHOWN, Overview
from linkwright.monitoring.statements import summary


def as_json(found: Overview, *, shown: int = SHOWN) -> dict[str, object]:
    """Return an overview as JSON takes it; of statements, those that took most time."""
    numbers, server = found.statements, found.server_statements
    return {
        "dialect": found.dialect,
        "statements": None
        if numbers is None
        else {
            "processes": numbers.processes,
            "different": len(numbers.statements),
            "slowest": [summary(*each) for each in numbers.by_time()[:shown]],
        },
        "server_statements": None if server is None else [each._asdict() for each in server],
        "hints": list(found.hints),
    }
