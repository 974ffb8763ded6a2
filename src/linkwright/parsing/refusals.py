"""What a file said that we cannot take, in a form that fits a rejects file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkwright.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken: where it stands, which field, what it held, which rule it broke.

    `row` is the number a person finds in the file: the line for text files, the sheet's row for
    workbooks, the position (from 1) in a JSON array.
    """

    row: int
    field: str
    value: object
    rule: str

    @classmethod
    def of(cls, error: InvalidInput, row: int) -> Refusal:
        """Return the refusal that says what `error` says, about row `row`."""
        return cls(row if error.row is None else error.row, error.field, error.value, error.rule)
