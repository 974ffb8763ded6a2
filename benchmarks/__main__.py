"""Run benchmarks: `python -m benchmarks --only bulk --rounds 5`."""

import argparse
import asyncio
import importlib
import sys
import time

from benchmarks.harness import DIALECTS, Bench, Result
from benchmarks.report import as_text, keep, lines

BENCHMARKS = {
    "bulk": "benchmarks.bulk",
    "single": "benchmarks.single",
    "reads": "benchmarks.reads",
    "dashboard": "benchmarks.dashboard",
    "archive": "benchmarks.archive",
    "recommend": "benchmarks.recommend",
    "mixed": "benchmarks.mixed",
    "import": "benchmarks.importing",
    "watching": "benchmarks.watching",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=BENCHMARKS, help="run this one; may be repeated")
    parser.add_argument("--rounds", type=int, default=5, help="how often each number is measured")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that all of it works")
    parser.add_argument("--db", choices=[*DIALECTS, "both"], default="both", help="which database")
    options = parser.parse_args()
    dialects = DIALECTS if options.db == "both" else (options.db,)
    bench = Bench(rounds=max(1, options.rounds), quick=options.quick, dialects=dialects)
    results: dict[str, list[Result]] = {}
    with bench.open():
        for name in options.only or BENCHMARKS:
            started = time.monotonic()
            results[name] = asyncio.run(importlib.import_module(BENCHMARKS[name]).run(bench))
            print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    print(as_text(lines(results)))
    # Numbers of another kind do not belong in the document.
    if not options.quick and options.db == "both" and options.rounds >= 5:
        keep(results)
    return 0 if all(result.met is not False for group in results.values() for result in group) else 1


if __name__ == "__main__":
    sys.exit(main())
