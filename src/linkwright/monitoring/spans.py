"""Statements as OpenTelemetry spans, by its conventions for databases; never a value, a host or a user.

A span is made when its statement has ended, with the times that it began and ended at: whoever looks on is
told only then. Its parent is the span in which the verb was called. Spans go to the tracer provider of
the process; where nobody set one, nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from time import time_ns
from typing import Any, Final, NamedTuple

from opentelemetry import trace
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from linkwright.db.watching import Compiled
from linkwright.issuer import ISSUER
from linkwright.monitoring.fingerprints import normalised

_SECOND: Final = 1_000_000_000
_TABLE: Final = re.compile(r"\b(?:FROM|INTO|UPDATE|COPY) \"?(\w+)")
_VERB: Final = re.compile(r"[A-Z]+")


class Spans:
    """What looks on, and makes a span of each statement."""

    def __init__(self, url: URL) -> None:
        self._tracer = trace.get_tracer("linkwright", version("linkwright"))
        dialect = url.get_backend_name()
        self._database: dict[str, Any] = {"db.system.name": dialect}
        if dialect == "postgresql" and url.database:
            self._database["db.namespace"] = url.database

    def opened(self, engine: AsyncEngine) -> None:
        """Need nothing of the database."""

    def saw(
        self, text: str, seconds: float, rows: int, compiled: Compiled, error: Exception | None = None
    ) -> None:
        """Make the span of a statement that has just ended."""
        said, ended = _said(text), time_ns()
        span = self._tracer.start_span(
            said.summary,
            kind=trace.SpanKind.CLIENT,
            start_time=ended - int(seconds * _SECOND),
            attributes={
                **self._database,
                **said.attributes,
                "db.response.returned_rows": rows,
                "linkwright.issuer": ISSUER.get(),
                "linkwright.compiled": compiled,
            },
        )
        if error is not None:
            # Its words may hold a value.
            name = type(error).__qualname__
            span.set_attribute("error.type", name)
            span.set_status(trace.Status(trace.StatusCode.ERROR, name))
        span.end(ended)

    async def close(self) -> None:
        """Keep nothing that would have to be sent."""


class _Said(NamedTuple):
    summary: str
    attributes: Mapping[str, str]


@lru_cache(maxsize=4_096)
def _said(text: str) -> _Said:
    sql = normalised(text)
    verb, table = _VERB.search(sql), _TABLE.search(sql)
    operation = verb[0] if verb else "SQL"
    attributes = {"db.query.text": sql, "db.operation.name": operation}
    if table:
        attributes["db.collection.name"] = table[1]
    summary = f"{operation} {table[1]}" if table else operation
    return _Said(summary, {**attributes, "db.query.summary": summary})
