"""One table of an archive: a Parquet file, compressed by zstd, whose values come back bit for bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from linkwright.archive.storage import Storage, missing
from linkwright.errors import Damaged

ROWS_AT_ONCE: Final = 2000

Row = tuple[Any, ...]


class Writer:
    """Writes rows of one table. JSON is kept as the text that the database has of it."""

    def __init__(self, stream: Any, kinds: Mapping[str, str]) -> None:
        self._arrow, parquet = _arrow()
        fields = [(name, _type(self._arrow, kind)) for name, kind in kinds.items()]
        self._schema = self._arrow.schema(fields)
        self._file = parquet.ParquetWriter(stream, self._schema, compression="zstd")
        self.rows = 0

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows, their values in the order of the columns."""
        if rows:
            columns = [
                self._arrow.array(values, type=field.type)
                for values, field in zip(zip(*rows, strict=True), self._schema, strict=True)
            ]
            self._file.write_batch(self._arrow.record_batch(columns, schema=self._schema))
            self.rows += len(rows)

    def close(self) -> None:
        """Write the end of the file."""
        self._file.close()


def rows_of(storage: Storage, folder: str, table: str) -> Iterator[Row]:
    """Give the rows of a table, in the order in which they were written.

    Raises:
        Damaged: it cannot be read.
    """
    arrow, parquet = _arrow()
    with storage.reading(folder, f"{table}.parquet") as stream:
        try:
            file = parquet.ParquetFile(stream)
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
                if batch.num_rows:
                    yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
        except arrow.ArrowException as error:
            raise Damaged(f"The archive {folder}", f"{table} cannot be read") from error


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # noqa: PLC0415, ICN001  (a second to load, and only archives need it)
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise missing("pyarrow") from None
    return pyarrow, parquet


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
