"""What a person is given who asks which data there is on them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PersonData:
    """The rows that are a person's own, by table, and how many others name them.

    Letters to them and answers from them are their own, and so are the pages that they answer for. A row
    that only names them is somebody else's, too: it is counted and not shown.
    """

    records: dict[str, list[dict[str, Any]]]
    named_in: dict[str, int]
