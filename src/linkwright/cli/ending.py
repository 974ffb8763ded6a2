"""How a command ends: with a status, and at the worst with one line on standard error."""

import traceback
from typing import Final, NoReturn

import typer

from linkwright.errors import InvalidInput, LinkwrightError

USAGE: Final = 2
"""Exit status when the command was asked for something that cannot be."""

FAILED: Final = 1
"""Exit status when it was asked well and did not do all of it."""

INTERRUPTED: Final = 130
"""Exit status when somebody pressed Ctrl-C."""


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


def leave_interrupted() -> NoReturn:
    """End the command because somebody pressed Ctrl-C."""
    typer.echo(
        "linkwright: interrupted. What was done is kept; the same command goes on from there.", err=True
    )
    raise SystemExit(INTERRUPTED)


def _debugging() -> bool:
    from linkwright.settings import Settings  # noqa: PLC0415  (heavy, and only a fault of ours needs it)

    try:
        return Settings.load().log_level == "debug"
    except LinkwrightError:
        return False
