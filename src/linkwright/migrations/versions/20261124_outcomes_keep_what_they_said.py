"""Outcomes keep when they had said what they were corrected from.

Why      A corrected outcome kept its former value, but not since when and of when it had been said: a story
         as of a time before the correction told it too early, or not at all.
Locks    PostgreSQL: a moment, to add two columns that may be empty. SQLite: no table is rebuilt.
Data     None. What was corrected before this keeps its former value without its moments.
Reverse  Drops the columns and the moments in them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name in ("occurred_before", "recorded_before"):
        op.add_column("ai_decision_outcomes", sa.Column(name, MOMENT))


def downgrade() -> None:
    for name in ("recorded_before", "occurred_before"):
        op.drop_column("ai_decision_outcomes", name)
