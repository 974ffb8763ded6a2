"""How the command line starts: quickly, because the commands are loaded when they are asked for."""

import re
import shlex
import subprocess
import sys
import typing
from collections.abc import Iterator

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


def leaves(command: typing.Any, path: str) -> Iterator[tuple[str, typing.Any]]:
    """Yield every command that does something, with the words that call it."""
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, inner in command.commands.items():
        yield from leaves(inner, f"{path} {name}")


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
        assert "Did you mean 'doctor'" in said.err

    @pytest.mark.parametrize("name", MENU)
    def test_no_help_shows_how_it_was_written(self, name: str) -> None:
        assert "\\b" not in linkwright(name, "--help").out


class TestAWrongCall:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("letters", "show", "x"), "'ID': must be a whole number"),
            (("suppress", "add", "a@b.example", "--reason", "frob"), "'--reason': 'frob' is not one of"),
            (("doctor", "--rows", "-1"), "'--rows': must be at least 0"),
            (("prospects", "reject", "3"), "missing option '--reason'"),
            (("campaigns", "list", "--frob"), "no such option: --frob"),
        ],
    )
    def test_is_one_line_that_says_where_to_look(self, words: tuple[str, ...], said: str) -> None:
        ended = linkwright(*words)

        assert (ended.status, ended.out, ended.err.count("\n")) == (2, "", 1)
        assert said in ended.err
        assert "--help` shows how." in ended.err
        assert "Value error" not in ended.err

    def test_of_a_family_alone_shows_its_help(self) -> None:
        ended = linkwright("letters")

        assert (ended.status, ended.out) == (2, "")
        assert "Commands:" in ended.err


class TestEveryCommand:
    def test_has_examples_that_it_would_take(self) -> None:
        without = []
        for path, command in leaves(typer.main.get_command(app), "linkwright"):
            examples = re.findall(r"^ *(linkwright .*)$", command.help or "", re.MULTILINE)
            without += [] if examples else [path]
            for example in examples:
                words = shlex.split(example.partition(" > ")[0])
                assert " ".join(words).startswith(path), example
                with command.make_context(path, words[len(path.split()) :], resilient_parsing=False):
                    pass
        assert without == []

    def test_is_said_whole_by_its_family(self) -> None:
        assert "..." not in linkwright("campaigns", "--help", COLUMNS="80").out.partition("Commands:")[2]


class TestLoading:
    @pytest.mark.parametrize("words", [("--help",), ("--version",), ("frob",), ()])
    def test_what_needs_no_database_loads_none(self, words: tuple[str, ...]) -> None:
        heavy = {"sqlalchemy", "alembic", "asyncpg", "openpyxl", "jinja2", "rich"}

        assert not loaded_after(*words) & heavy
