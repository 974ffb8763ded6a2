"""How a command ends: with a status, and at the worst with one line on standard error."""

import re
import sys
import traceback
from typing import Final, NoReturn

import typer

from linkwright.errors import InvalidInput, LinkwrightError

USAGE: Final = 2
"""Exit status when the command was asked for something that cannot be."""

FAILED: Final = 1
"""Exit status when it was asked well and did not do all of it."""

_NUMBERED: Final = re.compile(r"\b(email|opportunity|response|message) (\d+)\b", re.IGNORECASE)
_NAMES: Final = {
    "email": ("letter", ""),
    "opportunity": ("prospect", ""),
    "response": ("answer", ""),
    "message": ("message", "m"),
}
_PYDANTICS: Final = tuple(
    (re.compile(theirs), ours)
    for theirs, ours in (
        (r"Value error, ", ""),
        (r"Input should be a valid integer.*", "must be a whole number"),
        (r"Input should be greater than or equal to", "must be at least"),
        (r"Input should be less than or equal to", "must be at most"),
        (r"Input should be", "must be"),
    )
)

INTERRUPTED: Final = 130
"""Exit status when somebody pressed Ctrl-C."""


def leave(error: Exception) -> NoReturn:
    """End the command with one line on standard error, and never a traceback.

    A fault of ours is one line too; LINKWRIGHT_LOG_LEVEL=debug shows where it was.
    """
    if isinstance(error, LinkwrightError):
        typer.echo(f"linkwright: {in_the_words_of_commands(str(error))}", err=True)
        raise SystemExit(USAGE if isinstance(error, InvalidInput) else FAILED) from error
    if isinstance(error, typer.Abort):
        if not sys.stdin.isatty():
            typer.echo(err=True)  # The question stands there still, without an answer behind it.
        typer.echo("linkwright: stopped, because nobody said yes. Nothing was done.", err=True)
        raise SystemExit(FAILED) from error
    if (
        said := getattr(error, "format_message", None)
    ) is not None:  # Typer's errors have no class in common.
        _leave_wrong_call(said(), getattr(error, "ctx", None))
    if _debugging():
        traceback.print_exception(error)
    said = " ".join(str(error).split())[:200]
    typer.echo(
        f"linkwright: a fault in Linkwright itself ({type(error).__name__}: {said})."
        " LINKWRIGHT_LOG_LEVEL=debug shows where; please report it.",
        err=True,
    )
    raise SystemExit(FAILED) from error


def in_the_words_of_commands(text: str) -> str:
    """Return a message of the library with the commands' names for things and their numbers.

    >>> in_the_words_of_commands("There is no email 5; message 7 belongs to opportunity 3.")
    'There is no letter 5; message m7 belongs to prospect 3.'
    """

    def ours(found: re.Match[str]) -> str:
        name, mark = _NAMES[found[1].lower()]
        return f"{name.capitalize() if found[1][0].isupper() else name} {mark}{found[2]}"

    return _NUMBERED.sub(ours, text)


def _leave_wrong_call(said: str, context: typer.Context | None) -> NoReturn:
    """End a call that Typer could not read; what is no sentence of ours about it is made one."""
    if said.startswith("Usage:"):  # A family of commands without a command: its help is the answer.
        typer.echo(said, err=True)
        raise SystemExit(USAGE)
    for theirs, ours in _PYDANTICS:
        said = theirs.sub(ours, said)
    advice = "" if context is None else f" `{context.command_path} --help` shows how."
    end = "" if said.endswith(("?", ".")) else "."
    typer.echo(f"linkwright: {said[:1].lower()}{said[1:]}{end}{advice}", err=True)
    raise SystemExit(USAGE)


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
