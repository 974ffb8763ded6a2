"""Kill imports: a process that forks one import after another and shoots each at a random moment.

Run as a script: `python -m tests.support.killing URL FOLDER KIND BATCH USER CAMPAIGN SEED`. It prints
how many lives were ended by a shot, and leaves the database with the import done. Everything is
imported before the first fork, so a life is as long as its work and not as Python's start.
"""

from __future__ import annotations

import asyncio
import os
import random
import select
import signal
import sys
import time
from itertools import count
from pathlib import Path
from typing import NamedTuple

from linkwright.db.engine import Database
from linkwright.jobs.importing import ImportInProgress
from tests.support.bringing import Bringing
from tests.support.importers import importer_of

WAITS = 20.0
"""Seconds after which a life that shows nothing has hung."""


KILLS = 20
"""After so many, a life is let live."""


class Life(NamedTuple):
    """What every life begins with."""

    url: str
    folder: Path
    kind: str
    batch: int
    user_id: int
    campaign_id: str


def beat(pulse: int) -> None:
    os.write(pulse, b".")


async def one_life(life: Life, pulse: int) -> None:
    database = Database(life.url)
    place = Bringing(database, life.folder)
    place.desk, place.campaign_id = place.desk.of(life.user_id), life.campaign_id
    importer = importer_of(place, life.kind, batch=life.batch)
    beat(pulse)
    await place.bring(importer, progress=lambda *_: beat(pulse))
    await database.close()


def live(life: Life, pulse: int) -> int:
    """One import in a child of its own; the answer is its exit status."""
    try:
        asyncio.run(one_life(life, pulse))
    except ImportInProgress:
        # The one before was killed while its commit was under way: the next finds where it ended.
        return 3
    return 0


def shoot(child: int, pulse: int, beats: int, chance: random.Random) -> None:
    """Kill the child after so many beats, and then some. One that has ended is past killing."""
    for _ in range(beats):
        ready, _, _ = select.select([pulse], [], [], WAITS)
        if not ready:
            raise SystemExit("a life has hung")
        if not os.read(pulse, 1):
            break  # it has ended
    time.sleep(chance.uniform(0, 0.01))
    os.kill(child, signal.SIGKILL)


def main(life: Life, chance: random.Random) -> int:
    kills = 0
    for lives in count(1):
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reads)
            os._exit(live(life, writes))
        os.close(writes)
        if kills < KILLS:
            # The first beat is heard before the first batch, the second behind it: one life in three gets on.
            shoot(child, reads, 2 if lives % 3 == 0 else 1, chance)
        _, status = os.waitpid(child, 0)
        os.close(reads)
        code = os.waitstatus_to_exitcode(status)
        if code == 0:
            return kills
        if code == -signal.SIGKILL:
            kills += 1
        elif code != 3:
            raise SystemExit(f"a life ended with {code}")
    raise AssertionError


if __name__ == "__main__":
    where, place, what, batch, user, campaign, seed = sys.argv[1:]
    print(main(Life(where, Path(place), what, int(batch), int(user), campaign), random.Random(int(seed))))
