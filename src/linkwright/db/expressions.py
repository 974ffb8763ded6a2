"""SQL functions that mean the same on both databases and are spelled apart."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import TableValuedAlias, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from linkwright.db.types import Json


class each_text(GenericFunction[str]):  # noqa: N801  (reads as SQL)
    r"""The texts of a JSON array as rows with one column, `value`.

    One parameter however many texts there are: the statement stays the same text, is compiled
    and planned once, and meets no limit on the number of parameters.

    >>> from sqlalchemy import select
    >>> from sqlalchemy.dialects import postgresql, sqlite
    >>> page = each_text.table(["a", "b"], "page")
    >>> print(str(select(page.c.value).compile(dialect=sqlite.dialect())).replace("\n", ""))
    SELECT page.value FROM json_each(?) AS page
    >>> print(str(select(page.c.value).compile(dialect=postgresql.asyncpg.dialect())).replace("\n", ""))
    SELECT page.value FROM jsonb_array_elements_text($1::JSONB) AS page
    """

    name = "each_text"
    inherit_cache = True

    @classmethod
    def table(cls, texts: Iterable[str], name: str) -> TableValuedAlias:
        """Return the texts as a table of that name."""
        return cls(bindparam(None, list(texts), type_=Json(), unique=True)).table_valued("value", name=name)


@compiles(each_text, "sqlite")
def _each_text_on_sqlite(element: each_text, compiler: SQLCompiler, **words: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **words)})"


@compiles(each_text, "postgresql")
def _each_text_on_postgresql(element: each_text, compiler: SQLCompiler, **words: Any) -> str:
    return f"jsonb_array_elements_text({compiler.process(element.clauses, **words)})"
