"""A run that is killed, by SIGKILL and anywhere, is finished by running it again."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from linkwright.db.engine import Database
from linkwright.migrations import upgrade
from tests.jobs.campaigns import FILE, PROSPECTS
from tests.jobs.killed import Runs
from tests.support.dump import Dump, likeness

KILLS = 50
KILLS_IN_A_ROW = 5
MORE_PROSPECTS = "".join(
    f"https://site{n}.example/write,Site {n},editor@site{n}.example,,{30 + n}\n" for n in range(12)
)
SENT = """\
From mara@northwind.example Tue Sep  1 08:00:00 2026
From: Mara <mara@northwind.example>
To: editor@site{n}.example
Date: Tue, 01 Sep 2026 08:00:00 +0000
Message-ID: <{n}@northwind.example>
Subject: A letter to site {n}

Would you like an article?

"""
ANSWERED = """\
From editor@site{n}.example Wed Sep  2 08:00:00 2026
From: Editor <editor@site{n}.example>
To: mara@northwind.example
Date: Wed, 02 Sep 2026 08:00:00 +0000
Message-ID: <re{n}@site{n}.example>
In-Reply-To: <{n}@northwind.example>
Subject: Re: A letter to site {n}

{words}

"""
WORDS = ("Yes please, send me a draft.", "No, thank you.", "Please unsubscribe me.", "Who are you?")
MORE = """
[[mailboxes]]
path = "sent.mbox"
[[mailboxes]]
path = "inbox.mbox"
[choices]
experiment = 0.5
[[templates]]
name = "other"
subject = "Another for {{ title }}"
body_text = "Another from {{ sender.name }}."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "campaign"
    place.mkdir()
    (place / "prospects.csv").write_text(PROSPECTS + MORE_PROSPECTS + "javascript:x,Bad,,,\n")
    (place / "sent.mbox").write_text("".join(SENT.format(n=n) for n in range(0, 12, 2)))
    answers = (ANSWERED.format(n=n, words=WORDS[n // 2 % len(WORDS)]) for n in range(0, 8, 2))
    (place / "inbox.mbox").write_text("".join(answers))
    file = FILE.format(name="Autumn", prospects="rule", emails="rule", campaign="", more=MORE)
    (place / "campaign.toml").write_text(file)
    return place


@pytest.fixture
def databases(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Iterator[str]]:
    """As many migrated databases as a test asks for."""
    made: list[str] = []

    def urls() -> Iterator[str]:
        while True:
            if dialect == "sqlite":
                path = tmp_path / f"{len(made)}.db"
                shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
                made.append(f"sqlite:///{path}")
            else:
                made.append(request.getfixturevalue("postgres").create_migrated(upgrade))
            yield made[-1]

    yield urls()
    if dialect == "postgresql":
        for url in made:
            request.getfixturevalue("postgres").drop(url)


def contents(url: str) -> Dump:
    async def read() -> Dump:
        database = Database(url)
        try:
            return await likeness(database)
        finally:
            await database.close()

    return asyncio.run(read())


@pytest.mark.slow
class TestARunThatIsKilled:
    def test_again_and_again_ends_like_an_unbroken_one(self, databases: Iterator[str], folder: Path) -> None:
        chance = random.Random(2026)
        with Runs() as runs:
            url = next(databases)
            assert runs.run(url, folder) == 0
            expected = contents(url)
            began = time.monotonic()
            assert runs.run(next(databases), folder) == 0
            took = time.monotonic() - began
            kills = 0
            while kills < KILLS:
                url = next(databases)
                in_a_row = 0
                while in_a_row < KILLS_IN_A_ROW:
                    status = runs.run(url, folder, kill_after=chance.uniform(0, took))
                    if status == 0:
                        break
                    assert status == -signal.SIGKILL
                    in_a_row += 1
                kills += in_a_row
                assert runs.run(url, folder) == 0
                assert contents(url) == expected, f"after {in_a_row} kills in a row"
