"""Filling a template: a whole letter, or the list of what is missing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError, Undefined, UndefinedError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from linkwright.errors import InvalidInput
from linkwright.templating.conversion import html_from_text
from linkwright.templating.grammar import FILTERS, TESTS, parse
from linkwright.templating.leftovers import leftovers_in
from linkwright.templating.variables import Absent, Empty, Group, Value, holes, prepare

MAX_SUBJECT = 200
MAX_BODY = 200_000

# Everything but tab, line feed and carriage return that is no character to print.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_BREAK = re.compile(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter with every hole filled."""

    subject: str
    body_text: str | None
    body_html: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no letter: variables without a value, and whatever else blocks it."""

    variables: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in one line."""
        lacking = (f"missing: {', '.join(self.variables)}",) if self.variables else ()
        return "; ".join((*lacking, *self.problems))


def render(
    subject: str, text: str | None, html: str | None, variables: Mapping[str, Value]
) -> Rendered | Missing:
    """Fill a template, or say what it lacks.

    Either body may be None. A letter without HTML gets its text as HTML, because every
    stored email has an HTML body. Values are escaped in HTML and nowhere else.

    Raises:
        InvalidInput: a template is no template, or a variable cannot stand in a letter.
    """
    if text is None and html is None:
        raise InvalidInput("body_template_html", "a template needs a body, as text or as HTML")
    context = prepare(variables)
    lacking: set[str] = set()
    problems: list[str] = []

    def filled(source: str, field: str, *, markup: bool, limit: int) -> str:
        try:
            letter, missing = _fill(source, field, markup=markup, context=context, limit=limit)
        except _Unfit as error:
            problems.append(f"{field}: {error}")
            return ""
        lacking.update(missing)
        problems.extend(f"{field}: left over {words!r}" for words in leftovers_in(letter))
        return letter

    line = filled(subject, "subject", markup=False, limit=MAX_BODY).strip(" \t")
    body_text = None if text is None else filled(text, "body_text", markup=False, limit=MAX_BODY)
    body_html = None if html is None else filled(html, "body_html", markup=True, limit=MAX_BODY)
    if not lacking and not problems:
        problems.extend(_subject_problems(line))
        problems.extend(_body_problems("body_text", body_text))
        problems.extend(_body_problems("body_html", body_html))
    if lacking or problems:
        return Missing(tuple(sorted(lacking)), tuple(dict.fromkeys(problems)))
    return Rendered(line, body_text, html_from_text(body_text or "") if body_html is None else body_html)


def _subject_problems(subject: str) -> list[str]:
    if not subject.strip():
        return ["subject: empty"]
    if _LINE_BREAK.search(subject) or _CONTROL.search(subject):
        # A line break in a header is how a stranger's page title would add a Bcc of its own.
        return ["subject: must be one line without control characters"]
    if len(subject) > MAX_SUBJECT:
        return [f"subject: {len(subject)} characters, at most {MAX_SUBJECT}"]
    return []


def _body_problems(field: str, body: str | None) -> list[str]:
    if body is None:
        return []
    if not body.strip():
        return [f"{field}: empty"]
    return [f"{field}: holds control characters"] if _CONTROL.search(body) else []


class _Unfit(Exception):
    """The template cannot be filled with these values."""


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2 where a dot reaches into a group of variables and nowhere else."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        return (
            self._member(obj, attribute)
            if not isinstance(obj, LoopContext)
            else super().getattr(obj, attribute)
        )

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, list | tuple | str) and isinstance(argument, int):
            return obj[argument] if -len(obj) <= argument < len(obj) else Absent(name=f"item {argument}")
        return self._member(obj, str(argument))

    @staticmethod
    def _member(obj: Any, name: str) -> Any:
        if isinstance(obj, Group):
            return obj[name] if name in obj else Absent(name=f"{obj.path}.{name}")
        if isinstance(obj, Undefined):
            return Absent(name=f"{obj._undefined_name}.{name}")  # noqa: SLF001  (how Jinja2 names it)
        return Absent(name=name)


_UNPRINTABLE = {list: "a list (use |join)", bool: "a yes or no (use {% if %})", Group: "a whole group"}


def _finalize(value: object) -> object:
    """Let through what reads as text; Python's own spelling of a list or None does not."""
    if isinstance(value, Undefined):
        return str(value)
    if isinstance(value, str | int | float | date) and not isinstance(value, bool):
        return value
    raise _Unfit(f"cannot print {_UNPRINTABLE.get(type(value), 'nothing')}")


def _join(value: Any, separator: str = "") -> str:
    """Join, refusing what would grow without bound: `s|join(s)|join(s)` does."""
    if isinstance(value, Empty):
        return str(value)
    parts = [str(_finalize(item)) for item in value]
    if sum(map(len, parts)) + len(separator) * len(parts) > MAX_BODY:
        raise _Unfit("too long to join")
    return separator.join(parts)


def _first(value: Any) -> Any:
    """Return the first item; of nothing, the hole itself, so that it is named after its variable."""
    return value if isinstance(value, Empty) else next(iter(value), Absent(name="first item"))


def _last(value: Any) -> Any:
    return value if isinstance(value, Empty) else next(reversed(value), Absent(name="last item"))


def _environment(*, markup: bool) -> _Environment:
    environment = _Environment(
        undefined=Absent, autoescape=markup, finalize=_finalize, keep_trailing_newline=True, cache_size=0
    )
    environment.globals.clear()
    ours = {"join": _join, "first": _first, "last": _last}
    environment.filters = {
        name: filter_ for name, filter_ in environment.filters.items() if name in FILTERS
    } | ours
    environment.tests = {n: t for n, t in environment.tests.items() if n in TESTS}
    return environment


_TEXT, _HTML = _environment(markup=False), _environment(markup=True)


@lru_cache(maxsize=256)
def _compiled(source: str, field: str, *, markup: bool) -> Template:
    parse(source, field=field)
    return (_HTML if markup else _TEXT).from_string(source)


def _fill(
    source: str, field: str, *, markup: bool, context: Mapping[str, Any], limit: int
) -> tuple[str, set[str]]:
    template = _compiled(source, field, markup=markup)
    missing: set[str] = set()
    token = holes.set(missing)
    pieces: list[str] = []
    size = 0
    try:
        for piece in template.generate(context):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise _Unfit(f"longer than {limit:,} characters")
    except UndefinedError as error:
        missing.add(str(error.message))
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise _Unfit(f"cannot be filled: {error}") from None
    finally:
        holes.reset(token)
    return "".join(pieces), missing
