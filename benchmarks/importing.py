"""`linkwright import prospects` of a million rows of CSV, as a process of its own: rate and memory."""

import asyncio
import csv
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import Bench, Result, Stopwatch

SIZE = 1_000_000
# One round of a million takes minutes, and peak memory hardly varies.
ROUNDS = 1
MEGABYTE = 1024  # ru_maxrss counts kilobytes.
HEADER = ("url", "title", "contact_email", "contact_name", "domain_authority", "primary_topics")


async def run(bench: Bench) -> list[Result]:
    """Write the file once, and bring it to an empty database on each dialect."""
    size = bench.size(SIZE, quick=5_000)
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="linkwright-bench-") as folder:
        file = Path(folder) / "prospects.csv"
        _write(file, size)
        for dialect in bench.dialects:
            rates, peaks = [], []
            for _ in range(ROUNDS):
                async with bench.database(dialect) as url:
                    rate, peak = await asyncio.to_thread(_bring, file, url, size)
                rates.append(rate)
                peaks.append(peak)
            results += [
                Result(f"import a CSV of {size:,} prospects", dialect, rates, "rows/s"),
                Result("peak memory of that", dialect, peaks, "MB", at_most=300),
            ]
    return results


def _write(file: Path, size: int) -> None:
    chance = random.Random(size)
    with file.open("w", newline="") as target:
        rows = csv.writer(target)
        rows.writerow(HEADER)
        for number in range(size):
            site = f"site{chance.randrange(10**9)}.example.com"
            rows.writerow(
                (
                    f"https://{site}/write-for-us/{number}",
                    f"Write for us: guest posts about hiking {number}",
                    f"editor{number}@{site}",
                    "Jane Doe",
                    chance.randrange(101),
                    "hiking, camping",
                )
            )


def _bring(file: Path, url: str, size: int) -> tuple[float, float]:
    """Import the file; rows per second and the greatest number of megabytes."""
    words = ("import", "prospects", str(file), "-c", "Bench", "--create", "--user", "bench@example.com")
    environment = {**os.environ, "LINKWRIGHT_DATABASE_URL": url}
    with Stopwatch() as taken, tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, "-m", "linkwright", *words],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, "the import refused rows"
    return size / taken.seconds, usage.ru_maxrss / MEGABYTE
