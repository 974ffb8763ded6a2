"""What the tables and values of a campaign file may be: plain texts, addresses, paths that are there.

A path is looked for beside the campaign file, which the validation's context names as `folder`.
"""

import stat
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, ValidationInfo

from linkwright.errors import InvalidInput
from linkwright.parsing.addresses import parse_address

STRICT: Final = ConfigDict(extra="forbid", strict=True, frozen=True)
"""How a table is read: nothing is converted, nothing unknown is let through."""


def _address(text: str, info: ValidationInfo) -> str:
    try:
        return parse_address(text, field=info.field_name or "email")
    except InvalidInput as error:
        raise ValueError(error.rule) from None


def _found(text: object, info: ValidationInfo) -> Path:
    """Return where `text` leads from the campaign file's folder; it must stay inside, and be there.

    A campaign file may come from somebody else. Pointing out of its own folder takes an
    absolute path, which nobody writes by accident.
    """
    if not isinstance(text, str) or "\0" in text or not text.strip():
        raise ValueError("must be a path, in quotes")
    folder = Path((info.context or {})["folder"])
    path = Path(text)
    place = path if path.is_absolute() else folder / path
    try:
        inside = path.is_absolute() or place.resolve().is_relative_to(folder.resolve())
        there = place.exists()
    except (OSError, RuntimeError) as error:
        raise ValueError(f"cannot be read: {error}") from None
    if not inside:
        raise ValueError(f"must stay inside {folder}; write an absolute path to read elsewhere")
    if not there:
        raise ValueError(f"there is no {place}")
    return place


def _found_file(text: object, info: ValidationInfo) -> Path:
    place = _found(text, info)
    if place.is_dir():
        raise ValueError(f"{place} is a folder, not a file")
    return place


def _found_folder(text: object, info: ValidationInfo) -> Path:
    place = _found(text, info)
    if not place.is_dir():
        raise ValueError(f"{place} is a file, not a folder")
    return place


Text = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
Name = Annotated[Text, Field(max_length=100)]
Words = Annotated[list[Annotated[Text, Field(max_length=200)]], Field(max_length=200)]
Address = Annotated[str, AfterValidator(_address)]
AnyPath = Annotated[Path, PlainValidator(_found)]
FilePath = Annotated[Path, PlainValidator(_found_file)]
FolderPath = Annotated[Path, PlainValidator(_found_folder)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=1, le=365)]


def read_text(path: Path, *, limit: int) -> str:
    """Return a file of at most `limit` bytes.

    Raises:
        InvalidInput: it cannot be read, is too large, or is no UTF-8 text.
    """
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise InvalidInput(str(path), "is a folder, not a file")
        if not stat.S_ISREG(kind):  # Opening a pipe that nobody writes to would wait for ever.
            raise InvalidInput(str(path), "is not a regular file")
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(str(path), f"cannot be read: {problem.lower()}") from None
    if len(raw) > limit:
        raise InvalidInput(str(path), f"larger than {limit:,} bytes")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InvalidInput(str(path), f"not UTF-8 text (byte {error.start})") from None
