"""Campaigns that are over move out of the database, and come back.

Why      A database that keeps everything for ever gets slower and dearer with what nobody looks at any more.
Locks    None: two new tables.
Data     None. `linkwright archive run` fills them.
Reverse  Drops the tables, and with them where each archive lies: restore every archive first.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    json: sa.types.TypeEngine[Any] = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
    real: sa.types.TypeEngine[Any] = sa.REAL().with_variant(sa.DOUBLE_PRECISION(), "postgresql")
    op.create_table(
        "archives",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("folder", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("schema_revision", sa.String(50), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("byte_count", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("archived_at", MOMENT),
        sa.Column("restored_at", MOMENT),
        sa.Column("stats", json),
        sa.Column("evidence", json),
        sa.PrimaryKeyConstraint("id", name="pk_archives"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_archives_user_id", ondelete="CASCADE"),
        sa.CheckConstraint(
            "state IN ('writing', 'deleting', 'done', 'restored')", name=op.f("ck_archives_state_known")
        ),
        sa.CheckConstraint("row_count >= 0", name=op.f("ck_archives_row_count_positive")),
        sa.CheckConstraint("byte_count >= 0", name=op.f("ck_archives_byte_count_positive")),
        sqlite_autoincrement=True,
    )
    standing = sa.column("state") != "restored"
    op.create_index(
        "uq_archives_standing",
        "archives",
        ["user_id", "campaign_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_table(
        "archived_template_uses",
        sa.Column("archive_id", sa.Integer(), nullable=False),
        sa.Column("template_used", sa.String(100), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("hours", real, nullable=False),
        sa.PrimaryKeyConstraint("archive_id", "template_used", name="pk_archived_template_uses"),
        sa.ForeignKeyConstraint(
            ["archive_id"],
            ["archives.id"],
            name="fk_archived_template_uses_archive_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("sent >= 0", name=op.f("ck_archived_template_uses_sent_positive")),
        sa.CheckConstraint("answered >= 0", name=op.f("ck_archived_template_uses_answered_positive")),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_archived_template_uses_hours_positive")),
    )


def downgrade() -> None:
    op.drop_table("archived_template_uses")
    op.drop_table("archives")
