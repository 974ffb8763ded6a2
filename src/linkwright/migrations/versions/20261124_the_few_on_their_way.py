"""An index of the few emails that are on their way.

Why      Each email that leaves counts those on their way, for the day's limit, and looked through all emails
         of its campaign for them: the more a campaign had written, the slower it sent.
Locks    PostgreSQL: writing emails waits while the table is read once.
         SQLite: no table is rebuilt.
Data     None.
Reverse  Drops the index.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_UNDER_WAY = sa.text("status IN ('send_unknown', 'sending')")


def upgrade() -> None:
    partial: dict[str, Any] = {"sqlite_where": _UNDER_WAY, "postgresql_where": _UNDER_WAY}
    op.create_index("ix_emails_under_way", "backlinking_emails", ["campaign_id"], **partial)


def downgrade() -> None:
    op.drop_index("ix_emails_under_way", "backlinking_emails")
