"""Decisions take effect, and what came of them is counted once.

Why      A decision did not say when it took effect, so no window could run from there; long texts
         had nowhere to be kept; two workers that learned from one outcome would count it twice.
Locks    PostgreSQL: a moment on both tables to add columns that may be empty; two indexes are built
         while writing to the ledger waits.
         SQLite: no table is rebuilt.
Data     Decisions at an unknown price are counted, one row for each campaign that has some.
         `linkwright attribute` fills in when earlier decisions took effect, from their emails.
Reverse  Drops the columns, the kept texts, and what was learned about when and as what.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

# `ADD COLUMN` in SQL both databases read: Alembic would rebuild the table on SQLite for the CHECK.
_ATTEMPTS = "attempts INTEGER CONSTRAINT ck_ai_decisions_attempts_positive CHECK (attempts >= 0)"


def upgrade() -> None:
    op.create_table(
        "ai_contents",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "digest", name="pk_ai_contents"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_ai_contents_user_id", ondelete="CASCADE"),
    )
    op.add_column("ai_decisions", sa.Column("executed_at", MOMENT))
    op.add_column("ai_decisions", sa.Column("executed_action", sa.Text()))
    op.add_column("ai_decisions", sa.Column("operation_name", sa.String(30)))
    op.add_column("ai_decisions", sa.Column("model_version", sa.String(100)))
    op.add_column("ai_decisions", sa.Column("rendered_prompt_digest", sa.String(64)))
    op.add_column("ai_decisions", sa.Column("output_digest", sa.String(64)))
    op.execute(f"ALTER TABLE ai_decisions ADD COLUMN {_ATTEMPTS}")
    op.create_index(
        "ix_ai_decisions_due", "ai_decisions", ["outcome_due_at", "id"], **_where("outcome_state = 'pending'")
    )
    real: sa.types.TypeEngine[Any] = sa.REAL().with_variant(sa.DOUBLE_PRECISION(), "postgresql")
    op.add_column(
        "ai_decision_outcomes", sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("ai_decision_outcomes", sa.Column("value_before", real))
    op.add_column("ai_decision_outcomes", sa.Column("learned_at", MOMENT))
    op.add_column("ai_decision_outcomes", sa.Column("learned_value", real))
    op.create_index(
        "ix_ai_decision_outcomes_unlearned",
        "ai_decision_outcomes",
        ["user_id", "id"],
        **_where("learned_at IS NULL"),
    )
    op.execute(
        "INSERT INTO campaign_counts (campaign_id, subject, state, count)"
        " SELECT campaign_id, 'decision', 'unpriced', count(*) FROM ai_decisions"
        " WHERE decided_by = 'model' AND cost IS NULL AND campaign_id IS NOT NULL GROUP BY campaign_id"
    )


def downgrade() -> None:
    op.execute("DELETE FROM campaign_counts WHERE subject = 'decision'")
    op.drop_index("ix_ai_decision_outcomes_unlearned", "ai_decision_outcomes")
    for name in ("learned_value", "learned_at", "value_before", "late"):
        op.drop_column("ai_decision_outcomes", name)
    op.drop_index("ix_ai_decisions_due", "ai_decisions")
    for name in (
        "attempts",
        "output_digest",
        "rendered_prompt_digest",
        "model_version",
        "operation_name",
        "executed_action",
        "executed_at",
    ):
        op.drop_column("ai_decisions", name)
    op.drop_table("ai_contents")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
