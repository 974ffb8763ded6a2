"""How much room a value takes, in SQL."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class octets(GenericFunction[int]):  # noqa: N801  (reads as SQL)
    """The bytes of a value written as text in UTF-8; NULL of NULL.

    >>> from sqlalchemy import column
    >>> from sqlalchemy.dialects import postgresql, sqlite
    >>> print(octets(column("body")).compile(dialect=sqlite.dialect()))
    length(CAST(body AS BLOB))
    >>> print(octets(column("body")).compile(dialect=postgresql.dialect()))
    octet_length(CAST(body AS TEXT))
    """

    name = "octets"
    type = Integer()
    inherit_cache = True


@compiles(octets, "sqlite")
def _on_sqlite(element: octets, compiler: SQLCompiler, **words: Any) -> str:
    return f"length(CAST({compiler.process(element.clauses, **words)} AS BLOB))"


@compiles(octets, "postgresql")
def _on_postgresql(element: octets, compiler: SQLCompiler, **words: Any) -> str:
    return f"octet_length(CAST({compiler.process(element.clauses, **words)} AS TEXT))"
