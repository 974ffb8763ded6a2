"""Hypothesis strategies for whole rows, made from the tables themselves.

A column's type, nullability and CHECKs say which values it may hold; a new column or a new
rule is therefore tried without anybody remembering it here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sqlalchemy import Boolean, CheckConstraint, Column, Float, Integer, String, Table

from linkwright.db.base import Base
from linkwright.db.types import Json, UtcDateTime
from linkwright.schemas.fields import LARGEST_INTEGER, Record

TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(TEXT, max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(TEXT, max_size=8), inner, max_size=3),
    max_leaves=6,
)
MAILBOXES = st.from_regex(r"[a-z0-9]{1,10}@[a-z]{1,10}\.(com|org)", fullmatch=True)


def row_values(
    model: type[Base], shape: type[Record], given: Mapping[str, Any]
) -> SearchStrategy[dict[str, Any]]:
    """Return values for every column that the database takes; `given` are keys that must fit other rows."""
    table = model.__table__
    assert isinstance(table, Table)
    columns = {
        column.key: st.just(given[column.key]) if column.key in given else _values(table, column, shape)
        for column in table.columns
    }
    return st.fixed_dictionaries(columns).map(_agreeing)


def _values(table: Table, column: Column[Any], shape: type[Record]) -> SearchStrategy[Any]:
    values = _of_type(table, column, shape)
    return st.none() | values if column.nullable else values


def _of_type(table: Table, column: Column[Any], shape: type[Record]) -> SearchStrategy[Any]:
    rules = _rules(table, column.key)
    if "known" in rules:
        return st.sampled_from(rules["known"])
    if "address" in rules:
        return MAILBOXES
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return MOMENTS
    if isinstance(kind, Json):
        return _json(shape, column.key)
    if isinstance(kind, Boolean):
        return st.booleans()
    if isinstance(kind, Integer):
        return st.integers(*rules.get("range", (0, LARGEST_INTEGER)))
    if isinstance(kind, Float):
        low, high = rules.get("range", (0.0, None))
        return st.floats(low, high, allow_nan=False, allow_infinity=False)
    assert isinstance(kind, String), kind
    return st.text(TEXT, max_size=min(kind.length or 30, 30))


def _rules(table: Table, name: str) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for constraint in table.constraints:
        if not isinstance(constraint, CheckConstraint):
            continue
        rule = str(constraint.name)
        if rule.endswith(f"{name}_known"):
            # The vocabulary, as it stands in the CHECK itself.
            rules["known"] = re.findall(r"'(\w+)'", str(constraint.sqltext.compile(compile_kwargs=LITERAL)))
        if rule.endswith(f"{name}_address"):
            rules["address"] = True
        if rule.endswith(f"{name}_ratio"):
            rules["range"] = (0.0, 1.0)
        if rule.endswith(f"{name}_stars"):
            rules["range"] = (1, 5)
        if rule.endswith(f"{name}_from_one"):
            rules["range"] = (1, LARGEST_INTEGER)
        if rule.endswith(f"{name}_scale"):
            rules["range"] = (0, 100)
    return rules


LITERAL = {"literal_binds": True}


def _json(shape: type[Record], name: str) -> SearchStrategy[Any]:
    annotation = str(shape.model_fields[name].annotation)
    if "list[str]" in annotation:
        return st.lists(st.text(TEXT, max_size=10), max_size=3)
    if "list" in annotation:
        return st.lists(JSON, max_size=3)
    assert dict in {getattr(kind, "__origin__", kind) for kind in _members(shape, name)}, annotation
    return st.dictionaries(st.text(TEXT, max_size=8), JSON, max_size=3)


def _members(shape: type[Record], name: str) -> tuple[Any, ...]:
    annotation = shape.model_fields[name].annotation
    origin = getattr(annotation, "__origin__", None)
    return (annotation,) if origin is dict else get_args(annotation)


def _agreeing(values: dict[str, Any]) -> dict[str, Any]:
    """Bring in order what one CHECK says about two columns."""
    if None not in (values.get("word_count_min"), values.get("word_count_max")):
        low, high = sorted((values["word_count_min"], values["word_count_max"]))
        values = values | {"word_count_min": low, "word_count_max": high}
    if values.get("link_acquired") and values.get("link_url") is None:
        values = values | {"link_acquired": False}
    return values
