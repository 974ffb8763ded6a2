"""How the command line starts: quickly, because the commands are loaded when they are asked for."""

import subprocess
import sys
import typing

import pytest
import typer

from linkwright.cli import app
from linkwright.cli.on_demand import MENU
from tests.cli.command import linkwright


def loaded_after(*words: str) -> set[str]:
    """Return the top-level packages that `linkwright WORDS` has loaded when it ends."""
    script = (
        "import sys\n"
        "from linkwright.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    sys.stderr.write(' '.join({name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, check=True, text=True, timeout=60
    )
    return set(done.stderr.split("\n")[-1].split())


class TestTheMenu:
    def test_says_of_each_command_what_the_command_says_of_itself(self) -> None:
        group: typing.Any = typer.main.get_command(app)

        for name, command in group.commands.items():
            first = " ".join(command.help.split("\n\n")[0].split())
            assert MENU[name].summary == first.partition(". ")[0].rstrip(".") + "."

    def test_lists_every_command(self) -> None:
        said = linkwright("--help").out

        assert [line.split()[0] for line in said.split("Commands:")[1].splitlines() if line[2:3].strip()] == [
            *MENU
        ]

    def test_a_misspelt_command_is_told_from_one_that_was_meant(self) -> None:
        said = linkwright("doktor")

        assert said.status == 2
        assert "Did you mean 'doctor'?" in said.err

    @pytest.mark.parametrize("name", MENU)
    def test_no_help_shows_how_it_was_written(self, name: str) -> None:
        assert "\\b" not in linkwright(name, "--help").out


class TestLoading:
    @pytest.mark.parametrize("words", [("--help",), ("--version",), ("frob",), ()])
    def test_what_needs_no_database_loads_none(self, words: tuple[str, ...]) -> None:
        heavy = {"sqlalchemy", "alembic", "asyncpg", "openpyxl", "jinja2", "rich"}

        assert not loaded_after(*words) & heavy
