"""Runs of the main job in processes of their own, to be killed.

A process that has imported everything waits here and forks for each run: nobody is then killed
while still importing, and a run starts at once. It hears and answers on its pipes, line by line:
a URL, a folder and when to kill come in, and how the run ended goes out.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Self

from linkwright.db.engine import Database
from linkwright.jobs.campaign_file import read_campaign_file
from linkwright.jobs.run import run_campaign
from tests.jobs.campaigns import NOW


class Runs:
    """Starts runs, and kills them after a while."""

    def __enter__(self) -> Self:
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.killed"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(["src", "."])},
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._nursery.communicate()

    def run(self, url: str, folder: Path, *, kill_after: float | None = None) -> int:
        """Run a campaign and return the exit status; it is killed if it is not done by then."""
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(json.dumps([url, str(folder), kill_after]) + "\n")
        return int(self._nursery.stdout.readline())


def serve() -> None:
    """Fork for each line that comes in."""
    for line in sys.stdin:
        url, folder, kill_after = json.loads(line)
        process = os.fork()
        if process == 0:
            try:
                asyncio.run(_run(url, Path(folder)))
            except BaseException:  # noqa: BLE001  (a forked child must not go on with its parent's work)
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        if kill_after is not None:
            time.sleep(kill_after)
            # It may have ended meanwhile; until it is waited for, nobody else can have its id.
            os.kill(process, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


async def _run(url: str, folder: Path) -> None:
    database = Database(url)
    file = read_campaign_file(folder / "campaign.toml")
    await run_campaign(database, file, clock=lambda: NOW, rejects_folder=folder)
    await database.close()


if __name__ == "__main__":
    serve()
