"""What a database's schema is, seen from this program: head, behind, ahead, unknown or empty."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, inspect, select, table

from linkwright.db.alone import VERSION_TABLE
from linkwright.errors import SchemaMismatch

_FIRST_TABLES: Final = frozenset({"users", "backlinking_campaigns", "backlinking_opportunities"})
_DIGITS: Final = 4


class SchemaKind(StrEnum):
    """How a database's schema stands to this program's."""

    HEAD = "head"
    BEHIND = "behind"
    AHEAD = "ahead"
    UNKNOWN = "unknown"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class SchemaState:
    """What was found. `current` is the database's revision, `head` is this program's."""

    kind: SchemaKind
    current: str | None
    head: str

    @property
    def command_that_mends(self) -> str | None:
        """The command that makes the schema this program's, where there is one."""
        return "linkwright db upgrade" if self.kind in {SchemaKind.BEHIND, SchemaKind.EMPTY} else None

    @property
    def problem(self) -> str:
        """What is the matter, in a sentence."""
        match self.kind:
            case SchemaKind.HEAD:
                return f"The schema is at {self.current}, as this program expects."
            case SchemaKind.BEHIND:
                return f"The schema is at {self.current}, behind this program's {self.head}."
            case SchemaKind.AHEAD:
                return f"The schema is at {self.current}, of a newer Linkwright (this one knows {self.head})."
            case SchemaKind.UNKNOWN if self.current is None:
                return "The database holds tables of Linkwright's names that Linkwright did not make."
            case SchemaKind.UNKNOWN:
                return f"The schema is at {self.current}, which no Linkwright has made."
            case SchemaKind.EMPTY:
                return "The database has no schema yet."

    @property
    def advice(self) -> str:
        """What to do about it."""
        if self.command_that_mends:
            return f"Run `{self.command_that_mends}`."
        match self.kind:
            case SchemaKind.HEAD:
                return "Nothing is to be done."
            case SchemaKind.AHEAD:
                return "Update the program."
            case _:
                return "Point LINKWRIGHT_DATABASE_URL at another database, or at an empty one."

    def mismatch(self) -> SchemaMismatch:
        """Return the error for a caller that needs the schema at head."""
        return SchemaMismatch(self.problem, self.advice)


def read_state(connection: Connection, script: ScriptDirectory) -> SchemaState:
    """Look at the database behind `connection` and compare it with the program's history."""
    head = script.get_current_head() or ""
    tables = set(inspect(connection).get_table_names())
    versions = _versions(connection) if VERSION_TABLE in tables else []
    if not versions:
        kind = SchemaKind.UNKNOWN if tables & _FIRST_TABLES else SchemaKind.EMPTY
        return SchemaState(kind, None, head)
    current = ", ".join(versions)
    if versions == [head]:
        return SchemaState(SchemaKind.HEAD, current, head)
    if len(versions) == 1 and current in {page.revision for page in script.walk_revisions()}:
        return SchemaState(SchemaKind.BEHIND, current, head)
    # Revisions are numbered, so a number above ours was given by a later release.
    later = len(current) == _DIGITS and current.isdecimal() and current > head
    return SchemaState(SchemaKind.AHEAD if later else SchemaKind.UNKNOWN, current, head)


def _versions(connection: Connection) -> list[str]:
    return sorted(connection.scalars(select(column("version_num")).select_from(table(VERSION_TABLE))))
