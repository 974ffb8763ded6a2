"""How long it was from one moment to another, in SQL."""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from linkwright.db.types import Real


class hours_between(GenericFunction[float]):  # noqa: N801  (reads as SQL)
    """The hours from the first moment to the second: negative when it came before, NULL with a NULL.

    Exact to a millisecond, which is what SQLite reads of a time.

    >>> from sqlalchemy import column
    >>> from sqlalchemy.dialects import postgresql, sqlite
    >>> hours = hours_between(column("sent_at"), column("received_at"))
    >>> print(hours.compile(dialect=sqlite.dialect()))
    ((julianday(received_at) - julianday(sent_at)) * 24.0)
    >>> print(hours.compile(dialect=postgresql.dialect()))
    CAST(extract(epoch FROM received_at - sent_at) / 3600.0 AS DOUBLE PRECISION)
    """

    name = "hours_between"
    inherit_cache = True
    type = Real


@compiles(hours_between, "sqlite")
def _on_sqlite(element: hours_between, compiler: SQLCompiler, **words: Any) -> str:
    first, second = (compiler.process(moment, **words) for moment in element.clauses)
    return f"((julianday({second}) - julianday({first})) * 24.0)"


@compiles(hours_between, "postgresql")
def _on_postgresql(element: hours_between, compiler: SQLCompiler, **words: Any) -> str:
    first, second = (compiler.process(moment, **words) for moment in element.clauses)
    return f"CAST(extract(epoch FROM {second} - {first}) / 3600.0 AS DOUBLE PRECISION)"
