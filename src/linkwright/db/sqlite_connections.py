"""Connections to SQLite files whose threads never outlive the loop they report to."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import aiosqlite

PATIENCE: Final = 5.0


async def connect(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """Open a connection; where that fails, wait for its thread to end before saying so.

    The thread of a failed connection still reports that it stopped. A program that ends on the
    error has closed its loop by then, and the report became a traceback on the screen.
    """
    connection = aiosqlite.connect(*arguments, **options)
    thread = connection._thread  # noqa: SLF001  (there is no other way to it)
    thread.daemon = True
    try:
        return await connection
    except BaseException:
        await asyncio.to_thread(thread.join, PATIENCE)
        raise
