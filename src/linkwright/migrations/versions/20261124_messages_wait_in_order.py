"""A user's received messages are found in their order.

Why      A page of those that wait for a person, newest first, read all of the user's that ever belonged to no
         letter and sorted them: the longer a mailbox had been read, the longer it took.
Locks    PostgreSQL: writing received messages waits while the table is read, twice.
         SQLite: no table is rebuilt.
Data     None.
Reverse  Drops the indexes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WAITING = sa.text("matched_by = 'none' AND dismissed_at IS NULL")


def upgrade() -> None:
    partial: dict[str, Any] = {"sqlite_where": _WAITING, "postgresql_where": _WAITING}
    op.create_index("ix_inbound_newest", "inbound_messages", ["user_id", "id"])
    op.create_index("ix_inbound_waiting", "inbound_messages", ["user_id", "id"], **partial)


def downgrade() -> None:
    op.drop_index("ix_inbound_waiting", "inbound_messages")
    op.drop_index("ix_inbound_newest", "inbound_messages")
