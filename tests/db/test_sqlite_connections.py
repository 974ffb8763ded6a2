"""A connection that fails leaves no thread behind to report to a loop that is gone."""

import asyncio
import threading
from pathlib import Path

import pytest

from linkwright.db.engine import Database
from linkwright.errors import DatabaseUnavailable


class TestConnect:
    @pytest.mark.parametrize("missing", ["no-such-file.db", "no-such-folder/file.db"])
    def test_leaves_no_thread_when_it_fails(self, tmp_path: Path, missing: str) -> None:
        async def read() -> int:
            database = Database(f"sqlite:///{tmp_path / missing}")
            with pytest.raises(DatabaseUnavailable):
                async with database.reading() as session:
                    await session.connection()
            # While the loop is still there to be told.
            return len([thread for thread in threading.enumerate() if "worker_thread" in thread.name])

        before = len([thread for thread in threading.enumerate() if "worker_thread" in thread.name])

        assert [asyncio.run(read()) for _ in range(5)] == [before] * 5
