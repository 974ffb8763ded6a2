"""What Alembic is told when it compares the models with a database and writes the difference down."""

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext

from linkwright.db.types import Json, Real, UtcDateTime
from linkwright.models import Base

SPELLED = {
    UtcDateTime: "sa.DateTime(timezone=True)",
    Json: 'sa.Text().with_variant(postgresql.JSONB(), "postgresql")',
    type(Real): 'sa.REAL().with_variant(postgresql.DOUBLE_PRECISION(), "postgresql")',
}


def render_item(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Spell our types in SQLAlchemy's words, so that history never imports the program."""
    if kind != "type" or type(item) not in SPELLED:
        return False
    if "postgresql" in SPELLED[type(item)]:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
    return SPELLED[type(item)]


def is_ours(_item: object, name: str | None, kind: str, reflected: bool, _model: Any) -> bool:  # noqa: FBT001
    """Leave other programs' tables in the same database alone, and PostgreSQL's partitions."""
    return not (kind == "table" and reflected and name not in Base.metadata.tables)
