"""The `linkwright` command: parse, call, print.

A family of commands is a Typer app in a file of its own, a single command is a function; both have
their line in the menu of `on_demand`, and nothing of them is loaded here.
"""

import sys
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated

import typer

from linkwright.cli.ending import INTERRUPTED, leave, leave_interrupted
from linkwright.cli.on_demand import OnDemand

app = typer.Typer(
    name="linkwright",
    cls=OnDemand,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"linkwright {version('linkwright')}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave."),
    ] = False,
) -> None:
    """Linkwright keeps the record of backlink outreach: every prospect, prompt, email, reply and link."""


def main() -> None:
    """Run the command line. Whatever goes wrong is one line on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, TextIOWrapper
        ):  # A letter that the terminal does not know is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    try:
        # Not Typer's own ending: that says what is wrong with a call in five lines, some of them Pydantic's.
        status = app(prog_name="linkwright", standalone_mode=False)
    except KeyboardInterrupt:
        leave_interrupted()
    except Exception as error:  # noqa: BLE001  (the last place before the user)
        leave(error)
    if status == INTERRUPTED:  # Typer's word for Ctrl-C, which it says nothing about.
        leave_interrupted()
    raise SystemExit(status or 0)
