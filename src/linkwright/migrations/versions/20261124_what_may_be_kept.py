"""What may be kept for how long, what must be kept, and what was removed.

Why      Letters, prompts and received mail are kept for ever, whether anybody needs them or may keep them.
Locks    PostgreSQL: a moment for each column; writing emails, responses, received messages, decisions and
         texts waits while each is read once for its index. SQLite: no table is rebuilt.
Data     None: nothing is removed until somebody sets a policy.
Reverse  Drops policies, holds and the record of what was removed. What still counts of removed events goes
         too: `linkwright doctor --repair` then counts opens and clicks without them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CLASSES = (
    "data_class IN ('email_bodies', 'response_bodies', 'prompts', 'raw_inbound', 'events', 'decisions',"
    " 'analytics_daily', 'campaigns', 'archives')"
)
ACTIONS = "action IN ('strip', 'delete', 'archive', 'keep')"
INDEXES = (
    (
        "ix_emails_with_body",
        "backlinking_emails",
        ["campaign_id", "sent_at"],
        "sent_at IS NOT NULL AND body_html != ''",
    ),
    (
        "ix_emails_with_prompt",
        "backlinking_emails",
        ["campaign_id", "sent_at"],
        "sent_at IS NOT NULL AND ai_prompt_used != ''",
    ),
    ("ix_responses_with_body", "backlinking_responses", ["campaign_id", "received_at"], "body_text != ''"),
    ("ix_inbound_with_words", "inbound_messages", ["user_id", "recorded_at"], "stripped_at IS NULL"),
    (
        "ix_ai_decisions_with_texts",
        "ai_decisions",
        ["user_id", "decided_at"],
        "stripped_at IS NULL AND (reasoning IS NOT NULL OR output IS NOT NULL)",
    ),
)


def upgrade() -> None:
    op.create_table(
        "retention_policies",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("data_class", sa.String(20), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("days", sa.Integer()),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_retention_policies"),
        _of_user("retention_policies"),
        sa.CheckConstraint(CLASSES, name=op.f("ck_retention_policies_data_class_known")),
        sa.CheckConstraint(ACTIONS, name=op.f("ck_retention_policies_action_known")),
        sa.CheckConstraint("days >= 1", name=op.f("ck_retention_policies_days_from_one")),
        sa.CheckConstraint(
            "(action = 'keep') = (days IS NULL)", name=op.f("ck_retention_policies_days_unless_kept")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_retention_policies_default",
        "retention_policies",
        ["data_class"],
        unique=True,
        **_where("user_id IS NULL"),
    )
    op.create_index(
        "uq_retention_policies_own",
        "retention_policies",
        ["user_id", "data_class"],
        unique=True,
        **_where("user_id IS NOT NULL"),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(36)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("placed_by", sa.String(100), nullable=False),
        sa.Column("released_at", MOMENT),
        sa.Column("released_by", sa.String(100)),
        sa.PrimaryKeyConstraint("id", name="pk_legal_holds"),
        _of_user("legal_holds"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_legal_holds_standing", "legal_holds", ["user_id"], **_where("released_at IS NULL"))
    op.create_table(
        "retention_removals",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(36)),
        sa.Column("data_class", sa.String(20), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("before", MOMENT, nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_retention_removals"),
        _of_user("retention_removals"),
        sa.CheckConstraint(CLASSES, name=op.f("ck_retention_removals_data_class_known")),
        sa.CheckConstraint(ACTIONS, name=op.f("ck_retention_removals_action_known")),
        sa.CheckConstraint("row_count >= 0", name=op.f("ck_retention_removals_row_count_positive")),
        sa.CheckConstraint("byte_count >= 0", name=op.f("ck_retention_removals_byte_count_positive")),
        sqlite_autoincrement=True,
    )
    for name, place in (("place", "campaign_id"), ("user", "user_id")):
        op.create_index(
            f"ix_retention_removals_{name}", "retention_removals", [place, "data_class", "before"]
        )
    op.create_table(
        "removed_looks",
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("email_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("agent", sa.String(10), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "email_id", "kind", "agent", name="pk_removed_looks"),
        sa.ForeignKeyConstraint(
            ["campaign_id", "email_id"],
            ["backlinking_emails.campaign_id", "backlinking_emails.id"],
            name="fk_removed_looks_campaign_id_email_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "kind IN ('queued', 'sending', 'sent', 'delivered', 'opened', 'clicked', 'bounced', 'complained',"
            " 'unsubscribed')",
            name=op.f("ck_removed_looks_kind_known"),
        ),
        sa.CheckConstraint(
            "agent IN ('human', 'machine', 'unknown')", name=op.f("ck_removed_looks_agent_known")
        ),
        sa.CheckConstraint("number >= 0", name=op.f("ck_removed_looks_number_positive")),
    )
    op.add_column("ai_decisions", sa.Column("stripped_at", MOMENT))
    op.add_column("inbound_messages", sa.Column("stripped_at", MOMENT))
    op.add_column("archives", sa.Column("removed_at", MOMENT))
    for name, table, columns, condition in INDEXES:
        op.create_index(name, table, columns, **_where(condition))
    op.create_index("ix_ai_contents_age", "ai_contents", ["user_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_ai_contents_age", "ai_contents")
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
    op.drop_column("archives", "removed_at")
    op.drop_column("inbound_messages", "stripped_at")
    op.drop_column("ai_decisions", "stripped_at")
    for table in ("removed_looks", "retention_removals", "legal_holds", "retention_policies"):
        op.drop_table(table)


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=f"fk_{table}_user_id", ondelete="CASCADE")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
