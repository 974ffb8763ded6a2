"""The generated parts of the documents: tables, lives, settings and commands, from the code itself.

`make docs` writes them (with cog), `make check` fails when they are stale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click
import typer
from pydantic import SecretStr
from sqlalchemy import CheckConstraint, Column, Dialect, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite

from linkwright.lives import LIVES
from linkwright.models import Base
from linkwright.settings import PREFIX, Settings

DIALECTS: tuple[Dialect, Dialect] = (sqlite.dialect(), postgresql.dialect())  # type: ignore[no-untyped-call]


def diagram() -> Iterator[str]:
    """Yield the tables and their foreign keys as a Mermaid diagram."""
    yield "```mermaid"
    yield "erDiagram"
    edges = {
        (key.referred_table.name, table.name, "o|" if key.ondelete == "SET NULL" else "||")
        for table in _tables()
        for key in table.foreign_key_constraints
    }
    for parent, child, end in sorted(edges):
        yield f"    {parent} {end}--o{{ {child} : has"
    yield "```"


def tables() -> Iterator[str]:
    """Yield a section per table: what it is, its columns, and its rules."""
    documents = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    for table in _tables():
        model = documents[table.name]
        yield f"### {table.name}"
        yield ""
        yield f"`{model.__name__}`. {' '.join((model.__doc__ or '').split())}"
        yield ""
        yield "| column | SQLite | PostgreSQL | empty? | default |"
        yield "| --- | --- | --- | --- | --- |"
        for column in table.columns:
            types = " | ".join(column.type.compile(dialect) for dialect in DIALECTS)
            yield f"| {column.name} | {types} | {'yes' if column.nullable else 'no'} | {_default(column)} |"
        yield ""
        yield from _rules(table)


def lives() -> Iterator[str]:
    """Yield the lives as tables of moves."""
    for kind, moves in LIVES.items():
        yield f"### {kind.value}"
        yield ""
        yield "| from | to |"
        yield "| --- | --- |"
        for old, following in moves.items():
            yield f"| {old} | {', '.join(following) or '(final)'} |"
        yield ""


def settings() -> Iterator[str]:
    """Yield the settings as a table."""
    yield "| variable | default | meaning |"
    yield "| --- | --- | --- |"
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        shown = f"`{default}`" if default not in (None, "") else ""
        yield f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |"


def commands() -> Iterator[str]:
    """Yield the help of every command, as the terminal shows it."""
    from linkwright.cli import app  # noqa: PLC0415  (heavy, and only this part needs it)

    yield from _help(typer.main.get_command(app), "linkwright", None)


def _help(command: Any, path: str, parent: Any) -> Iterator[str]:
    context = command.make_context(path, [], parent=parent, resilient_parsing=True)
    if getattr(command, "hidden", False):
        return
    yield f"### {path}"
    yield ""
    yield " ".join((command.help or "").split("\f")[0].split("\n\n")[0].split())
    yield ""
    rows = [row for parameter in command.get_params(context) if (row := _parameter(parameter))]
    if rows:
        yield "| word | meaning |"
        yield "| --- | --- |"
        yield from rows
        yield ""
    children: Mapping[str, Any] = getattr(command, "commands", {})
    for name, child in children.items():
        yield from _help(child, f"{path} {name}", context)


def _parameter(parameter: Any) -> str | None:
    if getattr(parameter, "hidden", False):
        return None
    if parameter.param_type_name == "argument":
        words, meaning = (
            str(parameter.metavar or parameter.name).upper(),
            getattr(parameter, "help", None) or "",
        )
    else:
        words, meaning = ", ".join([*parameter.opts, *parameter.secondary_opts]), parameter.help or ""
    words, meaning = (click.unstyle(text).replace("|", "\\|") for text in (words, " ".join(meaning.split())))
    return f"| `{words}` | {meaning} |"


def _tables() -> list[Table]:
    return list(Base.metadata.sorted_tables)


def _default(column: Column[Any]) -> str:
    default: Any = column.server_default
    if default is None:
        return ""
    argument = default.arg
    text = argument if isinstance(argument, str) else str(argument.compile(dialect=DIALECTS[1]))
    return f"`{text}`"


def _rules(table: Table) -> Iterator[str]:
    for key in sorted(table.foreign_key_constraints, key=lambda key: list(key.column_keys)):
        there = ", ".join(element.column.name for element in key.elements)
        action = f" on delete {key.ondelete.lower()}" if key.ondelete else ""
        yield f"- ({', '.join(key.column_keys)}) → {key.referred_table.name} ({there}){action}"
    for constraint in sorted(table.constraints, key=lambda one: str(one.name)):
        if isinstance(constraint, UniqueConstraint):
            yield f"- unique ({', '.join(column.name for column in constraint.columns)})"
        elif isinstance(constraint, CheckConstraint):
            compiled = constraint.sqltext.compile(dialect=DIALECTS[1], compile_kwargs={"literal_binds": True})
            yield f"- check {' '.join(str(compiled).replace('%%', '%').split())}"
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        where = index.dialect_options["postgresql"]["where"]
        only = "" if where is None else f" where {where.compile(compile_kwargs={'literal_binds': True})}"
        unique = "unique " if index.unique else ""
        yield f"- {unique}index {index.name} ({', '.join(column.name for column in index.columns)}){only}"
    yield ""
