"""Documents that are run: what a page shows is done, and what it says comes out is compared.

- ```python is run, with `await` at its top level as in `python -m asyncio`; all blocks of a page
  share their names. What it prints stands in a ```text block right behind it, and is compared.
- ```console: each `$ linkwright ...` and `$ python ...` is run. Output that is shown is compared; a
  command that does not end with 0 is followed by `$ echo $?` and its status. Others must be in `NOT_OURS`.
- A fence behind `<!-- file: NAME -->` is written to that file.

`...` stands for whatever differs from run to run, as in doctests.
"""

import ast
import asyncio
import contextlib
import io
import re
import shlex
import types
from collections.abc import Iterator
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path
from typing import Any

from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import CodeBlockParser
from sybil.typing import Parser

from linkwright.service import BacklinkingDatabaseService
from tests.cli.command import linkwright, python

NOT_OURS = frozenset({"createdb", "make", "pip", "pg_dump", "pg_restore", "psql", "sqlite3", "vacuumdb"})
_FILE = re.compile(r"<!-- file: (?P<name>[\w./-]+) -->\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_CHECKER = OutputChecker()
_COLUMNS = "100"


class Page:
    """One page, run from top to bottom in a folder of its own."""

    def __init__(self, path: Path, folder: Path, **variables: str) -> None:
        self._folder = folder
        self._variables = {"COLUMNS": _COLUMNS, **variables}
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self._printed = ""
        self._loop = asyncio.new_event_loop()
        parsers: list[Parser] = [
            _files,
            CodeBlockParser("python", self._python),
            CodeBlockParser("text", self._text),
            CodeBlockParser("console", self._console),
        ]
        self.document: Document = Sybil(parsers).parse(path)

    def run(self) -> int:
        """Run every block, and return how many there were."""
        examples = list(self.document.examples())
        try:
            with contextlib.chdir(self._folder):
                for example in examples:
                    if example.region.evaluator is None:
                        self._write(example)
                    else:
                        example.evaluate()
            assert not self._printed, f"the last block printed what the page does not show:\n{self._printed}"
        finally:
            for value in self._names.values():  # what a block that failed has left open
                if isinstance(value, BacklinkingDatabaseService):
                    self._loop.run_until_complete(value.close())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
        return len(examples)

    def _write(self, example: Example) -> None:
        name, text = example.parsed
        place = self._folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def _python(self, example: Example) -> str | None:
        if self._printed:
            return f"an earlier block printed what the page does not show:\n{self._printed}"
        # So that a traceback, and a failing test, name the line of the page.
        source = "\n" * (example.line + example.parsed.line_offset) + str(example.parsed)
        code = compile(source, example.path, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            made = types.FunctionType(code, self._names)()
            if asyncio.iscoroutine(made):
                self._loop.run_until_complete(made)
        self._printed = out.getvalue()
        return None

    def _text(self, example: Example) -> str | None:
        shown, self._printed, printed = str(example.parsed), "", self._printed
        return _difference(shown, printed)

    def _console(self, example: Example) -> str | None:
        status = 0
        for command, shown in _commands(str(example.parsed)):
            if command == "echo $?":
                if shown.strip() != str(status):
                    return f"the status is {status}, and the page says {shown.strip()}"
                status = 0
                continue
            if status:
                return f"the command before `{command}` ended with {status}, and the page does not say so"
            words = shlex.split(command, comments=True)
            variables = dict(self._variables)
            while words and re.fullmatch(r"LINKWRIGHT_\w+=.*", words[0]):
                name, _, value = words.pop(0).partition("=")
                variables[name] = value
            if words[0] == "python":
                said = python(*words[1:], folder=self._folder, **variables)
            elif words[0] == "linkwright":
                said = linkwright(*words[1:], folder=self._folder, **variables)
            else:
                assert words[0] in NOT_OURS, f"`{command}` is neither ours nor known to be another's"
                continue
            status = said.status
            if shown and (difference := _difference(shown, said.out + said.err)):
                return f"$ {command}\n{difference}"
        return f"the last command ended with {status}, and the page does not say so" if status else None


def _files(document: Document) -> Iterator[Region]:
    for match in _FILE.finditer(document.text):
        yield Region(match.start(), match.end(), (match["name"], match["text"]))


def _commands(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with the output below it."""
    block = block.replace("\\\n", " ")
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command.strip(), shown


def _difference(shown: str, printed: str) -> str | None:
    """Return what is different, or None. Blanks at the ends of lines are the terminal's affair."""
    shown, printed = _lines(shown), _lines(printed)
    if _CHECKER.check_output(shown, printed, ELLIPSIS):
        return None
    return f"The page shows:\n{shown}\nWhat came out:\n{printed}"


def _lines(text: str) -> str:
    return "\n".join(map(str.rstrip, text.strip().splitlines())) + "\n"
