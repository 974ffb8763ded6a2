"""Analytics add up: what each prospect adds to each day, so that a roll-up counts what changed.

Why      A roll-up counted whole days from all of a campaign's facts: at a million emails, a minute for
         one late reply. And a dashboard had no totals to read but the rows themselves.
Locks    None that anybody could notice: every table is new.
Data     None. The first roll-up of a campaign fills them.
Reverse  Drops the tables. Nothing is lost that the facts do not say.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON: sa.types.TypeEngine[Any] = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
_TABLES = ("analytics_shares", "analytics_days", "analytics_states")


def upgrade() -> None:
    op.create_table(
        "analytics_shares",
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stale_since", sa.DateTime(timezone=True)),
        sa.Column("numbers", JSON, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "opportunity_id", name="pk_analytics_shares"),
        _of_campaign("analytics_shares"),
    )
    stale: dict[str, Any] = {
        f"{name}_where": sa.text("stale_since IS NOT NULL") for name in ("sqlite", "postgresql")
    }
    op.create_index(
        "ix_analytics_shares_stale", "analytics_shares", ["campaign_id", "opportunity_id"], **stale
    )
    op.create_table(
        "analytics_days",
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("numbers", JSON, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "day", name="pk_analytics_days"),
        _of_campaign("analytics_days"),
    )
    op.create_table(
        "analytics_states",
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("seen", JSON, nullable=False),
        sa.Column("totals", JSON, nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_analytics_states"),
        _of_campaign("analytics_states"),
    )


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _of_campaign(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_campaign_id"
    return sa.ForeignKeyConstraint(
        ["campaign_id"], ["backlinking_campaigns.id"], name=op.f(name), ondelete="CASCADE"
    )
