"""Messages that need nothing are put away.

Why      A message that belongs to no letter and needs nothing, such as a newsletter, waited for a person in
         every report for ever.
Locks    PostgreSQL: a moment on received messages to add columns that may be empty.
         SQLite: no table is rebuilt.
Data     None: nothing was put away before.
Reverse  Drops the columns, and with them which messages were put away; all of those wait again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbound_messages", sa.Column("dismissed_at", sa.DateTime(timezone=True)))
    op.add_column("inbound_messages", sa.Column("dismissed_by", sa.String(100)))


def downgrade() -> None:
    op.drop_column("inbound_messages", "dismissed_by")
    op.drop_column("inbound_messages", "dismissed_at")
