"""Jobs of which one runs at a time, on one database, whatever the number of machines."""

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

from sqlalchemy import text

from linkwright.db.engine import Database
from linkwright.db.integrity import translated_errors
from linkwright.errors import Conflict

_TRY = text("SELECT pg_try_advisory_lock(:key)")


@asynccontextmanager
async def in_turn(database: Database, job: str) -> AsyncIterator[None]:
    """Be the only one who does this job until the block ends, or the process does.

    Raises:
        Conflict: another process is at it.
    """
    busy = Conflict(f"Another process is at the same work ({job}); it goes on.")
    if database.dialect == "sqlite":
        descriptor = os.open(f"{database.url.database}.{job}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise busy from None
            yield
        finally:
            os.close(descriptor)
        return
    # A connection of its own: the lock is the session's, and ends with it.
    with translated_errors():
        async with database.engine.connect() as connection:
            key = int.from_bytes(sha256(job.encode()).digest()[:7])
            if not await connection.scalar(_TRY, {"key": key}):
                raise busy
            await connection.commit()
            try:
                yield
            finally:
                await connection.invalidate()
