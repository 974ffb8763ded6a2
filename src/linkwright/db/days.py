"""The calendar day of a moment, in SQL."""

from datetime import date
from typing import Any

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class utc_day(GenericFunction[date]):  # noqa: N801  (reads as SQL)
    """The UTC calendar day of a moment.

    >>> from sqlalchemy import column
    >>> from sqlalchemy.dialects import postgresql, sqlite
    >>> print(utc_day(column("sent_at")).compile(dialect=sqlite.dialect()))
    date(sent_at)
    >>> print(utc_day(column("sent_at")).compile(dialect=postgresql.dialect()))
    CAST(timezone('UTC', sent_at) AS DATE)
    """

    name = "utc_day"
    type = Date()
    inherit_cache = True


@compiles(utc_day, "sqlite")
def _on_sqlite(element: utc_day, compiler: SQLCompiler, **words: Any) -> str:
    return f"date({compiler.process(element.clauses, **words)})"


@compiles(utc_day, "postgresql")
def _on_postgresql(element: utc_day, compiler: SQLCompiler, **words: Any) -> str:
    return f"CAST(timezone('UTC', {compiler.process(element.clauses, **words)}) AS DATE)"
