"""What every command needs: the shared options, the settings, an open database, a clean end."""

import asyncio
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Annotated, Any, Final, NoReturn, TypeVar

import orjson
import typer
from pydantic import SecretStr

from linkwright.db.engine import Database
from linkwright.errors import InvalidInput, LinkwrightError
from linkwright.migrations import ensure_current
from linkwright.settings import Settings

T = TypeVar("T")

USAGE: Final = 2
"""Exit status when the command was asked for something that cannot be."""

FAILED: Final = 1
"""Exit status when it was asked well and did not do all of it."""

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
async def open_database(database_url: str | None) -> AsyncIterator[Database]:
    """Open the database of the option or the settings, for as long as the block lasts.

    Raises:
        SchemaMismatch: its schema is not this program's.
    """
    settings = settings_with(database_url)
    database = Database(settings.database_url.get_secret_value(), pool_size=settings.pool_size)
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
    """Print a value as JSON, indented."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    sys.stdout.write(orjson.dumps(value, option=options, default=_plain).decode())


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    raise TypeError


def leave(error: Exception) -> NoReturn:
    """End the command with one line on standard error, and never a traceback.

    A fault of ours is one line too; LINKWRIGHT_LOG_LEVEL=debug shows where it was.
    """
    if isinstance(error, LinkwrightError):
        typer.echo(f"linkwright: {error}", err=True)
        raise SystemExit(USAGE if isinstance(error, InvalidInput) else FAILED) from error
    if _debugging():
        traceback.print_exception(error)
    said = " ".join(str(error).split())[:200]
    typer.echo(
        f"linkwright: a fault in Linkwright itself ({type(error).__name__}: {said})."
        " LINKWRIGHT_LOG_LEVEL=debug shows where; please report it.",
        err=True,
    )
    raise SystemExit(FAILED) from error


def _debugging() -> bool:
    try:
        return Settings.load().log_level == "debug"
    except LinkwrightError:
        return False
