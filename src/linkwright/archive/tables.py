"""One table of an archive: a Parquet file, compressed by zstd, whose values come back bit for bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from typing import Any, Final, Self

from linkwright.archive.storage import Storage, missing
from linkwright.errors import Damaged

ROWS_AT_ONCE: Final = 2000

Row = tuple[Any, ...]


class Columns:
    """The columns of a table, and rows turned into them. JSON is kept as the database's own text of it."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self._arrow, _ = load_arrow()
        self.names = list(kinds)
        self.schema = self._arrow.schema([(name, _type(self._arrow, kind)) for name, kind in kinds.items()])

    def batch(self, rows: Sequence[Row]) -> Any:
        """Return rows, whose values stand in the order of the columns, as an Arrow batch."""
        columns = [
            self._arrow.array(values, type=field.type)
            for values, field in zip(zip(*rows, strict=True), self.schema, strict=True)
        ]
        return self._arrow.record_batch(columns, schema=self.schema)

    def table(self, rows: Sequence[Row]) -> Any:
        """Return rows as an Arrow table."""
        return self._arrow.Table.from_batches([self.batch(rows)] if rows else [], schema=self.schema)


class Writer:
    """Writes Arrow batches into the file of one table."""

    def __init__(self, stream: Any, columns: Columns) -> None:
        _, parquet = load_arrow()
        self._file = parquet.ParquetWriter(stream, columns.schema, compression="zstd")
        self.rows = 0

    def write(self, batch: Any) -> None:
        """Add rows."""
        self._file.write_batch(batch)
        self.rows += batch.num_rows

    def __enter__(self) -> Self:
        """Be ready for rows."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Write the end of the file; of one that came to nothing let go, while its stream is still there."""
        if kind is None:
            self._file.close()
            return
        with suppress(OSError, ValueError):
            self._file.close()
        self._file.is_open = False  # Or it tries again when it is collected, and says so on the terminal.


def batches_of(storage: Storage, folder: str, table: str) -> Iterator[Any]:
    """Give the rows of a table as Arrow batches, in the order in which they were written.

    Raises:
        Damaged: it cannot be read.
    """
    arrow, parquet = load_arrow()
    with storage.reading(folder, f"{table}.parquet") as stream:
        try:
            for batch in parquet.ParquetFile(stream).iter_batches(batch_size=ROWS_AT_ONCE):
                if batch.num_rows:
                    yield batch
        except arrow.ArrowException as error:
            raise Damaged(f"The archive {folder}", f"{table} cannot be read") from error


def rows_of(storage: Storage, folder: str, table: str, *, in_words: bool = False) -> Iterator[Row]:
    """Give the rows of a table; with `in_words`, moments as `2026-03-02 09:00:00.000000`, and days.

    Raises:
        Damaged: it cannot be read.
    """
    for batch in batches_of(storage, folder, table):
        yield from zip(*(_values(column, in_words=in_words) for column in batch.columns), strict=True)


class Walk:
    """A walk along the rows of a table in an archive, a step for some rows of the database."""

    def __init__(self, storage: Storage, folder: str, table: str, keys: Sequence[str]) -> None:
        self._arrow, _ = load_arrow()
        self._batches = batches_of(storage, folder, table)
        self._keys = list(keys)
        self._ahead: list[Any] = []

    def to(self, keys: Sequence[Row]) -> Any:
        """Walk past the rows of these keys, in their order; return those that there are, an Arrow table."""
        found, done = [], 0
        while done < len(keys):
            batch = self._ahead.pop() if self._ahead else next(self._batches, None)
            if batch is None:
                break
            places, last = [], len(batch)
            for place, key in enumerate(zip(*(_values(batch[name]) for name in self._keys), strict=True)):
                if key == keys[done]:
                    places.append(place)
                    done += 1
                    if done == len(keys):
                        last = place + 1
                        break
            found.append(batch.take(self._arrow.array(places, type=self._arrow.int64())))
            if last < len(batch):
                self._ahead.append(batch.slice(last))
        return self._arrow.Table.from_batches(found) if found else None


def load_arrow() -> tuple[Any, Any]:
    """Import pyarrow, which takes a second, and which only archives need.

    Raises:
        StorageUnavailable: it is not installed.
    """
    try:
        import pyarrow  # noqa: PLC0415, ICN001
        from pyarrow import compute, parquet  # noqa: F401, PLC0415
    except ImportError:
        raise missing("pyarrow") from None
    return pyarrow, parquet


def _values(column: Any, *, in_words: bool = False) -> list[Any]:
    arrow, _ = load_arrow()
    if arrow.types.is_timestamp(column.type):
        # Without its zone it is of UTC, and many times as fast to turn into what Python has.
        plain = column.cast(arrow.timestamp("us"))
        if in_words:
            return list(plain.cast(arrow.string()).to_pylist())
        return [None if one is None else one.replace(tzinfo=UTC) for one in plain.to_pylist()]
    if in_words and arrow.types.is_date(column.type):
        return list(column.cast(arrow.string()).to_pylist())
    return list(column.to_pylist())


def _type(arrow: Any, kind: str) -> Any:
    return {
        "integer": arrow.int64,
        "real": arrow.float64,
        "boolean": arrow.bool_,
        "text": arrow.string,
        "json": arrow.string,
        "bytes": arrow.binary,
        "date": arrow.date32,
        "moment": lambda: arrow.timestamp("us", tz="UTC"),
    }[kind]()
