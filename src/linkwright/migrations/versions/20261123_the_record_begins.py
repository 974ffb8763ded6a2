"""The record begins: the whole schema of the first release.

Why      There is nothing yet.
Locks    None that anybody could notice: every table is new.
Data     None.
Reverse  Drops every table and all that is in them.

Written out with SQLAlchemy's own types, so that this page of history still reads the same
when the program's models have moved on. `backlinking_analytics` and `email_events` are cut
by month on PostgreSQL; here they get the default partition that catches whatever has no
month yet, and `linkwright.db.partitions` makes the months.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON: sa.types.TypeEngine[Any] = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
REAL: sa.types.TypeEngine[Any] = sa.REAL().with_variant(postgresql.DOUBLE_PRECISION(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("CURRENT_TIMESTAMP")

MONTHLY = {"backlinking_analytics": "date", "email_events": "occurred_at"}


def upgrade() -> None:
    _users()
    _campaigns()
    _campaign_counts()
    _templates()
    _opportunities()
    _emails()
    _responses()
    _analytics()
    _ai_learning_data()
    _email_events()
    _status_changes()
    _suppressions()
    _inbound_messages()
    _ai_decisions()
    _ai_decision_outcomes()
    _import_jobs()


def downgrade() -> None:
    for table in (
        "import_jobs",
        "ai_decision_outcomes",
        "ai_decisions",
        "inbound_messages",
        "suppressions",
        "status_changes",
        "email_events",
        "ai_learning_data",
        "backlinking_analytics",
        "backlinking_responses",
        "backlinking_emails",
        "backlinking_opportunities",
        "backlinking_templates",
        "campaign_counts",
        "backlinking_campaigns",
        "users",
    ):
        op.drop_table(table)  # On PostgreSQL its partitions go with it.


# --- the phrases that the tables below are written in -----------------------------------------
# Lists are words with spaces between. `op.f` says that a name is whole, so that no naming
# convention is laid over it.


def _check(table: str, rule: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{rule}"))


def _known(table: str, column: str, values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values.split())
    return _check(table, f"{column}_known", f"{column} IN ({listed})")


def _ratios(table: str, columns: str) -> list[sa.CheckConstraint]:
    return [_check(table, f"{name}_ratio", f"{name} >= 0 AND {name} <= 1") for name in columns.split()]


def _not_negative(table: str, columns: str) -> list[sa.CheckConstraint]:
    return [_check(table, f"{name}_positive", f"{name} >= 0") for name in columns.split()]


def _stars(table: str, columns: str) -> list[sa.CheckConstraint]:
    return [_check(table, f"{name}_stars", f"{name} >= 1 AND {name} <= 5") for name in columns.split()]


def _addresses(table: str, columns: str) -> list[sa.CheckConstraint]:
    form = "{0} LIKE '_%@_%' AND {0} NOT LIKE '%@%@%' AND {0} NOT LIKE '% %'"
    return [_check(table, f"{name}_address", form.format(name)) for name in columns.split()]


def _refers(table: str, columns: str, parent: str, keys: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        columns.split(),
        [f"{parent}.{key}" for key in keys.split()],
        name=f"fk_{table}_{columns.replace(' ', '_')}",
        ondelete=ondelete,
    )


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _monthly_key(table: str) -> sa.PrimaryKeyConstraint:
    # PostgreSQL wants the moment it cuts by in the key; SQLite counts up only a key of one column.
    columns = ["id", MONTHLY[table]] if _on_postgresql() else ["id"]
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _cut_by_month(table: str) -> dict[str, Any]:
    return {"postgresql_partition_by": f"RANGE ({MONTHLY[table]})", "sqlite_autoincrement": True}


def _catch_the_rest(table: str) -> None:
    if _on_postgresql():
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")


def _on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


# --- the tables -------------------------------------------------------------------------------


def _users() -> None:
    table = "users"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("address_key", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW),
        sa.Column("updated_at", MOMENT, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        *_addresses(table, "email"),
        sqlite_autoincrement=True,
    )


def _campaigns() -> None:
    table = "backlinking_campaigns"
    op.create_table(
        table,
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("keywords", JSON, nullable=False),
        sa.Column("target_industries", JSON),
        sa.Column("content_pillars", JSON),
        sa.Column("ai_model_preference", sa.String(50), server_default="gemini"),
        sa.Column("tone_preference", sa.String(50), server_default="professional"),
        sa.Column("personalization_level", sa.String(20), server_default="high"),
        sa.Column("status", sa.String(20), server_default="draft"),
        sa.Column("priority", sa.String(20), server_default="medium"),
        sa.Column("created_at", MOMENT, server_default=NOW),
        sa.Column("updated_at", MOMENT, server_default=NOW),
        sa.Column("started_at", MOMENT),
        sa.Column("completed_at", MOMENT),
        sa.Column("paused_at", MOMENT),
        sa.Column("ai_performance_score", REAL, server_default=sa.text("0.0")),
        sa.Column("ai_learning_data", JSON),
        sa.Column("max_opportunities", sa.Integer(), server_default=sa.text("100")),
        sa.Column("max_emails_per_day", sa.Integer(), server_default=sa.text("10")),
        sa.Column("max_follow_ups", sa.Integer(), server_default=sa.text("3")),
        sa.Column("total_opportunities", sa.Integer(), server_default=sa.text("0")),
        sa.Column("contacted_opportunities", sa.Integer(), server_default=sa.text("0")),
        sa.Column("responded_opportunities", sa.Integer(), server_default=sa.text("0")),
        sa.Column("successful_links", sa.Integer(), server_default=sa.text("0")),
        sa.Column("estimated_cost", REAL, server_default=sa.text("0.0")),
        sa.Column("actual_cost", REAL, server_default=sa.text("0.0")),
        sa.PrimaryKeyConstraint("id", name="pk_backlinking_campaigns"),
        _refers(table, "user_id", "users", "id", "CASCADE"),
        _known(
            table,
            "tone_preference",
            "professional friendly casual formal authoritative technical enthusiastic",
        ),
        _known(table, "personalization_level", "none low medium high"),
        _known(table, "status", "draft scheduled active paused completed cancelled archived"),
        _known(table, "priority", "low medium high urgent"),
        *_ratios(table, "ai_performance_score"),
        *_not_negative(table, "max_opportunities max_emails_per_day max_follow_ups total_opportunities"),
        *_not_negative(table, "contacted_opportunities responded_opportunities successful_links"),
        *_not_negative(table, "estimated_cost actual_cost"),
    )
    op.create_index("idx_campaign_ai_performance", table, ["ai_performance_score"])
    op.create_index("idx_campaign_user_status", table, ["user_id", "status"])


def _templates() -> None:
    table = "backlinking_templates"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("category", sa.String(50), server_default="general"),
        sa.Column("subject_template", sa.String(200), nullable=False),
        sa.Column("body_template_html", sa.Text(), nullable=False),
        sa.Column("body_template_text", sa.Text()),
        sa.Column("ai_variables", JSON),
        sa.Column("ai_tone_suggestions", JSON),
        sa.Column("ai_context_requirements", JSON),
        sa.Column("usage_count", sa.Integer(), server_default=sa.text("0")),
        sa.Column("success_rate", REAL, server_default=sa.text("0.0")),
        sa.Column("average_response_time", REAL),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true()),
        sa.Column("is_system_template", sa.Boolean(), server_default=sa.false()),
        sa.Column("created_by_user_id", sa.Integer()),
        sa.Column("created_at", MOMENT, server_default=NOW),
        sa.Column("updated_at", MOMENT, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name="pk_backlinking_templates"),
        _refers(table, "created_by_user_id", "users", "id", "SET NULL"),
        _known(
            table,
            "category",
            "general initial follow_up reminder negotiation reply content_submission thank_you link_reclaim",
        ),
        *_ratios(table, "success_rate"),
        *_not_negative(table, "usage_count average_response_time"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_templates_owner", table, ["created_by_user_id", "name"])


def _import_jobs() -> None:
    table = "import_jobs"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("target", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rejects_size", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_import_jobs"),
        _refers(table, "user_id", "users", "id", "CASCADE"),
        sa.UniqueConstraint(
            "user_id", "kind", "target", "digest", name="uq_import_jobs_user_id_kind_target_digest"
        ),
        _known(table, "kind", "prospects sent_log mail campaign"),
        _known(table, "state", "running done"),
        sqlite_autoincrement=True,
    )


def _suppressions() -> None:
    table = "suppressions"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("address", sa.String(254)),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("campaign_id", sa.String(36)),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT),
        sa.Column("lifted_by", sa.String(100)),
        sa.Column("lift_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_suppressions"),
        _refers(table, "user_id", "users", "id", "CASCADE"),
        _known(
            table,
            "reason",
            "unsubscribe hard_bounce complaint not_interested erasure legal manual invalid_address",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_suppressions_standing",
        table,
        ["user_id", "address_hash"],
        unique=True,
        **_where("lifted_at IS NULL"),
    )


def _analytics() -> None:
    table = "backlinking_analytics"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("date", MOMENT, nullable=False),
        sa.Column("period_type", sa.String(20), server_default="daily"),
        sa.Column("opportunities_discovered", sa.Integer(), server_default=sa.text("0")),
        sa.Column("opportunities_contacted", sa.Integer(), server_default=sa.text("0")),
        sa.Column("opportunities_responded", sa.Integer(), server_default=sa.text("0")),
        sa.Column("opportunities_published", sa.Integer(), server_default=sa.text("0")),
        sa.Column("links_acquired", sa.Integer(), server_default=sa.text("0")),
        sa.Column("emails_sent", sa.Integer(), server_default=sa.text("0")),
        sa.Column("emails_delivered", sa.Integer(), server_default=sa.text("0")),
        sa.Column("emails_bounced", sa.Integer(), server_default=sa.text("0")),
        sa.Column("emails_opened", sa.Integer(), server_default=sa.text("0")),
        sa.Column("emails_clicked", sa.Integer(), server_default=sa.text("0")),
        sa.Column("responses_received", sa.Integer(), server_default=sa.text("0")),
        sa.Column("positive_responses", sa.Integer(), server_default=sa.text("0")),
        sa.Column("negative_responses", sa.Integer(), server_default=sa.text("0")),
        sa.Column("auto_replies", sa.Integer(), server_default=sa.text("0")),
        sa.Column("ai_emails_generated", sa.Integer(), server_default=sa.text("0")),
        sa.Column("ai_responses_analyzed", sa.Integer(), server_default=sa.text("0")),
        sa.Column("ai_accuracy_score", REAL, server_default=sa.text("0.0")),
        sa.Column("ai_cost_incurred", REAL, server_default=sa.text("0.0")),
        sa.Column("user_reviews_provided", sa.Integer(), server_default=sa.text("0")),
        sa.Column("user_satisfaction_score", REAL, server_default=sa.text("0.0")),
        sa.Column("ai_insights", JSON),
        sa.Column("performance_trends", JSON),
        sa.Column("optimization_suggestions", JSON),
        sa.Column("created_at", MOMENT, server_default=NOW),
        sa.Column("updated_at", MOMENT, server_default=NOW),
        _monthly_key(table),
        _refers(table, "campaign_id", "backlinking_campaigns", "id", "CASCADE"),
        sa.UniqueConstraint(
            "campaign_id", "period_type", "date", name="uq_backlinking_analytics_campaign_id_period_type_date"
        ),
        _known(table, "period_type", "daily weekly monthly"),
        *_ratios(table, "ai_accuracy_score user_satisfaction_score"),
        *_not_negative(table, "opportunities_discovered opportunities_contacted opportunities_responded"),
        *_not_negative(table, "opportunities_published links_acquired emails_sent emails_delivered"),
        *_not_negative(table, "emails_bounced emails_opened emails_clicked responses_received"),
        *_not_negative(table, "positive_responses negative_responses auto_replies ai_emails_generated"),
        *_not_negative(table, "ai_responses_analyzed ai_cost_incurred user_reviews_provided"),
        **_cut_by_month(table),
    )
    op.create_index("idx_analytics_campaign_date", table, ["campaign_id", "date"])
    _catch_the_rest(table)


def _opportunities() -> None:
    table = "backlinking_opportunities"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("url", sa.String(2048), nullable=False),
        sa.Column("domain", sa.String(253), nullable=False),
        sa.Column("title", sa.String(500)),
        sa.Column("description", sa.Text()),
        sa.Column("contact_email", sa.String(254)),
        sa.Column("contact_name", sa.String(200)),
        sa.Column("contact_page_url", sa.String(2048)),
        sa.Column("ai_content_analysis", JSON),
        sa.Column("ai_relevance_score", REAL, server_default=sa.text("0.0")),
        sa.Column("ai_authority_score", REAL, server_default=sa.text("0.0")),
        sa.Column("ai_content_quality_score", REAL, server_default=sa.text("0.0")),
        sa.Column("ai_spam_risk_score", REAL, server_default=sa.text("0.0")),
        sa.Column("primary_topics", JSON),
        sa.Column("content_categories", JSON),
        sa.Column("writing_tone", sa.String(50)),
        sa.Column("submission_guidelines", sa.Text()),
        sa.Column("word_count_min", sa.Integer()),
        sa.Column("word_count_max", sa.Integer()),
        sa.Column("requires_images", sa.Boolean(), server_default=sa.false()),
        sa.Column("allows_links", sa.Boolean(), server_default=sa.true()),
        sa.Column("submission_deadline", sa.String(100)),
        sa.Column("status", sa.String(20), server_default="discovered"),
        sa.Column("discovered_at", MOMENT, server_default=NOW),
        sa.Column("analyzed_at", MOMENT),
        sa.Column("contacted_at", MOMENT),
        sa.Column("responded_at", MOMENT),
        sa.Column("published_at", MOMENT),
        sa.Column("ai_contact_recommendation", sa.String(20)),
        sa.Column("ai_email_template_suggestion", sa.String(100)),
        sa.Column("ai_follow_up_strategy", sa.String(50)),
        sa.Column("domain_authority", sa.Integer()),
        sa.Column("spam_score", REAL, server_default=sa.text("0.0")),
        sa.Column("quality_score", REAL, server_default=sa.text("0.0")),
        sa.Column("user_rating", sa.Integer()),
        sa.Column("user_notes", sa.Text()),
        sa.Column("user_override_decision", sa.String(20)),
        sa.Column("email_open_rate", REAL, server_default=sa.text("0.0")),
        sa.Column("response_time_hours", REAL),
        sa.Column("link_acquired", sa.Boolean(), server_default=sa.false()),
        sa.Column("link_url", sa.String(2048)),
        sa.Column("link_placement_date", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_backlinking_opportunities"),
        _refers(table, "campaign_id", "backlinking_campaigns", "id", "CASCADE"),
        sa.UniqueConstraint("campaign_id", "url", name="uq_backlinking_opportunities_campaign_id_url"),
        sa.UniqueConstraint("campaign_id", "id", name="uq_backlinking_opportunities_campaign_id_id"),
        _known(
            table,
            "status",
            "discovered analyzing qualified approved contacted responded negotiating accepted "
            "published link_lost rejected declined no_response expired suppressed",
        ),
        _known(
            table,
            "writing_tone",
            "professional friendly casual formal authoritative technical enthusiastic mixed unknown",
        ),
        _known(table, "ai_contact_recommendation", "contact research_more find_contact hold skip"),
        _known(table, "user_override_decision", "approve reject research hold"),
        _known(
            table,
            "ai_follow_up_strategy",
            "none single_gentle standard value_add persistent wait_for_date stop",
        ),
        _check(table, "word_count_range", "word_count_min <= word_count_max"),
        _check(table, "domain_authority_scale", "domain_authority <= 100"),
        _check(table, "link_acquired_has_url", "link_url IS NOT NULL OR link_acquired IS NOT TRUE"),
        *_ratios(table, "ai_relevance_score ai_authority_score ai_content_quality_score"),
        *_ratios(table, "ai_spam_risk_score spam_score quality_score email_open_rate"),
        *_not_negative(table, "word_count_min word_count_max domain_authority response_time_hours"),
        *_addresses(table, "contact_email"),
        *_stars(table, "user_rating"),
        sqlite_autoincrement=True,
    )
    op.create_index("idx_opportunity_ai_scores", table, ["ai_relevance_score", "ai_authority_score"])
    op.create_index("idx_opportunity_campaign_status", table, ["campaign_id", "status"])
    op.create_index(
        "ix_opportunities_best", table, ["campaign_id", "ai_relevance_score", "ai_authority_score", "id"]
    )
    op.create_index(
        "ix_opportunities_best_by_status",
        table,
        ["campaign_id", "status", "ai_relevance_score", "ai_authority_score", "id"],
    )
    op.create_index("ix_opportunities_contact", table, ["campaign_id", "contact_email"])
    op.create_index("ix_opportunities_domain", table, ["campaign_id", "domain"])


def _campaign_counts() -> None:
    table = "campaign_counts"
    op.create_table(
        table,
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("campaign_id", "subject", "state", name="pk_campaign_counts"),
        _refers(table, "campaign_id", "backlinking_campaigns", "id", "CASCADE"),
    )


def _ai_learning_data() -> None:
    table = "ai_learning_data"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("data_type", sa.String(20), nullable=False),
        sa.Column("data_key", sa.String(200), nullable=False),
        sa.Column("data_value", JSON, nullable=False),
        sa.Column("success_score", REAL, server_default=sa.text("0.0")),
        sa.Column("usage_count", sa.Integer(), server_default=sa.text("0")),
        sa.Column("last_used", MOMENT, server_default=NOW),
        sa.Column("created_at", MOMENT, server_default=NOW),
        sa.Column("updated_at", MOMENT, server_default=NOW),
        sa.Column("source_campaign_id", sa.String(36)),
        sa.Column("source_opportunity_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_ai_learning_data"),
        _refers(table, "user_id", "users", "id", "CASCADE"),
        _refers(table, "source_campaign_id", "backlinking_campaigns", "id", "SET NULL"),
        _refers(table, "source_opportunity_id", "backlinking_opportunities", "id", "SET NULL"),
        sa.UniqueConstraint(
            "user_id", "data_type", "data_key", name="uq_ai_learning_data_user_id_data_type_data_key"
        ),
        _known(
            table,
            "data_type",
            "email_template keyword_performance tone_preference response_pattern success_factor "
            "subject_pattern model_performance send_time follow_up_timing calibration",
        ),
        *_ratios(table, "success_score"),
        *_not_negative(table, "usage_count"),
        sqlite_autoincrement=True,
    )
    op.create_index("idx_learning_success", table, ["success_score"])
    op.create_index("idx_learning_user_type", table, ["user_id", "data_type"])


def _emails() -> None:
    table = "backlinking_emails"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text()),
        sa.Column("ai_model_used", sa.String(50)),
        sa.Column("ai_prompt_used", sa.Text()),
        sa.Column("ai_generation_time", REAL),
        sa.Column("ai_temperature", REAL, server_default=sa.text("0.7")),
        sa.Column("ai_confidence_score", REAL, server_default=sa.text("0.0")),
        sa.Column("personalization_data", JSON),
        sa.Column("template_used", sa.String(100)),
        sa.Column("from_email", sa.String(254), nullable=False),
        sa.Column("to_email", sa.String(254), nullable=False),
        sa.Column("reply_to_email", sa.String(254)),
        sa.Column("status", sa.String(20), server_default="draft"),
        sa.Column("email_type", sa.String(20), server_default="initial"),
        sa.Column("created_at", MOMENT, server_default=NOW),
        sa.Column("sent_at", MOMENT),
        sa.Column("delivered_at", MOMENT),
        sa.Column("bounced_at", MOMENT),
        sa.Column("failed_at", MOMENT),
        sa.Column("smtp_provider", sa.String(50)),
        sa.Column("smtp_response", sa.Text()),
        sa.Column("message_id", sa.String(200)),
        sa.Column("open_count", sa.Integer(), server_default=sa.text("0")),
        sa.Column("click_count", sa.Integer(), server_default=sa.text("0")),
        sa.Column("open_rate", REAL, server_default=sa.text("0.0")),
        sa.Column("click_rate", REAL, server_default=sa.text("0.0")),
        sa.Column("user_edited", sa.Boolean(), server_default=sa.false()),
        sa.Column("user_approved", sa.Boolean(), server_default=sa.true()),
        sa.Column("user_feedback_rating", sa.Integer()),
        sa.Column("follow_up_number", sa.Integer(), server_default=sa.text("1")),
        sa.Column("parent_email_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_backlinking_emails"),
        _refers(
            table, "campaign_id opportunity_id", "backlinking_opportunities", "campaign_id id", "CASCADE"
        ),
        _refers(table, "campaign_id", "backlinking_campaigns", "id", "CASCADE"),
        _refers(table, "parent_email_id", "backlinking_emails", "id", "SET NULL"),
        sa.UniqueConstraint("campaign_id", "id", name="uq_backlinking_emails_campaign_id_id"),
        _known(
            table,
            "status",
            "draft approved queued sending send_unknown sent delivered bounced complained failed "
            "blocked cancelled",
        ),
        _known(
            table,
            "email_type",
            "initial follow_up reminder negotiation reply content_submission thank_you link_reclaim",
        ),
        _check(table, "follow_up_number_from_one", "follow_up_number >= 1"),
        *_ratios(table, "ai_confidence_score open_rate click_rate"),
        *_not_negative(table, "ai_generation_time ai_temperature open_count click_count"),
        *_addresses(table, "from_email to_email reply_to_email"),
        *_stars(table, "user_feedback_rating"),
        sqlite_autoincrement=True,
    )
    op.create_index("idx_email_campaign_opportunity", table, ["campaign_id", "opportunity_id"])
    op.create_index("idx_email_status_sent", table, ["status", "sent_at"])
    op.create_index("ix_emails_campaign_sent", table, ["campaign_id", "sent_at"])
    op.create_index("ix_emails_parent", table, ["parent_email_id"])
    op.create_index("ix_emails_recipient", table, ["to_email", "campaign_id"])
    op.create_index(
        "uq_emails_message_id",
        table,
        ["message_id", "campaign_id"],
        unique=True,
        **_where("message_id IS NOT NULL"),
    )
    op.create_index(
        "uq_emails_one_per_touch",
        table,
        ["campaign_id", "opportunity_id", "email_type", "follow_up_number"],
        unique=True,
        **_where(
            "status != 'cancelled' AND email_type IN ('follow_up', 'initial', 'link_reclaim', 'reminder')"
        ),
    )


def _responses() -> None:
    table = "backlinking_responses"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.Column("from_email", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body_html", sa.Text()),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, server_default=NOW),
        sa.Column("message_id", sa.String(200)),
        sa.Column("in_reply_to", sa.String(200)),
        sa.Column("ai_sentiment_analysis", JSON),
        sa.Column("ai_intent_classification", sa.String(50)),
        sa.Column("ai_urgency_level", sa.String(20)),
        sa.Column("ai_response_quality", REAL, server_default=sa.text("0.0")),
        sa.Column("ai_recommended_action", sa.String(50)),
        sa.Column("ai_suggested_reply", sa.Text()),
        sa.Column("ai_follow_up_delay", sa.Integer()),
        sa.Column("user_reviewed", sa.Boolean(), server_default=sa.false()),
        sa.Column("user_response_sent", sa.Boolean(), server_default=sa.false()),
        sa.Column("user_notes", sa.Text()),
        sa.Column("user_sentiment_override", sa.String(20)),
        sa.Column("response_type", sa.String(20), server_default="neutral"),
        sa.Column("is_opportunity", sa.Boolean(), server_default=sa.false()),
        sa.Column("requires_action", sa.Boolean(), server_default=sa.false()),
        sa.Column("led_to_publication", sa.Boolean(), server_default=sa.false()),
        sa.Column("link_acquired", sa.Boolean(), server_default=sa.false()),
        sa.Column("link_url", sa.String(2048)),
        sa.Column("publication_date", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_backlinking_responses"),
        _refers(
            table, "campaign_id opportunity_id", "backlinking_opportunities", "campaign_id id", "CASCADE"
        ),
        _refers(table, "campaign_id email_id", "backlinking_emails", "campaign_id id", "CASCADE"),
        _refers(table, "campaign_id", "backlinking_campaigns", "id", "CASCADE"),
        sa.UniqueConstraint("campaign_id", "id", name="uq_backlinking_responses_campaign_id_id"),
        _known(
            table,
            "ai_intent_classification",
            "interested accepted asks_for_topics asks_for_draft asks_for_info wants_payment "
            "wants_link_exchange negotiating_terms not_now not_interested wrong_person referral "
            "published_notice link_removed_notice unsubscribe_request erasure_request legal_complaint "
            "auto_generated unclear",
        ),
        _known(table, "ai_urgency_level", "low medium high critical"),
        _known(
            table,
            "ai_recommended_action",
            "reply send_topics send_draft negotiate accept decline follow_up_later wait_until_return "
            "contact_other_person verify_link request_link_fix suppress erase_data escalate_human "
            "no_action",
        ),
        _known(table, "user_sentiment_override", "positive neutral negative mixed"),
        _known(
            table,
            "response_type",
            "positive negative neutral auto_reply out_of_office bounce complaint unsubscribe spam",
        ),
        _check(table, "link_acquired_has_url", "link_url IS NOT NULL OR link_acquired IS NOT TRUE"),
        *_ratios(table, "ai_response_quality"),
        *_not_negative(table, "ai_follow_up_delay"),
        *_addresses(table, "from_email"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_responses_awaiting_review", table, ["campaign_id", "user_reviewed", "received_at"])
    op.create_index("ix_responses_email", table, ["campaign_id", "email_id"])
    op.create_index("ix_responses_opportunity", table, ["campaign_id", "opportunity_id"])
    op.create_index(
        "uq_responses_message_id",
        table,
        ["campaign_id", "message_id"],
        unique=True,
        **_where("message_id IS NOT NULL"),
    )


def _email_events() -> None:
    table = "email_events"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("agent", sa.String(10), nullable=False, server_default="unknown"),
        sa.Column("event_key", sa.String(100), nullable=False),
        sa.Column("detail", JSON),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        _monthly_key(table),
        _refers(table, "campaign_id email_id", "backlinking_emails", "campaign_id id", "CASCADE"),
        _refers(table, "campaign_id", "backlinking_campaigns", "id", "CASCADE"),
        sa.UniqueConstraint(
            "campaign_id",
            "email_id",
            "kind",
            "event_key",
            "occurred_at",
            name="uq_email_events_campaign_id_email_id_kind_event_key_occurred_at",
        ),
        _known(table, "kind", "queued sending sent delivered opened clicked bounced complained unsubscribed"),
        _known(table, "agent", "human machine unknown"),
        **_cut_by_month(table),
    )
    op.create_index("ix_email_events_time", table, ["campaign_id", "occurred_at"])
    _catch_the_rest(table)


def _status_changes() -> None:
    table = "status_changes"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("opportunity_id", sa.Integer()),
        sa.Column("email_id", sa.Integer()),
        sa.Column("old_status", sa.String(20)),
        sa.Column("new_status", sa.String(20), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_status_changes"),
        _refers(
            table, "campaign_id opportunity_id", "backlinking_opportunities", "campaign_id id", "CASCADE"
        ),
        _refers(table, "campaign_id email_id", "backlinking_emails", "campaign_id id", "CASCADE"),
        _refers(table, "campaign_id", "backlinking_campaigns", "id", "CASCADE"),
        _known(table, "kind", "campaign opportunity email"),
        _check(
            table,
            "kind_matches_subject",
            "(kind = 'campaign' AND opportunity_id IS NULL AND email_id IS NULL) "
            "OR (kind = 'opportunity' AND opportunity_id IS NOT NULL AND email_id IS NULL) "
            "OR (kind = 'email' AND email_id IS NOT NULL)",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_status_changes_email", table, ["campaign_id", "email_id"])
    op.create_index("ix_status_changes_opportunity", table, ["campaign_id", "opportunity_id"])


def _ai_decisions() -> None:
    table = "ai_decisions"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(100)),
        sa.Column("trace_id", sa.String(32)),
        sa.Column("span_id", sa.String(16)),
        sa.Column("campaign_id", sa.String(36)),
        sa.Column("opportunity_id", sa.Integer()),
        sa.Column("email_id", sa.Integer()),
        sa.Column("response_id", sa.Integer()),
        sa.Column("template_id", sa.Integer()),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("factor", sa.String(50)),
        sa.Column("decided_by", sa.String(10), nullable=False),
        sa.Column("decider", sa.String(200)),
        sa.Column("policy_version", sa.String(100)),
        sa.Column("context", JSON),
        sa.Column("candidates", JSON),
        sa.Column("excluded", JSON),
        sa.Column("action", sa.Text()),
        sa.Column("propensity", REAL),
        sa.Column("propensity_kind", sa.String(20)),
        sa.Column("rng_seed", sa.BigInteger()),
        sa.Column("output", JSON),
        sa.Column("reasoning", sa.Text()),
        sa.Column("confidence_raw", REAL),
        sa.Column("confidence", REAL),
        sa.Column("calibrator", sa.String(100)),
        sa.Column("provider_name", sa.String(50)),
        sa.Column("request_model", sa.String(200)),
        sa.Column("response_model", sa.String(200)),
        sa.Column("model_response_id", sa.String(200)),
        sa.Column("prompt_name", sa.String(100)),
        sa.Column("prompt_version", sa.String(50)),
        sa.Column("prompt_digest", sa.String(64)),
        sa.Column("input_digest", sa.String(64)),
        sa.Column("parameters", JSON),
        sa.Column("finish_reason", sa.String(50)),
        sa.Column("input_tokens", sa.Integer()),
        sa.Column("output_tokens", sa.Integer()),
        sa.Column("cache_read_tokens", sa.Integer()),
        sa.Column("cache_write_tokens", sa.Integer()),
        sa.Column("reasoning_tokens", sa.Integer()),
        sa.Column("cost", sa.Numeric(14, 8)),
        sa.Column("currency", sa.String(3)),
        sa.Column("price_source", sa.String(100)),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("error_type", sa.String(100)),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("outcome_state", sa.String(10), nullable=False, server_default="pending"),
        sa.Column("outcome_due_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_ai_decisions"),
        _refers(
            table, "campaign_id opportunity_id", "backlinking_opportunities", "campaign_id id", "CASCADE"
        ),
        _refers(table, "campaign_id email_id", "backlinking_emails", "campaign_id id", "CASCADE"),
        _refers(table, "campaign_id response_id", "backlinking_responses", "campaign_id id", "CASCADE"),
        _refers(table, "user_id", "users", "id", "CASCADE"),
        _refers(table, "campaign_id", "backlinking_campaigns", "id", "CASCADE"),
        sa.UniqueConstraint("user_id", "id", name="uq_ai_decisions_user_id_id"),
        sa.UniqueConstraint("user_id", "idempotency_key", name="uq_ai_decisions_user_id_idempotency_key"),
        _known(table, "kind", "score recommend choose generate classify suggest_reply extract insight"),
        _known(table, "decided_by", "model policy rule user"),
        _known(table, "propensity_kind", "exact estimated deterministic"),
        _known(table, "outcome_state", "pending known censored"),
        _check(table, "propensity_probability", "propensity > 0 AND propensity <= 1"),
        *_ratios(table, "confidence_raw confidence"),
        *_not_negative(table, "input_tokens output_tokens cache_read_tokens cache_write_tokens"),
        *_not_negative(table, "reasoning_tokens cost duration_ms"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ai_decisions_campaign", table, ["campaign_id", "decided_at"])
    op.create_index("ix_ai_decisions_email", table, ["campaign_id", "email_id"])
    op.create_index("ix_ai_decisions_kind", table, ["user_id", "kind", "decided_at"])
    op.create_index("ix_ai_decisions_opportunity", table, ["campaign_id", "opportunity_id"])
    op.create_index("ix_ai_decisions_response", table, ["campaign_id", "response_id"])


def _inbound_messages() -> None:
    table = "inbound_messages"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(36)),
        sa.Column("email_id", sa.Integer()),
        sa.Column("response_id", sa.Integer()),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("in_reply_to", sa.Text()),
        sa.Column("references", JSON),
        sa.Column("from_address", sa.Text()),
        sa.Column("from_name", sa.Text()),
        sa.Column("to_addresses", JSON),
        sa.Column("subject", sa.Text()),
        sa.Column("raw_headers", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text()),
        sa.Column("body_html", sa.Text()),
        sa.Column("attachments", JSON),
        sa.Column("sent_at", MOMENT),
        sa.Column("received_at", MOMENT),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("response_type", sa.String(20)),
        sa.Column("reading", JSON),
        sa.Column("matched_by", sa.String(20), nullable=False, server_default="none"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_messages"),
        _refers(table, "campaign_id email_id", "backlinking_emails", "campaign_id id", "CASCADE"),
        _refers(table, "campaign_id response_id", "backlinking_responses", "campaign_id id", "CASCADE"),
        _refers(table, "user_id", "users", "id", "CASCADE"),
        _refers(table, "campaign_id", "backlinking_campaigns", "id", "CASCADE"),
        sa.UniqueConstraint("user_id", "digest", name="uq_inbound_messages_user_id_digest"),
        _known(
            table,
            "response_type",
            "positive negative neutral auto_reply out_of_office bounce complaint unsubscribe spam",
        ),
        _known(table, "matched_by", "in_reply_to references bounced_message address manual none"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbound_email", table, ["campaign_id", "email_id"])
    op.create_index("ix_inbound_response", table, ["campaign_id", "response_id"])
    op.create_index("ix_inbound_unmatched", table, ["user_id", "matched_by", "received_at"])


def _ai_decision_outcomes() -> None:
    table = "ai_decision_outcomes"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("rule", sa.String(50), nullable=False),
        sa.Column("value", REAL, nullable=False),
        sa.Column("evidence", sa.String(100)),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ai_decision_outcomes"),
        _refers(table, "user_id decision_id", "ai_decisions", "user_id id", "CASCADE"),
        _refers(table, "user_id", "users", "id", "CASCADE"),
        sa.UniqueConstraint(
            "user_id",
            "decision_id",
            "name",
            "rule",
            name="uq_ai_decision_outcomes_user_id_decision_id_name_rule",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ai_decision_outcomes_name", table, ["user_id", "name", "occurred_at"])
