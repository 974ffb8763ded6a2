"""People are erased, and asking again gives the same answer.

Why      What was removed where must be known when somebody asks, without any trace of the person.
Locks    None: a new table.
Data     None. `linkwright erase-person` fills it.
Reverse  Drops the table: who was erased stays on the list of the suppressed.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    json: sa.types.TypeEngine[Any] = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("removed", json, nullable=False),
        sa.Column("pending", json),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_erasures_user_id", ondelete="CASCADE"),
        sa.UniqueConstraint("user_id", "address_hash", name="uq_erasures_user_id_address_hash"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("erasures")
