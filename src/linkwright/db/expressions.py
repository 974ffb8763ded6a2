"""SQL functions that mean the same on both databases and are spelled apart."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, TableValuedAlias, bindparam, literal_column
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


class each_text_at(GenericFunction[str]):  # noqa: N801  (reads as SQL)
    """The texts of a JSON array that stands in a column under two keys, as rows with one column, `value`.

    A row without the array has no texts; neither has one with something else in its place.

    >>> from sqlalchemy import Column, MetaData, Table, select, true
    >>> from sqlalchemy.dialects import postgresql, sqlite
    >>> page = Table("page", MetaData(), Column("facts", Json()))
    >>> tag = each_text_at.table(page.c.facts, ("blog", "tags"), "tag")
    >>> statement = select(tag.c.value).select_from(page.join(tag, true()))
    >>> print(" ".join(str(statement.compile(dialect=sqlite.dialect())).split()))
    SELECT tag.value FROM page JOIN json_each(page.facts, '$."blog"."tags"') AS tag ON 1 = 1
    """

    name = "each_text_at"
    inherit_cache = True

    @classmethod
    def table(cls, document: ColumnElement[Any], keys: tuple[str, str], name: str) -> TableValuedAlias:
        """Return the texts as a table of that name. The keys are ours: plain words, never input."""
        if not all(key.isidentifier() for key in keys):
            raise ValueError(keys)
        return cls(document, *(literal_column(f"'{key}'") for key in keys)).table_valued("value", name=name)


@compiles(each_text_at, "sqlite")
def _each_text_at_on_sqlite(element: each_text_at, compiler: SQLCompiler, **words: Any) -> str:
    document, *keys = [compiler.process(clause, **words) for clause in element.clauses]
    path = ".".join(f'"{key[1:-1]}"' for key in keys)
    return f"json_each({document}, '$.{path}')"


@compiles(each_text_at, "postgresql")
def _each_text_at_on_postgresql(element: each_text_at, compiler: SQLCompiler, **words: Any) -> str:
    document, *keys = [compiler.process(clause, **words) for clause in element.clauses]
    place = f"{document} #> ARRAY[{', '.join(keys)}]"
    found = f"CASE WHEN jsonb_typeof({place}) = 'array' THEN {place} ELSE '[]'::jsonb END"
    return f"jsonb_array_elements_text({found})"


class is_like(GenericFunction[bool]):  # noqa: N801  (reads as SQL)
    """Whether a text is like a pattern in lower case, whatever the case of its ASCII letters.

    SQLite's LIKE looks past that by itself; asked of a copy in lower case, it takes three times as long.

    >>> from sqlalchemy import column
    >>> from sqlalchemy.dialects import postgresql, sqlite
    >>> asked = is_like(column("body"), literal_column("'huts'"))
    >>> print(asked.compile(dialect=sqlite.dialect()))
    body LIKE 'huts'
    >>> print(asked.compile(dialect=postgresql.dialect()))
    lower(body) LIKE 'huts'
    """

    name = "is_like"
    type = Boolean()
    inherit_cache = True


@compiles(is_like, "sqlite")
def _is_like_on_sqlite(element: is_like, compiler: SQLCompiler, **words: Any) -> str:
    text, pattern = (compiler.process(clause, **words) for clause in element.clauses)
    return f"{text} LIKE {pattern}"


@compiles(is_like, "postgresql")
def _is_like_on_postgresql(element: is_like, compiler: SQLCompiler, **words: Any) -> str:
    text, pattern = (compiler.process(clause, **words) for clause in element.clauses)
    return f"lower({text}) LIKE {pattern}"


class has_key(GenericFunction[bool]):  # noqa: N801  (reads as SQL)
    """Whether a JSON object in a column has a key, be its value null. The key is ours, never input.

    >>> from sqlalchemy import Column, MetaData, Table
    >>> from sqlalchemy.dialects import postgresql, sqlite
    >>> page = Table("page", MetaData(), Column("facts", Json()))
    >>> asked = has_key(page.c.facts, literal_column("'tags'"))
    >>> print(asked.compile(dialect=sqlite.dialect()))
    json_type(page.facts, '$.' || 'tags') IS NOT NULL
    >>> print(asked.compile(dialect=postgresql.dialect()))
    jsonb_exists(page.facts, 'tags')
    """

    name = "has_key"
    type = Boolean()
    inherit_cache = True


@compiles(has_key, "sqlite")
def _has_key_on_sqlite(element: has_key, compiler: SQLCompiler, **words: Any) -> str:
    document, key = (compiler.process(clause, **words) for clause in element.clauses)
    return f"json_type({document}, '$.' || {key}) IS NOT NULL"


@compiles(has_key, "postgresql")
def _has_key_on_postgresql(element: has_key, compiler: SQLCompiler, **words: Any) -> str:
    document, key = (compiler.process(clause, **words) for clause in element.clauses)
    return f"jsonb_exists({document}, {key})"


class fields_by(GenericFunction[dict[str, list[Any]]]):  # noqa: N801  (reads as SQL)
    """Some fields of the JSON documents of several rows, as one object of lists by a text of each row.

    NULL where there are no rows; a field that a document has not is null. A hundred rows are one value to
    fetch, and only what is asked for is written and read: half of the time that whole documents take.

    >>> from sqlalchemy import column
    >>> from sqlalchemy.dialects import postgresql, sqlite
    >>> found = fields_by.of(column("name"), column("facts"), "sent", "won")
    >>> print(found.compile(dialect=sqlite.dialect()))
    '{' || group_concat(json_quote(name) || ':' || json_extract(facts, '$.sent', '$.won')) || '}'
    >>> print(found.compile(dialect=postgresql.dialect()))
    json_object_agg(name, json_build_array(facts -> 'sent', facts -> 'won'))
    """

    name = "fields_by"
    type = Json()
    inherit_cache = True

    @classmethod
    def of(cls, key: ColumnElement[str], document: ColumnElement[Any], *fields: str) -> "fields_by":
        """Return the fields, two or more. They are ours: plain words, never input."""
        if len(fields) < 2 or not all(field.isidentifier() for field in fields):  # noqa: PLR2004
            raise ValueError(fields)
        return cls(key, document, *(literal_column(f"'{field}'") for field in fields))


@compiles(fields_by, "sqlite")
def _fields_by_on_sqlite(element: fields_by, compiler: SQLCompiler, **words: Any) -> str:
    # Several paths give JSON text, which is put together as text: json_group_object would read it again.
    key, document, *fields = (compiler.process(clause, **words) for clause in element.clauses)
    paths = ", ".join(f"'$.{field[1:-1]}'" for field in fields)
    return f"'{{' || group_concat(json_quote({key}) || ':' || json_extract({document}, {paths})) || '}}'"


@compiles(fields_by, "postgresql")
def _fields_by_on_postgresql(element: fields_by, compiler: SQLCompiler, **words: Any) -> str:
    # As text: a JSONB would be built only to be spelled out at once.
    key, document, *fields = (compiler.process(clause, **words) for clause in element.clauses)
    values = ", ".join(f"{document} -> {field}" for field in fields)
    return f"json_object_agg({key}, json_build_array({values}))"
