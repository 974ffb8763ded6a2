"""The `linkwright` command: parse, call, print.

A family of commands is a Typer app in a file of its own, imported and added below; a single
command is a function, added with `app.command("name")(function)`.
"""

from importlib.metadata import version
from typing import Annotated

import typer

from linkwright.cli import db, imports
from linkwright.cli.doctor import doctor
from linkwright.cli.run import run
from linkwright.cli.support import leave

app = typer.Typer(
    name="linkwright",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(db.app, name="db")
app.command("doctor")(doctor)
app.add_typer(imports.app, name="import")
app.command("run")(run)


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
    try:
        app(prog_name="linkwright")
    except Exception as error:  # noqa: BLE001  (the last place before the user)
        leave(error)
