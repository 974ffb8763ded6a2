"""What every command needs: the shared options, the settings, an open database."""

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from enum import StrEnum
from io import TextIOWrapper
from typing import Annotated, Any, Final, TypeVar

import orjson
import typer
from pydantic import SecretStr

from linkwright.db.engine import Database
from linkwright.migrations import ensure_current
from linkwright.monitoring.opening import open_watched
from linkwright.settings import Settings

T = TypeVar("T")

_SECONDS_TO_END: Final = 1.0

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        help="Where the record is: sqlite:///file.db or postgresql://user@host/name."
        " Otherwise LINKWRIGHT_DATABASE_URL says, or it is linkwright.db in this folder.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs to read.")]


def settings_with(database_url: str | None = None) -> Settings:
    """Return the settings, an option of the command line going before all other places."""
    settings = Settings.load()
    if database_url is None:
        return settings
    return settings.model_copy(update={"database_url": SecretStr(database_url)})


def url_from(database_url: str | None) -> str:
    """Return the database's URL, from the option or else from the settings."""
    return settings_with(database_url).database_url.get_secret_value()


@asynccontextmanager
async def open_database(
    database_url: str | None, *, settings: Settings | None = None
) -> AsyncIterator[Database]:
    """Open the database of the option or the settings, for as long as the block lasts.

    Raises:
        SchemaMismatch: its schema is not this program's.
    """
    database = open_watched(settings or settings_with(database_url))
    try:
        await ensure_current(database)
        yield database
    finally:
        await database.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    return asyncio.run(_to_the_end(work))


async def _to_the_end(work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    finally:
        # aiosqlite does not wait for its thread when a file cannot be opened; a thread that
        # answers after the loop is closed prints a traceback at the user.
        for thread in threading.enumerate():
            if "_connection_worker_thread" in thread.name:
                await asyncio.to_thread(thread.join, _SECONDS_TO_END)


def print_json(value: object) -> None:
    """Print a value as JSON, indented. JSON is UTF-8, whatever the terminal is."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    try:
        text = orjson.dumps(value, option=options, default=_plain)
    except TypeError:  # The name of a file that is not UTF-8: Python's own JSON escapes it.
        text = json.dumps(value, indent=2, default=_plain).encode() + b"\n"
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.flush()
        sys.stdout.buffer.write(text)
    else:
        sys.stdout.write(text.decode())


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    raise TypeError
