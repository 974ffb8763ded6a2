"""The house rules that no linter knows, each with a proof that breaking it is noticed."""

import ast
import importlib.metadata
import itertools
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
CODE = ("src", "tests", "benchmarks")
ROOMS = (*CODE, "docs", "examples", "scripts", ".ci", ".github")
VERBS = ["setup", "run", "season", "test", "test-fast", "check", "fix", "bench", "docs", "clean"]

# In pieces, so that this file keeps its own rule.
REGISTRIES = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "/simple" + "/",
    "--index" + "-url",
    "--find" + "-links",
]
MACHINES = ["/work" + "/", "/root" + "/"]


def tracked() -> Iterator[Path]:
    """Every text file of the project. Not asked of git, which a fresh machine may not have."""
    made = {"__pycache__", ".hypothesis"}
    rooms = [path for room in ROOMS for path in (ROOT / room).rglob("*") if not made & set(path.parts)]
    for path in (*ROOT.iterdir(), *rooms):
        if path.is_file() and not path.name.startswith(".coverage"):
            yield path


def python_files() -> list[Path]:
    return sorted(path for room in CODE for path in (ROOT / room).rglob("*.py"))


SOURCE = ROOT / "src" / "linkwright"
# One idea that is long: every controlled word, to be read in one place; the phrases by which a
# letter is read, the same; and a step of the schema's history, never split once it is released.
LONG = [
    SOURCE / "vocabulary.py",
    SOURCE / "parsing/mail/wording.py",
    *(SOURCE / "migrations" / "versions").glob("*.py"),
]


def longest_allowed(path: Path) -> int:
    return 450 if "tests" in path.parts else 300


def is_too_long(path: Path) -> bool:
    return len(path.read_text().splitlines()) > longest_allowed(path)


def has_no_docstring(path: Path) -> bool:
    tree = ast.parse(path.read_text())
    return bool(tree.body) and ast.get_docstring(tree) is None


def addresses(text: str, words: list[str]) -> list[str]:
    return [word for word in words if word in text]


def unlocked(lock: str) -> list[str]:
    """What pip would not hold to one file: no exact version, no hash, or an option line."""
    entries = re.split(r"\n(?=\S)", lock.strip())
    exact = re.compile(r"[a-z0-9-]+(\[[a-z,]+\])?==\S+( ; .+?)?( \\\n    --hash=sha256:[0-9a-f]{64})+")
    return [entry.splitlines()[0] for entry in entries if not exact.fullmatch(entry)]


def locked() -> dict[str, Requirement]:
    lines = re.findall(r"^(\S+==.*?) \\$", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    return {canonicalize_name(each.name): each for each in map(Requirement, lines)}


class TestFiles:
    def test_none_is_so_long_that_it_asks_to_be_two(self) -> None:
        assert [
            str(path.relative_to(ROOT)) for path in python_files() if path not in LONG and is_too_long(path)
        ] == []

    def test_each_module_says_what_it_is(self) -> None:
        assert [str(path.relative_to(ROOT)) for path in python_files() if has_no_docstring(path)] == []

    def test_none_names_a_registry_or_a_folder_of_some_machine(self) -> None:
        found = {}
        for path in tracked():
            try:
                text = path.read_text()
            except UnicodeDecodeError:
                continue  # A spreadsheet or a picture.
            found[str(path.relative_to(ROOT))] = addresses(text, [*REGISTRIES, *MACHINES])
        assert {name: words for name, words in found.items() if words} == {}

    def test_breaking_a_rule_is_noticed(self, tmp_path: Path) -> None:
        module = tmp_path / "module.py"
        module.write_text("x = 1\n" * 401)

        assert is_too_long(module)
        assert has_no_docstring(module)
        assert addresses(f"see {MACHINES[0]}main and {REGISTRIES[0]}", [*REGISTRIES, *MACHINES]) != []


class TestLock:
    def test_holds_pip_to_exact_files(self) -> None:
        assert unlocked((ROOT / "requirements.lock").read_text()) == []

    @pytest.mark.parametrize(
        "line",
        [
            "rich==15.0.0",
            "rich>=15 \\\n    --hash=sha256:" + "0" * 64,
            "--extra" + "-index-url https://example.org",
        ],
    )
    def test_a_loose_line_is_noticed(self, line: str) -> None:
        good = "jinja2==3.1.6 \\\n    --hash=sha256:" + "0" * 64

        assert unlocked(good) == []
        assert unlocked(f"{good}\n{line}\n{good}") == [line.splitlines()[0]]

    def test_has_all_that_the_project_asks_for(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())
        extras = project["project"]["optional-dependencies"].values()
        wanted = [
            *project["build-system"]["requires"],
            *project["project"]["dependencies"],
            *itertools.chain(*extras),
        ]

        missing = []
        for requirement in map(Requirement, wanted):
            pinned = locked().get(canonicalize_name(requirement.name))
            if pinned is None or not requirement.specifier.contains(str(pinned.specifier).removeprefix("==")):
                missing.append(str(requirement))
        assert missing == []

    def test_is_what_the_tests_run_on(self) -> None:
        here = {
            name: importlib.metadata.version(name)
            for name, each in locked().items()
            if each.marker is None or each.marker.evaluate()
        }

        assert here == {name: str(locked()[name].specifier).removeprefix("==") for name in here}


class TestMenu:
    def test_make_alone_lists_every_verb_with_a_line(self) -> None:
        said = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout

        listed = dict(re.findall(r"^  make (\S+) +(\S.*)$", said, re.MULTILINE))
        assert [verb for verb in VERBS if verb not in listed] == []

    def test_an_old_python_is_told_what_to_do(self, tmp_path: Path) -> None:
        old = tmp_path / "python3"
        old.write_text("#!/bin/sh\nexit 1\n")  # What the question after its version answers on 3.10.
        old.chmod(0o755)
        script = ROOT / "scripts" / "setup.sh"

        done = subprocess.run(
            ["sh", str(script)], cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "PYTHON": str(old)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert done.returncode == 1
        assert "needs Python 3.11 or newer" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / ".venv").exists()
