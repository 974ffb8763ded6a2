"""What upkeep did is recorded.

Why      Whoever watches a database wants to know when somebody last looked after it, and what it took.
Locks    None: a new table.
Data     None.
Reverse  Drops the record of what upkeep did.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    json: sa.types.TypeEngine[Any] = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "maintenance_runs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("outcome", sa.String(20), server_default="running"),
        sa.Column("steps", json),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance_runs"),
        sa.CheckConstraint(
            "outcome IN ('running', 'done', 'failed')", name=op.f("ck_maintenance_runs_outcome_known")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_maintenance_runs_outcome", "maintenance_runs", ["outcome", "ended_at"])


def downgrade() -> None:
    op.drop_table("maintenance_runs")
