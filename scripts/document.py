"""The generated parts of the documents: tables, lives, settings and commands, from the code itself.

`make docs` writes them (with cog), `make check` fails when they are stale.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, get_type_hints

import click
import typer
from pydantic import SecretStr
from sqlalchemy import CheckConstraint, Column, Dialect, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite

from linkwright.jobs.letter_variables import FOLLOW_UP_NAMES, PROSPECT_NAMES, known_names
from linkwright.lives import LIVES
from linkwright.models import Base
from linkwright.outcomes import RULES, Credit, Since
from linkwright.parsing.formats import FIELDS, FORMATS
from linkwright.parsing.formats.own import LINKWRIGHT, URL_LIST
from linkwright.parsing.formats.words import EMAIL_WORDS, OPPORTUNITY_WORDS, RESPONSE_WORDS
from linkwright.schemas.otel import ATTRIBUTES, OLDER, PARAMETERS
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.retention_rules import RULES as RETENTION
from linkwright.services.roll_up_columns import BESIDE, COSTS, COUNTS, SHARES, TEXTS
from linkwright.settings import PREFIX, Settings
from linkwright.templating.grammar import FILTERS
from linkwright.unit_of_work import UnitOfWork

DIALECTS: tuple[Dialect, Dialect] = (sqlite.dialect(), postgresql.dialect())  # type: ignore[no-untyped-call]
_EXAMPLE: Final = re.compile(r"^ *(linkwright .*)$", re.MULTILINE)


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


def outcome_rules() -> Iterator[str]:
    """Yield the rules of attribution: what may come of which decision, and when."""
    since = {
        Since.EXECUTED: "the letter left",
        Since.FIRST_MAIL: "the first letter to the prospect left",
        Since.DECIDED: "it was decided",
    }
    credit = {
        Credit.PROSPECT: "any of the prospect's",
        Credit.LAST_MAIL: "when this was the last letter before it",
        Credit.EMAIL: "of this letter",
        Credit.PERSON: "of the same prospect or response",
    }
    yield "| decision | outcome | value 1 when | counted | within | from when | silence |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for (kind, factor), rules in RULES.items():
        name = f"`{kind}`" if factor is None else f"`{kind}` `{factor}`"
        for rule in rules:
            silence = "0 when the window closes" if rule.closes_with_zero else "censored"
            yield (
                f"| {name} | `{rule.name}` | {rule.event} | {credit[rule.credit]} | {rule.days} days"
                f" | {since[rule.since]} | {silence} |"
            )


def retention_rules() -> Iterator[str]:
    """Yield what may become of each class of data."""
    yield "| class | action | counted since | what goes | another action |"
    yield "| --- | --- | --- | --- | --- |"
    for data_class, rule in RETENTION.items():
        refused = "; ".join(f"`{action}`: {why}" for action, why in rule.refused.items())
        yield f"| `{data_class}` | `{rule.action}` | {rule.since} | {rule.does} | {refused} |"


def gen_ai_names() -> Iterator[str]:
    """Yield the ledger's columns and what OpenTelemetry calls them."""
    older: dict[str, list[str]] = {}
    for attribute, column in OLDER.items():
        older.setdefault(column, []).append(f"`{attribute}`")
    yield "| column | attribute | also read |"
    yield "| --- | --- | --- |"
    for column, attribute in ATTRIBUTES.items():
        yield f"| `{column}` | `{attribute}` | {', '.join(older.get(column, []))} |"
    for name, attribute in PARAMETERS.items():
        yield f"| `parameters.{name}` | `{attribute}` | |"


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


def verbs() -> Iterator[str]:
    """Yield every verb of the service under its noun: how it is called, what it gives and does."""
    nouns = {name: value for name, value in vars(UnitOfWork).items() if isinstance(value, cached_property)}
    classes = {name: get_type_hints(value.func)["return"] for name, value in nouns.items()}
    found: dict[str, list[str]] = {name: [] for name in nouns}
    for name, verb in vars(BacklinkingDatabaseService).items():
        home, _, inside = getattr(getattr(verb, "__wrapped__", None), "__qualname__", "").partition(".")
        for noun, kind in classes.items():
            if home in {base.__name__ for base in kind.__mro__}:
                cells = f"`{name}{_call(verb)}`", _gives(verb), _sentence(verb), f"`{noun}.{inside}`"
                found[noun].append(f"| {' | '.join(cells)} |")
    for noun, rows in found.items():
        if rows:
            yield f"### {noun.capitalize()}"
            yield ""
            yield _sentence(nouns[noun].func)
            yield ""
            yield "| verb | gives | what it does | in a unit of work |"
            yield "| --- | --- | --- | --- |"
            yield from rows
            yield ""


def _call(verb: Any) -> str:
    """Return what is between the parentheses, without types: those are in the docstrings and the schemas."""
    signature = inspect.signature(verb)
    parameters = [one.replace(annotation=one.empty) for one in signature.parameters.values()][1:]
    bare = signature.replace(parameters=parameters, return_annotation=signature.empty)
    return str(bare).replace("datetime.timedelta", "timedelta")


def _gives(verb: Any) -> str:
    given = inspect.signature(verb).return_annotation
    text = given if isinstance(given, str) else inspect.formatannotation(given)
    plain = re.sub(r"\b(?:\w+\.)+", "", text)
    return "" if plain == "None" else f"`{plain}`".replace("|", "\\|")


def _sentence(thing: Any) -> str:
    """Return the first sentence of a docstring, which may go over lines but not over paragraphs."""
    paragraph = " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
    return paragraph.replace("|", "\\|")


def formats() -> Iterator[str]:
    """Yield the formats that are recognised: by which columns, and what each gives."""
    yield "| format | recognised by | columns of it that become fields |"
    yield "| --- | --- | --- |"
    for kind in FORMATS:
        needed = ", ".join(f"`{column}`" for column in sorted(kind.required))
        given = [
            f"`{key}`" if _same(key, column.target) else f"`{key}` → {column.target}"
            for key, column in kind.columns.items()
            if column.target and not column.target.startswith(("extra.", "link."))
        ]
        fields = "every [field](#fields)" if kind is LINKWRIGHT else ", ".join(given)
        yield f"| {kind.title} | {needed} | {fields} |"
    yield f"| {URL_LIST.title} | no header | `url` |"


def _same(key: str, field: str) -> bool:
    return key == field.replace("_", "")


def fields() -> Iterator[str]:
    """Yield the fields that a column may be mapped to."""
    yield ", ".join(f"`{name}`" for name in FIELDS) + "."


def words() -> Iterator[str]:
    """Yield the words of other tools, and ours for them."""
    yield "| of a | word | becomes |"
    yield "| --- | --- | --- |"
    for subject, known in (
        ("prospect", OPPORTUNITY_WORDS),
        ("mail", EMAIL_WORDS),
        ("answer", RESPONSE_WORDS),
    ):
        for word, ours in known.items():
            yield f"| {subject} | {word} | {ours.value} |"


def template_filters() -> str:
    """Return the filters that a template may use, in a sentence's place."""
    return ", ".join(f"`{name}`" for name in sorted(FILTERS)) + "."


def template_names() -> Iterator[str]:
    """Yield the names that a template of a campaign file may use, as a table."""
    whole = known_names(["name", "email", "reply_to"], follow_up=False)
    yield "| names | of |"
    yield "| --- | --- |"
    for title, names in (
        ("the prospect", PROSPECT_NAMES),
        ("the campaign", {name for name in whole if name.startswith("campaign.")}),
        ("`[sender]`, with every further key of it", {name for name in whole if name.startswith("sender.")}),
        ("the letter before, in a follow-up", FOLLOW_UP_NAMES),
    ):
        yield f"| {' '.join(f'`{name}`' for name in sorted(names))} | {title} |"


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
    if examples := _EXAMPLE.findall(command.help or ""):
        yield from ("```sh", *examples, "```", "")
    children: Mapping[str, Any] = getattr(command, "commands", {})
    for name, child in children.items():
        yield from _help(child, f"{path} {name}", context)


def _parameter(parameter: Any) -> str | None:
    # The page says once that every command takes --help, whose spellings click keeps in no order.
    if getattr(parameter, "hidden", False) or parameter.name == "help":
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


def analytics() -> Iterator[str]:
    """Yield what every column of analytics means, and every number kept beside them."""
    yield "| column | what it is, of a day |"
    yield "| --- | --- |"
    for name, meaning in {**COUNTS, **SHARES, **COSTS, **TEXTS}.items():
        yield f"| `{name}` | {meaning} |"
    yield ""
    yield "| number in `analytics_days` | what it is, of a day |"
    yield "| --- | --- |"
    for name, meaning in BESIDE.items():
        yield f"| `{name}` | {meaning} |"
