"""What a campaign may spend on AI, and what its calls under way may cost.

Why      What a call costs is known when it is answered. Several at once could each find money left for the
         last one, so each sets aside beforehand what it may cost at most.
Locks    None: two new tables.
Data     None. Campaigns have no limit until one is set.
Reverse  Drops the tables, and with them the limits. What was spent is in the ledger and stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
MONEY = sa.Numeric(14, 8)


def upgrade() -> None:
    op.create_table(
        "ai_budgets",
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("cost_limit", MONEY, nullable=False),
        sa.Column("allows_unpriced", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_ai_budgets"),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["backlinking_campaigns.id"],
            name="fk_ai_budgets_campaign_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("cost_limit >= 0", name=op.f("ck_ai_budgets_cost_limit_positive")),
    )
    op.create_table(
        "ai_reservations",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("provider_name", sa.String(50), nullable=False),
        sa.Column("request_model", sa.String(200), nullable=False),
        sa.Column("trace_id", sa.String(32), nullable=False),
        sa.Column("estimated_cost", MONEY),
        sa.Column("reserved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ai_reservations"),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["backlinking_campaigns.id"],
            name="fk_ai_reservations_campaign_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("estimated_cost >= 0", name=op.f("ck_ai_reservations_estimated_cost_positive")),
        sa.CheckConstraint(
            "kind IN ('score', 'recommend', 'choose', 'generate', 'classify', 'suggest_reply', 'extract',"
            " 'insight')",
            name=op.f("ck_ai_reservations_kind_known"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ai_reservations_campaign", "ai_reservations", ["campaign_id", "reserved_at"])


def downgrade() -> None:
    op.drop_table("ai_reservations")
    op.drop_table("ai_budgets")
