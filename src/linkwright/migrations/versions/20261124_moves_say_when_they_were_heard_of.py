"""Moves say when they were heard of.

Why      A status change has the time of what led to it. A bounce that was read on Friday moved its letter
         on Monday, so a story as of Wednesday told what nobody knew yet.
Locks    PostgreSQL: a moment, to add a column that may be empty. SQLite: no table is rebuilt.
Data     None. A move from before this is taken to have been known as it happened.
Reverse  Drops the column and the moments in it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("status_changes", sa.Column("recorded_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("status_changes", "recorded_at")
