"""${message}.

Why      <what is wrong today, for whom>
Locks    PostgreSQL: <what is locked, for how long; whatever waits 5 seconds gives up, and so does this>
         SQLite: <whether the table is rebuilt>
Data     <rows that change; more than a few thousand are the work of a job, after the schema>
Reverse  <what downgrade brings back, and what it cannot>

Before you write: one release of the program may run on the schema before and after this page.
So add before you use, stop using before you drop, and rename in three releases. Spell types
with SQLAlchemy's words (sa.DateTime(timezone=True)), never with the program's: it will change.
On SQLite, alter a table inside `with op.batch_alter_table(...)`. Remove this paragraph.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
