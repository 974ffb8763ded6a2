"""What several users' evidence says of the choices they have in common.

Why      A new user began with nothing, though others had found out long ago which choices earn replies; and
         no user may read another's evidence to know.
Locks    None: a new table.
Data     None. `linkwright learn pool` fills it.
Reverse  Drops the table; it can be fitted again.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    real: sa.types.TypeEngine[Any] = sa.REAL().with_variant(sa.DOUBLE_PRECISION(), "postgresql")
    json: sa.types.TypeEngine[Any] = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "learning_pools",
        sa.Column("factor", sa.String(50), nullable=False),
        sa.Column("arms", json, nullable=False),
        sa.Column("other_variance", real, nullable=False),
        sa.Column("base", real, nullable=False),
        sa.Column("base_variance", real, nullable=False),
        sa.Column("spread", real, nullable=False),
        sa.Column("users", sa.Integer(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("factor", name="pk_learning_pools"),
        sa.CheckConstraint("users >= 0", name=op.f("ck_learning_pools_users_positive")),
        sa.CheckConstraint("other_variance >= 0", name=op.f("ck_learning_pools_other_variance_positive")),
        sa.CheckConstraint("base_variance >= 0", name=op.f("ck_learning_pools_base_variance_positive")),
        sa.CheckConstraint("spread >= 0", name=op.f("ck_learning_pools_spread_positive")),
    )


def downgrade() -> None:
    op.drop_table("learning_pools")
