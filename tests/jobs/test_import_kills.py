"""Imports that are killed, really killed, at random moments, and run again."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from linkwright.db.engine import Database
from tests.support.bringing import Bringing
from tests.support.dump import likeness
from tests.support.importers import KINDS, importer_of, unbroken

ENOUGH = 17
"""Kills of each kind, which makes more than fifty on each database."""

# Large enough not to be done before they have been killed so often.
SIZES = {"prospects": 60, "log": 22, "mail": 12}
BATCHES = {"prospects": 10, "log": 4, "mail": 4}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
async def test_killed_again_and_again_it_ends_where_an_unbroken_one_does(
    database: Database, tmp_path: Path, kind: str, migrated_url: str
) -> None:
    place = await Bringing(database, tmp_path).set_up()
    whole, made, rejects = await unbroken(place, kind, size=SIZES[kind], batch=BATCHES[kind])

    kills = kill(migrated_url, place, kind)

    assert kills >= ENOUGH, "the sample is too small to be killed often enough"
    assert await likeness(database) == made
    assert place.rejects.read_bytes() == rejects
    again = await place.bring(importer_of(place, kind, batch=BATCHES[kind]))
    assert (again.changed, again.new, again.refused) == (False, 0, whole.refused)
    assert await place.is_sound()


def kill(url: str, place: Bringing, kind: str) -> int:
    """Let the import be killed until it is done; say how often that was."""
    seed = random.randrange(1_000_000)
    words = [
        url,
        str(place.folder),
        kind,
        str(BATCHES[kind]),
        str(place.user_id),
        place.campaign_id,
        str(seed),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killing", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (seed, done.stderr[-2_000:])
    return int(done.stdout)
