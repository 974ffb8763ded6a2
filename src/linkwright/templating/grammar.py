"""What a template may say.

Jinja2's sandbox keeps a template from reaching Python, but not from eating the machine:
`{{ 'a' * 10**9 }}` is even computed while compiling. So the parsed tree is held against a
list of what a letter needs, before anything is compiled. There are no calls, no
assignments, no multiplication, and no loop inside a loop: the work is bounded by the size
of the template times the size of its variables, and so needs no clock.
"""

from collections.abc import Iterator

from jinja2 import TemplateError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from linkwright.errors import InvalidInput

MAX_SOURCE = 100_000
MAX_DEPTH = 40

FILTERS = frozenset(
    {"abs", "capitalize", "d", "default", "e", "escape", "first", "int", "join", "last", "length", "lower"}
    | {"round", "title", "trim", "truncate", "upper", "urlencode", "wordcount"}
)
TESTS = frozenset(
    {"defined", "undefined", "none", "string", "number", "sequence", "mapping", "even", "odd", "in"}
    | {"==", "!=", "<", "<=", ">", ">=", "eq", "ne", "lt", "le", "gt", "ge", "equalto"}
)
_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.If,
    nodes.For,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Test,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Keyword,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Add,
    nodes.Sub,
    nodes.Concat,
)
_WORDS: dict[type[nodes.Node], str] = {
    nodes.Call: "calling a function",
    nodes.Assign: "{% set %}",
    nodes.AssignBlock: "{% set %}",
    nodes.Macro: "{% macro %}",
    nodes.CallBlock: "{% call %}",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from %}",
    nodes.Extends: "{% extends %}",
    nodes.Block: "{% block %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.With: "{% with %}",
    nodes.Scope: "{% autoescape %}",
    nodes.Dict: "a {...} dictionary",
    nodes.Slice: "a [from:to] slice",
    nodes.Mul: "multiplication",
    nodes.Div: "division",
    nodes.FloorDiv: "division",
    nodes.Mod: "%",
    nodes.Pow: "**",
}

_PARSER = SandboxedEnvironment()


def parse(source: str, *, field: str = "template") -> nodes.Template:
    """Return the tree of a template that is safe to compile.

    Raises:
        InvalidInput: it is too long, is no template, or says what a template may not say.
    """
    if len(source) > MAX_SOURCE:
        raise InvalidInput(field, f"a template has at most {MAX_SOURCE:,} characters", source)
    try:
        tree = _PARSER.parse(source)
        fault = next(_faults(tree, depth=0, loops=0), None)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f"line {line}: " if line else ""
        raise InvalidInput(field, f"{where}not a template: {error.message or error}") from None
    except RecursionError:
        raise InvalidInput(field, "nested too deeply") from None
    except ValueError as error:  # `int()` refuses a literal of 5,000 digits.
        raise InvalidInput(field, f"not a template: {error}") from None
    if fault is not None:
        raise InvalidInput(field, fault)
    return tree


def check_template(source: str, *, field: str = "template") -> None:
    """Raise InvalidInput unless `source` is a template that may be rendered."""
    parse(source, field=field)


def variables_of(source: str) -> set[str]:
    """Return the names a template takes from outside, dotted where it reaches into one.

    >>> sorted(variables_of("Hi {{ contact_name }}, {{ sender.name }} here."))
    ['contact_name', 'sender.name']

    Raises:
        InvalidInput: it is no template.
    """
    return set(places_of(source))


def places_of(source: str) -> dict[str, int]:
    r"""Return the names a template takes from outside, each with the line where it stands first.

    >>> places_of("Hi {{ contact_name }},\n{{ sender.name }}")
    {'contact_name': 1, 'sender.name': 2}

    Raises:
        InvalidInput: it is no template.
    """
    tree = parse(source)
    outside = meta.find_undeclared_variables(tree)
    places: dict[str, int] = {}
    for name, line in _dotted_names(tree, outside):
        places[name] = min(line, places.get(name, line))
    return places


def _dotted_names(node: nodes.Node, outside: set[str]) -> Iterator[tuple[str, int]]:
    path = _path(node)
    if path is not None:
        if path.partition(".")[0] in outside:
            yield path, node.lineno
        return
    for child in node.iter_child_nodes():
        yield from _dotted_names(child, outside)


def _path(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Name):
        return str(node.name) if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        inner = _path(node.node)
        return None if inner is None else f"{inner}.{node.attr}"
    return None


def _faults(node: nodes.Node, *, depth: int, loops: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        yield f"line {node.lineno}: nested more than {MAX_DEPTH} deep"
        return
    if not isinstance(node, _ALLOWED):
        words = _WORDS.get(type(node), type(node).__name__.lower())
        yield f"line {node.lineno or 1}: a template may not use {words}"
        return
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        yield f"line {node.lineno}: there is no filter {node.name!r}; there are {', '.join(sorted(FILTERS))}"
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        yield f"line {node.lineno}: there is no test {node.name!r}"
    if isinstance(node, nodes.For):
        loops += 1
        if loops > 1 or node.recursive:
            yield f"line {node.lineno}: a loop may not hold another loop"
    for child in node.iter_child_nodes():
        yield from _faults(child, depth=depth + 1, loops=loops)
