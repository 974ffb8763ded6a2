"""What archived campaigns came to goes on counting in totals of all campaigns, and in how soon people answer.

Why      A dashboard that adds up what is in the database shrinks with every campaign that moves out of it.
Locks    PostgreSQL: a moment for each column. SQLite: none worth a word.
Data     None. Archives written before have no totals: restored and archived again, they have.
Reverse  Drops the columns, and with them the totals of campaigns that are archived.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NAMES = ("campaign_created_at", "counted_at", "totals", "replies")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    json: sa.types.TypeEngine[Any] = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
    for name, kind in zip(NAMES, (moment, moment, json, json), strict=True):
        op.add_column("archives", sa.Column(name, kind))


def downgrade() -> None:
    for name in reversed(NAMES):
        op.drop_column("archives", name)
