"""What was found, as JSON takes it."""

from __future__ import annotations

from dataclasses import asdict

from linkwright.monitoring.caches import Cache
from linkwright.monitoring.indexes import kept
from linkwright.monitoring.overview import SHOWN, Overview
from linkwright.monitoring.statements import Numbers, summary


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
            "unused": [{**each._asdict(), "kept": kept(each)} for each in found.indexes.unused],
            "duplicate": [
                {**each.index._asdict(), "covered_by": each.other, "kept": kept(each.index)}
                for each in found.indexes.duplicate
            ],
            "missing": [{**asdict(each), "making": each.making} for each in found.indexes.missing],
        },
        "caches": {
            "database pages": found.pages._asdict(),
            **{
                name: {**asdict(cache), "rate": cache.rate}
                for name, cache in process_caches_of(numbers).items()
            },
        },
        "ai": [calls.as_json() for calls in found.ai],
        "maintained_at": found.maintained_at,
        "hints": list(found.hints),
    }


def process_caches_of(numbers: Numbers | None) -> dict[str, Cache]:
    """Return the caches of all processes: SQLAlchemy's compiled statements with ours."""
    if numbers is None:
        return {}
    texts = numbers.compiled
    kept = Cache(texts["hit"] + texts["prepared"], texts["miss"])
    return {"compiled statements": kept, **numbers.caches}
