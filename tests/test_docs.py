"""The documents: what they show is run, what they must name is there, where they point exists."""

import ast
import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
import typer
from pydantic import BaseModel

from linkwright import errors
from linkwright.cli import app
from linkwright.jobs.campaign_file import CampaignFile
from linkwright.migrations import SchemaKind, SchemaState
from linkwright.monitoring.doctor import all_checks
from linkwright.monitoring.people_rules import CHECKS as PEOPLE
from linkwright.parsing.formats import FIELDS, FORMATS
from linkwright.service import BacklinkingDatabaseService
from linkwright.settings import PREFIX, Settings
from tests.cli.command import linkwright
from tests.support.documents import Page
from tests.support.postgres import Databases

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
RUN = [
    "README.md",
    *(f"docs/{name}.md" for name in ("library", "files", "campaign-file", "working", "operations")),
    pytest.param("examples/northwind-season/README.md", marks=pytest.mark.slow),
]
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def text_of(name: str) -> str:
    return (ROOT / name).read_text()


@pytest.mark.parametrize("name", RUN)
def test_what_a_page_shows_is_what_happens(name: str, tmp_path: Path) -> None:
    # A copy, because a run writes its rejects beside where it stands.
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    assert Page(ROOT / name, tmp_path).run(), f"{name} shows nothing that can be run"


class TestNothingIsLeftOut:
    def test_every_command_is_in_the_page_of_commands(self) -> None:
        page = text_of("docs/command-line.md")
        for path in commands(typer.main.get_command(app), "linkwright"):
            assert f"### {path}\n" in page, f"{path} is not documented: make docs"

    def test_every_setting_is_in_the_page_of_operations(self) -> None:
        page = text_of("docs/operations.md")
        for name in Settings.model_fields:
            variable = f"{PREFIX}{name.upper()}"
            assert f"| `{variable}` |" in page, f"{variable} is not documented: make docs"

    def test_every_error_is_in_the_page_of_the_library(self) -> None:
        page = text_of("docs/library.md").partition("\n## Errors\n")[2].partition("\n## ")[0]
        for name, error in vars(errors).items():
            if isinstance(error, type) and issubclass(error, errors.LinkwrightError):
                assert f"`{name}`" in page, f"{name} is not documented"

    def test_every_verb_is_in_the_page_of_the_library(self) -> None:
        page = text_of("docs/library.md")
        for name, verb in vars(BacklinkingDatabaseService).items():
            home = getattr(getattr(verb, "__wrapped__", None), "__module__", "")
            if home.startswith("linkwright.services."):
                assert f"`{name}(" in page, f"{name} is not documented: make docs"

    def test_every_key_is_in_the_page_of_the_campaign_file(self) -> None:
        page = text_of("docs/campaign-file.md")
        sections = dict(re.findall(r"^### \[+(\w+)\]+\n(.*?)(?=^##)", page, re.DOTALL | re.MULTILINE))
        for name, field in CampaignFile.model_fields.items():
            cells = [row.split("|") for row in sections[name].splitlines() if row.startswith("| `")]
            rows = [(row[1].strip(" `"), row[3].strip(" `")) for row in cells]
            assert dict(rows) == dict(keys_of(field.annotation)), f"[{name}] is documented otherwise"

    def test_every_format_and_field_is_in_the_page_of_files(self) -> None:
        page = text_of("docs/files.md")
        for kind in FORMATS:
            assert f"| {kind.title} |" in page, f"{kind.title} is not documented: make docs"
        for name in FIELDS:
            assert f"`{name}`" in page, f"the field {name} is not documented: make docs"


def keys_of(table: Any) -> Iterator[tuple[str, str]]:
    """Yield each key of a table of the campaign file, with its default as a person would write it."""
    table = get_args(table)[0] if get_args(table) else table
    for name, field in table.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from ((f"{name}.{key}", default) for key, default in keys_of(field.annotation))
        else:
            default = None if field.is_required() else field.default
            shown = str(default).lower() if isinstance(default, bool) else str(default)
            yield name, "" if default in (None, [], {}) else shown


class TestOperations:
    def test_every_fault_of_the_database_is_explained(self) -> None:
        page = text_of("docs/operations.md")
        sentences = list(fault_sentences())
        assert len(sentences) > 20
        for sentence in sentences:
            assert f"| {sentence}" in page, f"{sentence!r} is not explained"

    def test_every_family_of_checks_is_explained(self) -> None:
        page = text_of("docs/operations.md").partition("\n## The doctor\n")[2]
        for name in [check.name for check in all_checks()] + [check.name for check in PEOPLE]:
            family, dot, _ = name.partition(".")
            assert f"`{family}{dot and '.*'}`" in page, f"{name} is not explained"

    @pytest.mark.dialects("postgresql")
    def test_the_rights_that_are_named_are_enough(
        self, dialect: str, postgres: Databases, tmp_path: Path
    ) -> None:
        # Roles belong to the whole server, which other tests share.
        words = ("linkwright_owner", "linkwright_app", "outreach")
        names = {word: f"{word}_{uuid4().hex[:8]}" for word in words}
        sql = re.sub("|".join(names), lambda match: names[match[0]], text_of("docs/operations.md"))
        roles, rights = re.findall(r"^```sql\n(.*?)^```$", sql, re.DOTALL | re.MULTILINE)
        urls = {word: as_role(postgres.url_of(names["outreach"]), names[word]) for word in names}
        owner, worker = urls["linkwright_owner"], urls["linkwright_app"]
        try:
            asyncio.run(execute(postgres.run.url(), *roles.split(";\n")))
            assert linkwright("db", "upgrade", url=owner).status == 0
            asyncio.run(execute(owner, *rights.split(";\n")))

            prospects = tmp_path / "prospects.csv"
            prospects.write_text("url\nhttps://trail-notes.example/\n")
            bring = ("import", "prospects", str(prospects), "-c", "Spring", "--create")
            brought = linkwright(*bring, "--user", "me@example.com", url=worker, folder=tmp_path)
            assert brought.status == 0, brought.err
            assert linkwright("doctor", "--repair", url=worker).status == 0
            refused = linkwright("db", "downgrade", "base", "--yes", url=worker)
            assert "This database user may not do that." in refused.err
        finally:
            postgres.drop(postgres.url_of(names["outreach"]))
            dropped = [f"DROP ROLE IF EXISTS {names[word]}" for word in words[:2]]
            asyncio.run(execute(postgres.run.url(), *dropped))


def fault_sentences() -> Iterator[str]:
    """Yield how each message of a `DatabaseUnavailable` or a `SchemaMismatch` begins."""
    for path in sorted((ROOT / "src" / "linkwright").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "DatabaseUnavailable":
                yield beginning(node.args[0])
    for kind in SchemaKind:
        found = SchemaState(kind, None if kind is SchemaKind.EMPTY else "...", "...")
        if kind is not SchemaKind.HEAD:
            yield found.problem.partition(" (")[0].removesuffix(".")
    yield SchemaState(SchemaKind.UNKNOWN, None, "...").problem


def beginning(node: ast.expr) -> str:
    """Return a text, or what stands in an f-string before its first value, to the end of a word."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) else node
    assert isinstance(first, ast.Constant)
    return str(first.value).rstrip("( ").removesuffix(".").removesuffix(" with")


def as_role(url: str, role: str) -> str:
    place = urlsplit(url)
    return urlunsplit(place._replace(netloc=f"{role}:one@{place.netloc.rpartition('@')[2]}"))


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in filter(str.strip, statements):
            await connection.execute(statement)
    finally:
        await connection.close()


def commands(command: object, path: str) -> Iterator[str]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield from commands(child, f"{path} {name}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for match in _LINK.finditer(_FENCE.sub("", page.read_text())):
        target, _, anchor = match["target"].partition("#")
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        place = page.parent / target if target else page
        assert place.exists(), f"{page.name} points at {match['target']}, which is not there"
        if anchor and place.suffix == ".md":
            assert anchor in anchors(place), f"{page.name} points at {match['target']}: no such heading"


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_generated_parts_are_fresh() -> None:
    pages = [page for page in PAGES if "[[[cog" in page.read_text()]
    assert pages
    cog = [sys.executable, "-m", "cogapp", "-I", "scripts", "--check", "--diff", *map(str, pages)]
    done = subprocess.run(cog, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"make docs\n{done.stdout}{done.stderr}"


@pytest.mark.slow
def test_the_picture_is_what_the_example_shows(tmp_path: Path) -> None:
    drawn = tmp_path / "funnel.svg"
    subprocess.run([sys.executable, "scripts/picture.py", str(drawn)], cwd=ROOT, check=True)
    assert drawn.read_text() == text_of("docs/images/funnel.svg"), "make docs"
