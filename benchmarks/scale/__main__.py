"""Fill and measure: `python -m benchmarks.scale --rows 100000 --check`, or `make bench-scale ROWS=100000`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from benchmarks.harness import DIALECTS
from benchmarks.scale import inserts, jobs, reads
from benchmarks.scale.places import Places, places
from benchmarks.scale.report import draw, keep, lines

SMALL: Final = 10_000
SOURCE: Final = 2_000
"""Emails of a third database, from which a campaign is brought to the others."""


def main() -> int:
    """Measure one size against the small one, and say whether it is as promised."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="emails of the large database")
    parser.add_argument("--rounds", type=int, default=5, help="how often each number is measured")
    parser.add_argument("--db", choices=[*DIALECTS, "both"], default="both", help="which database")
    parser.add_argument("--folder", type=Path, help="keep the databases there, and use those that are there")
    parser.add_argument(
        "--roll-up", type=float, default=60, help="seconds that rolling up a new one may take"
    )
    parser.add_argument("--without", action="append", default=[], choices=["inserts", "jobs", "sizes"])
    parser.add_argument("--note", default="", help="what else is to be known of the machine, for the page")
    parser.add_argument(
        "--check", action="store_true", help="only say whether it is as promised; keep nothing"
    )
    options = parser.parse_args()
    dialects = DIALECTS if options.db == "both" else (options.db,)
    met = True
    with places(options.folder, postgresql="postgresql" in dialects, roll_up=options.roll_up) as there:
        for dialect in dialects:
            begun = time.monotonic()
            found = asyncio.run(_measured(there, dialect, options))
            found["minutes"] = round((time.monotonic() - begun) / 60, 1)
            found["note"] = options.note
            table, good = lines(dialect, options.rows, found)
            print("\n".join(table))
            met = met and good
            if not options.check:
                keep(dialect, options.rows, found)
    if not options.check:
        draw()
    return 0 if met else 1


async def _measured(there: Places, dialect: str, options: argparse.Namespace) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        small, filled = await stack.enter_async_context(there.opened(dialect, SMALL))
        sides = [small]
        if options.rows != SMALL:
            large, filled = await stack.enter_async_context(there.opened(dialect, options.rows))
            sides.append(large)
        last = sides[-1]
        found: dict[str, Any] = {"filled": filled.__dict__, "load": [_load()]}
        if "sizes" not in options.without:
            found |= await jobs.sizes(last)
        found["reads"] = await reads.measure(sides, options.rounds)
        if "inserts" not in options.without:
            with tempfile.TemporaryDirectory(prefix="linkwright-scale-") as folder:
                file = Path(folder) / "campaign.jsonl"
                async with there.opened("sqlite", SOURCE) as (source, _):
                    await inserts.exported(source, file)
                found["inserts"] = await inserts.measure(sides, file, options.rounds)
        if "jobs" not in options.without:
            found["archive"] = await jobs.archive(last)
            found["commands"] = await jobs.commands(last)
        found["load"].append(_load())
        return found


def _load() -> float:
    return round(os.getloadavg()[0], 1)


if __name__ == "__main__":
    sys.exit(main())
