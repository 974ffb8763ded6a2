"""What was found, as JSON takes it."""

from __future__ import annotations

from dataclasses import asdict

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
        "indexes": {
            "number": found.indexes.number,
            "unused": [each._asdict() for each in found.indexes.unused],
            "duplicate": [
                {**each.index._asdict(), "covered_by": each.other} for each in found.indexes.duplicate
            ],
            "missing": [{**asdict(each), "making": each.making} for each in found.indexes.missing],
        },
        "hints": list(found.hints),
    }
