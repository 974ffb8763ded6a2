"""Statements of the busiest path, compiled once and handed straight to the driver.

SQLAlchemy looks up its cached compilation, builds an execution context and a cursor, and
changes greenlets several times for each execution: three to five times what the driver itself
needs. A `Prepared` statement does that once, the first time, and keeps what came of it: the
text, where each parameter goes and how it is converted, and how the columns that come
back are converted. All of it is SQLAlchemy's own work, so nothing is spelled twice.

A few rows to insert are one statement with one VALUES list. Given one by one, each starts anew: PostgreSQL
reads every CHECK of the table again for it, which costs more than the row.

Whoever listens to `before_cursor_execute` (a test that counts statements, a log) gets the
ordinary way, and the same statements.
"""

# ruff: noqa: SLF001  (SQLAlchemy shows no other way to what it compiled, nor to when its adapter begins)

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, Final

from sqlalchemy import Connection, Insert, Result, Select, UpdateBase
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import greenlet_spawn

from linkwright.db.watching import watcher_of

Row = Mapping[str, Any]
Convert = Callable[[Any], Any]

MOST_IN_ONE: Final = 8
"""How many rows one INSERT takes at most. Each number of rows is a text of its own, kept for good."""


class _Form:
    """What one dialect, given values for certain names, makes of a statement."""

    __slots__ = ("constants", "metadata", "places", "text")

    def __init__(
        self, compiled: Any, given: Mapping[str, tuple[int, str]], columns: Sequence[Any] | None
    ) -> None:
        self.text: str = compiled.string
        dialect, processors = compiled.dialect, compiled._bind_processors
        defaults = {column.key: _default(column) for column in compiled.insert_prefetch}
        known = {**compiled.construct_params(_check=False), **defaults}
        self.constants: list[Any] = []
        self.places: list[tuple[int, int, str, Convert | None]] = []
        for place, name in enumerate(compiled.positiontup):
            convert = processors.get(name)
            if name in given:
                self.places.append((place, *given[name], convert))
                self.constants.append(None)
            else:
                self.constants.append(convert(known[name]) if convert else known[name])
        self.metadata: SimpleResultMetaData | None = None
        if columns is not None:
            entries = compiled._result_columns
            converts = [
                entry.type._cached_result_processor(dialect, column[1])
                for entry, column in zip(entries, columns, strict=True)
            ]
            keys = [entry.keyname for entry in entries]
            self.metadata = SimpleResultMetaData(keys, _processors=converts)

    def arguments(self, *rows: Row) -> list[Any]:
        """Return the parameters as the driver takes them."""
        found = self.constants.copy()
        for place, row, name, convert in self.places:
            value = rows[row][name]
            found[place] = value if convert is None else convert(value)
        return found

    def result(self, rows: Sequence[Any]) -> Result[Any]:
        """Return the rows as SQLAlchemy's own."""
        metadata = self.metadata or _NO_COLUMNS
        return IteratorResult(metadata, iter(rows))


class Prepared:
    """A statement that is run often enough for each microsecond to count."""

    def __init__(self, statement: Select[Any] | UpdateBase) -> None:
        self.statement = statement
        self._forms: dict[tuple[str, int, frozenset[str]], _Form] = {}

    async def run(self, connection: Connection, values: Row | Sequence[Row] | None) -> Result[Any]:
        """Execute on a synchronous connection that is in a transaction."""
        rows: Sequence[Row] = [values or {}] if values is None or isinstance(values, Mapping) else values
        many = len(rows) > (MOST_IN_ONE if isinstance(self.statement, Insert) else 1)
        key = connection.dialect.name, 1 if many else len(rows), frozenset(rows[0])
        form = self._forms.get(key)
        if form is None or connection.dispatch.before_cursor_execute:
            return await greenlet_spawn(self._run_once, connection, rows, key, learn=form is None)
        arguments = [form.arguments(row) for row in rows] if many else form.arguments(*rows)
        adapter: Any = connection.connection.dbapi_connection
        watcher, started = watcher_of(connection), perf_counter()
        try:
            answer = await _DRIVERS[connection.dialect.name](adapter, form.text, arguments, many)
        except Exception as error:
            if watcher is not None:
                watcher.saw(form.text, perf_counter() - started, 0, "prepared", error)
            raise await _as_sqlalchemy_says_it(connection, adapter, form.text, error) from error
        if watcher is not None:
            touched = len(rows) if form.metadata is None else len(answer)
            watcher.saw(form.text, perf_counter() - started, touched, "prepared")
        return form.result(answer)

    def _run_once(
        self,
        connection: Connection,
        rows: Sequence[Row],
        key: tuple[str, int, frozenset[str]],
        *,
        learn: bool,
    ) -> Result[Any]:
        """Execute in the ordinary way, and learn from it how to do it the short way."""
        _, together, names = key
        statement, given = self.statement, {name: (0, name) for name in names}
        if together > 1 and isinstance(statement, Insert):
            statement = statement.values([dict(row) for row in rows])
            # As SQLAlchemy names the parameters of a VALUES list.
            given = {f"{name}_m{place}": (place, name) for place in range(together) for name in names}
            result = connection.execute(statement)
        else:
            result = connection.execute(statement, rows if len(rows) > 1 else rows[0])
        if learn:
            compiled: Any = statement.compile(dialect=connection.dialect, column_keys=sorted(names))
            # The result may have let go of its cursor by now; the context keeps it, with its description.
            context: Any = result.context
            columns = context.cursor.description if result.returns_rows else None
            if compiled.literal_execute_params or compiled.post_compile_params:
                raise TypeError(
                    f"a statement with a list of unknown length cannot be prepared: {self.statement}"
                )
            self._forms[key] = _Form(compiled, given, columns)
        return result


_NO_COLUMNS = SimpleResultMetaData([])


def _default(column: Any) -> Any:
    if column.default is None or not column.default.is_scalar:
        raise TypeError(f"{column} has a default that is made anew for each row: give its value")
    return column.default.arg


async def _sqlite(adapter: Any, text: str, arguments: Any, many: bool) -> Sequence[Any]:  # noqa: FBT001
    rows: Sequence[Any] = (await adapter.hop(text, arguments, many=many)).rows
    return rows


async def _postgresql(adapter: Any, text: str, arguments: Any, many: bool) -> Sequence[Any]:  # noqa: FBT001
    if adapter._transaction is None:  # The adapter begins with its first statement, which this may be.
        await adapter._start_transaction()
    driver = adapter.driver_connection
    if many:
        await driver.executemany(text, arguments)
        return ()
    return [tuple(row) for row in await driver.fetch(text, *arguments)]


_DRIVERS = {"sqlite": _sqlite, "postgresql": _postgresql}


async def _as_sqlalchemy_says_it(
    connection: Connection, adapter: Any, text: str, error: Exception
) -> BaseException:
    """Return a driver's error as SQLAlchemy would have raised it; a lost connection leaves the pool."""
    dialect: Any = connection.dialect
    try:
        adapter._handle_exception(error)
    except Exception as translated:  # noqa: BLE001  (that is how the adapter answers)
        error = translated
    lost = isinstance(error, dialect.loaded_dbapi.Error) and dialect.is_disconnect(error, adapter, None)
    if lost:
        await greenlet_spawn(connection.invalidate, error)
    said: BaseException = DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    return said
