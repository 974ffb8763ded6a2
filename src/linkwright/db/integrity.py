"""Driver errors, told apart and turned into our own.

No caller above this room ever sees a driver's exception: what a constraint refused
names the rule, and what the machine could not do names the way out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from linkwright.errors import (
    Conflict,
    DatabaseUnavailable,
    DuplicateRow,
    InvalidInput,
    LinkwrightError,
    NotFound,
)

_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_SQLITE_CHECK = re.compile(r"CHECK constraint failed: (?P<name>\S+)")
_SQLITE_NOT_NULL = re.compile(r"NOT NULL constraint failed: \w+\.(?P<column>\w+)")

_RULES = {
    "known": "is not one of the known values",
    "ratio": "must be between 0 and 1",
    "positive": "must not be negative",
    "stars": "must be between 1 and 5",
    "address": "is not an email address",
}


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn whatever the driver raises inside into a `LinkwrightError`."""
    try:
        yield
    except DBAPIError as error:
        raise translate(error) from error
    except StatementError as error:  # A type of ours refused a value before it reached the driver.
        raise (
            error.orig if isinstance(error.orig, LinkwrightError) else InvalidInput("value", str(error.orig))
        ) from error
    except OverflowError as error:  # SQLite's driver says so itself, and SQLAlchemy hands that on.
        raise InvalidInput("value", "is too large a number to be stored") from error
    except PoolTimeout as error:
        raise DatabaseUnavailable(
            "No database connection became free in time.", "Raise LINKWRIGHT_POOL_SIZE or lower the load."
        ) from error
    except OSError as error:
        if not _from_driver(error):  # A pipe that broke or a disk that is full where the caller writes.
            raise
        raise DatabaseUnavailable(
            f"The database cannot be reached ({error.strerror or type(error).__name__}).",
            "Check that it runs and that LINKWRIGHT_DATABASE_URL is right, then try again.",
        ) from error


def _from_driver(error: OSError) -> bool:
    """Say whether an operating system's error came up through the driver, or out of the caller's own work."""
    frame = error.__traceback__
    while frame is not None:
        if str(frame.tb_frame.f_globals.get("__name__", "")).partition(".")[0] in {"sqlalchemy", "asyncpg"}:
            return True
        frame = frame.tb_next
    return False


def translate(error: DBAPIError) -> LinkwrightError:
    """Return our error for a driver's."""
    original = error.orig
    if isinstance(error, IntegrityError):
        return _broken_constraint(original)
    code = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    if code is not None:
        return _postgresql(str(code), original)
    return _sqlite(str(original))


def _broken_constraint(original: BaseException | None) -> LinkwrightError:
    text = str(original)
    cause = getattr(original, "__cause__", None)
    name = getattr(cause, "constraint_name", None)
    code = getattr(original, "sqlstate", None)
    if found := _SQLITE_UNIQUE.search(text):
        return DuplicateRow(_noun(found["columns"].split(".")[0]), found["columns"])
    if code == "23505":
        return DuplicateRow(
            _noun(str(getattr(cause, "table_name", ""))), getattr(cause, "detail", None) or name
        )
    if found := _SQLITE_CHECK.search(text):
        return _broken_check(found["name"])
    if code == "23514":
        return _broken_check(str(name))
    if found := _SQLITE_NOT_NULL.search(text):
        return InvalidInput(found["column"], "is required")
    if code == "23502":
        return InvalidInput(str(getattr(cause, "column_name", "value")), "is required")
    if code == "23503" or "FOREIGN KEY" in text:
        return NotFound("parent", name or "row that this one refers to")
    return Conflict("The database refused the change.")


def _broken_check(name: str) -> InvalidInput:
    stem, _, rule = name.rpartition("_")
    column = re.sub(r"^ck_(backlinking_[a-z]+|ai_[a-z]+(_[a-z]+)?_data|[a-z]+_[a-z]+|[a-z]+)_", "", stem)
    return InvalidInput(column or name, _RULES.get(rule, f"breaks the rule {name}"))


def _noun(table: str) -> str:
    nouns = {"backlinking_opportunities": "opportunity", "backlinking_analytics": "analytics record"}
    return nouns.get(table, table.removeprefix("backlinking_").removesuffix("s").replace("_", " ") or "row")


def _postgresql(code: str, original: BaseException | None) -> LinkwrightError:
    again = "Try again when it is back; nothing of this call was written."
    match code[:2]:
        case "22":
            return InvalidInput("value", f"cannot be stored ({str(original).split(':')[-1].strip()[:120]})")
        case "40" | "55":
            return DatabaseUnavailable("Another transaction was in the way.", "Try again.")
        case "53":
            return DatabaseUnavailable(
                f"PostgreSQL is out of resources ({code}).", "Free space or connections, then try again."
            )
        case "57" if code == "57014":
            return DatabaseUnavailable(
                "PostgreSQL was told to stop a statement that took too long.",
                "Try again when less is going on.",
            )
        case "57" | "08":
            return DatabaseUnavailable("PostgreSQL went away in the middle.", again)
        case "25":
            return DatabaseUnavailable(
                "The database is read-only.", "Point LINKWRIGHT_DATABASE_URL at the primary."
            )
        case "3D" | "28":
            return DatabaseUnavailable(
                "The database does not exist, or this user may not enter it.",
                "Check LINKWRIGHT_DATABASE_URL, or create the database first.",
            )
        case "42" if code == "42501":
            return DatabaseUnavailable(
                "This database user may not do that.",
                "Let the owner of the tables do it, or grant this user what it needs.",
            )
        case "42":
            return DatabaseUnavailable(
                f"The schema is not the expected one ({code}).",
                "Run `linkwright db check` to see, `linkwright db upgrade` to mend.",
            )
        case _:
            return DatabaseUnavailable(f"PostgreSQL refused the statement ({code}).", again)


def _sqlite(text: str) -> LinkwrightError:
    if "locked" in text or "busy" in text:
        return DatabaseUnavailable(
            "Another process is writing to the SQLite file.",
            "Try again when it is done; use PostgreSQL for several writers.",
        )
    if "readonly" in text or "read-only" in text or "attempt to write" in text:
        return DatabaseUnavailable(
            "The SQLite file cannot be written.", "Give this user write access to the file and its folder."
        )
    if "full" in text:
        return DatabaseUnavailable(
            "The disk is full.", "Free space, then run the same command again: nothing was half-written."
        )
    if "not a database" in text or "malformed" in text:
        return DatabaseUnavailable(
            "The file is not a sound SQLite database.", "Check the path, or restore a backup."
        )
    if "unable to open" in text:
        return DatabaseUnavailable(
            "The SQLite file cannot be opened.", "Check the path, the folder and its permissions."
        )
    if "no such table" in text or "no such column" in text:
        return DatabaseUnavailable("The schema is not the expected one.", "Run `linkwright db upgrade`.")
    if "disk I/O" in text:
        return DatabaseUnavailable(
            "The disk failed while reading or writing.", "Check the disk, then run the same command again."
        )
    # asyncpg's second way of saying it: the connection broke while a statement was under way.
    if "closed" in text or "another operation" in text:
        return DatabaseUnavailable(
            "PostgreSQL went away in the middle.",
            "Try again when it is back; nothing of this call was written.",
        )
    return DatabaseUnavailable(
        f"The database refused the statement ({text[:160]}).", "Run `linkwright doctor`."
    )
