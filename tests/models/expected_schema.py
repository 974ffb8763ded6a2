"""The schema that was asked for, as data: seven tables, 194 columns, 13 foreign keys, 9 indexes, 2 uniques.

Written from the specification and not from the models, so that the two can be compared.
What the specification leaves to prose (vocabularies, ranges, formats) is listed by the
names of its CHECKs. TEXT that holds JSON is called JSON here.
"""

from typing import Final, NamedTuple

NULL: Final = True
NOT_NULL: Final = False
NOW: Final = object()
COUNTED: Final = object()


class Column(NamedTuple):
    """One column. `default` is what the database fills in: None, NOW, COUNTED or a value."""

    name: str
    kind: str
    nullable: bool
    default: object


class ForeignKey(NamedTuple):
    """One reference to another table's id."""

    table: str
    column: str
    parent: str
    on_delete: str


TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "backlinking_campaigns": (
        Column("id", "VARCHAR(36)", NOT_NULL, None),
        Column("user_id", "INTEGER", NOT_NULL, None),
        Column("name", "VARCHAR(100)", NOT_NULL, None),
        Column("description", "TEXT", NULL, None),
        Column("keywords", "JSON", NOT_NULL, None),
        Column("target_industries", "JSON", NULL, None),
        Column("content_pillars", "JSON", NULL, None),
        Column("ai_model_preference", "VARCHAR(50)", NULL, "gemini"),
        Column("tone_preference", "VARCHAR(50)", NULL, "professional"),
        Column("personalization_level", "VARCHAR(20)", NULL, "high"),
        Column("status", "VARCHAR(20)", NULL, "draft"),
        Column("priority", "VARCHAR(20)", NULL, "medium"),
        Column("created_at", "DATETIME", NULL, NOW),
        Column("updated_at", "DATETIME", NULL, NOW),
        Column("started_at", "DATETIME", NULL, None),
        Column("completed_at", "DATETIME", NULL, None),
        Column("paused_at", "DATETIME", NULL, None),
        Column("ai_performance_score", "REAL", NULL, 0.0),
        Column("ai_learning_data", "JSON", NULL, None),
        Column("max_opportunities", "INTEGER", NULL, 100),
        Column("max_emails_per_day", "INTEGER", NULL, 10),
        Column("max_follow_ups", "INTEGER", NULL, 3),
        Column("total_opportunities", "INTEGER", NULL, 0),
        Column("contacted_opportunities", "INTEGER", NULL, 0),
        Column("responded_opportunities", "INTEGER", NULL, 0),
        Column("successful_links", "INTEGER", NULL, 0),
        Column("estimated_cost", "REAL", NULL, 0.0),
        Column("actual_cost", "REAL", NULL, 0.0),
    ),
    "backlinking_opportunities": (
        Column("id", "INTEGER", NOT_NULL, COUNTED),
        Column("campaign_id", "VARCHAR(36)", NOT_NULL, None),
        Column("url", "VARCHAR(2048)", NOT_NULL, None),
        Column("domain", "VARCHAR(253)", NOT_NULL, None),
        Column("title", "VARCHAR(500)", NULL, None),
        Column("description", "TEXT", NULL, None),
        Column("contact_email", "VARCHAR(254)", NULL, None),
        Column("contact_name", "VARCHAR(200)", NULL, None),
        Column("contact_page_url", "VARCHAR(2048)", NULL, None),
        Column("ai_content_analysis", "JSON", NULL, None),
        Column("ai_relevance_score", "REAL", NULL, 0.0),
        Column("ai_authority_score", "REAL", NULL, 0.0),
        Column("ai_content_quality_score", "REAL", NULL, 0.0),
        Column("ai_spam_risk_score", "REAL", NULL, 0.0),
        Column("primary_topics", "JSON", NULL, None),
        Column("content_categories", "JSON", NULL, None),
        Column("writing_tone", "VARCHAR(50)", NULL, None),
        Column("submission_guidelines", "TEXT", NULL, None),
        Column("word_count_min", "INTEGER", NULL, None),
        Column("word_count_max", "INTEGER", NULL, None),
        Column("requires_images", "BOOLEAN", NULL, False),
        Column("allows_links", "BOOLEAN", NULL, True),
        Column("submission_deadline", "VARCHAR(100)", NULL, None),
        Column("status", "VARCHAR(20)", NULL, "discovered"),
        Column("discovered_at", "DATETIME", NULL, NOW),
        Column("analyzed_at", "DATETIME", NULL, None),
        Column("contacted_at", "DATETIME", NULL, None),
        Column("responded_at", "DATETIME", NULL, None),
        Column("published_at", "DATETIME", NULL, None),
        Column("ai_contact_recommendation", "VARCHAR(20)", NULL, None),
        Column("ai_email_template_suggestion", "VARCHAR(100)", NULL, None),
        Column("ai_follow_up_strategy", "VARCHAR(50)", NULL, None),
        Column("domain_authority", "INTEGER", NULL, None),
        Column("spam_score", "REAL", NULL, 0.0),
        Column("quality_score", "REAL", NULL, 0.0),
        Column("user_rating", "INTEGER", NULL, None),
        Column("user_notes", "TEXT", NULL, None),
        Column("user_override_decision", "VARCHAR(20)", NULL, None),
        Column("email_open_rate", "REAL", NULL, 0.0),
        Column("response_time_hours", "REAL", NULL, None),
        Column("link_acquired", "BOOLEAN", NULL, False),
        Column("link_url", "VARCHAR(2048)", NULL, None),
        Column("link_placement_date", "DATETIME", NULL, None),
    ),
    "backlinking_emails": (
        Column("id", "INTEGER", NOT_NULL, COUNTED),
        Column("campaign_id", "VARCHAR(36)", NOT_NULL, None),
        Column("opportunity_id", "INTEGER", NOT_NULL, None),
        Column("subject", "VARCHAR(200)", NOT_NULL, None),
        Column("body_html", "TEXT", NOT_NULL, None),
        Column("body_text", "TEXT", NULL, None),
        Column("ai_model_used", "VARCHAR(50)", NULL, None),
        Column("ai_prompt_used", "TEXT", NULL, None),
        Column("ai_generation_time", "REAL", NULL, None),
        Column("ai_temperature", "REAL", NULL, 0.7),
        Column("ai_confidence_score", "REAL", NULL, 0.0),
        Column("personalization_data", "JSON", NULL, None),
        Column("template_used", "VARCHAR(100)", NULL, None),
        Column("from_email", "VARCHAR(254)", NOT_NULL, None),
        Column("to_email", "VARCHAR(254)", NOT_NULL, None),
        Column("reply_to_email", "VARCHAR(254)", NULL, None),
        Column("status", "VARCHAR(20)", NULL, "draft"),
        Column("email_type", "VARCHAR(20)", NULL, "initial"),
        Column("created_at", "DATETIME", NULL, NOW),
        Column("sent_at", "DATETIME", NULL, None),
        Column("delivered_at", "DATETIME", NULL, None),
        Column("bounced_at", "DATETIME", NULL, None),
        Column("failed_at", "DATETIME", NULL, None),
        Column("smtp_provider", "VARCHAR(50)", NULL, None),
        Column("smtp_response", "TEXT", NULL, None),
        Column("message_id", "VARCHAR(200)", NULL, None),
        Column("open_count", "INTEGER", NULL, 0),
        Column("click_count", "INTEGER", NULL, 0),
        Column("open_rate", "REAL", NULL, 0.0),
        Column("click_rate", "REAL", NULL, 0.0),
        Column("user_edited", "BOOLEAN", NULL, False),
        Column("user_approved", "BOOLEAN", NULL, True),
        Column("user_feedback_rating", "INTEGER", NULL, None),
        Column("follow_up_number", "INTEGER", NULL, 1),
        Column("parent_email_id", "INTEGER", NULL, None),
    ),
    "backlinking_responses": (
        Column("id", "INTEGER", NOT_NULL, COUNTED),
        Column("campaign_id", "VARCHAR(36)", NOT_NULL, None),
        Column("opportunity_id", "INTEGER", NOT_NULL, None),
        Column("email_id", "INTEGER", NOT_NULL, None),
        Column("from_email", "VARCHAR(254)", NOT_NULL, None),
        Column("subject", "VARCHAR(200)", NOT_NULL, None),
        Column("body_html", "TEXT", NULL, None),
        Column("body_text", "TEXT", NOT_NULL, None),
        Column("received_at", "DATETIME", NULL, NOW),
        Column("message_id", "VARCHAR(200)", NULL, None),
        Column("in_reply_to", "VARCHAR(200)", NULL, None),
        Column("ai_sentiment_analysis", "JSON", NULL, None),
        Column("ai_intent_classification", "VARCHAR(50)", NULL, None),
        Column("ai_urgency_level", "VARCHAR(20)", NULL, None),
        Column("ai_response_quality", "REAL", NULL, 0.0),
        Column("ai_recommended_action", "VARCHAR(50)", NULL, None),
        Column("ai_suggested_reply", "TEXT", NULL, None),
        Column("ai_follow_up_delay", "INTEGER", NULL, None),
        Column("user_reviewed", "BOOLEAN", NULL, False),
        Column("user_response_sent", "BOOLEAN", NULL, False),
        Column("user_notes", "TEXT", NULL, None),
        Column("user_sentiment_override", "VARCHAR(20)", NULL, None),
        Column("response_type", "VARCHAR(20)", NULL, "neutral"),
        Column("is_opportunity", "BOOLEAN", NULL, False),
        Column("requires_action", "BOOLEAN", NULL, False),
        Column("led_to_publication", "BOOLEAN", NULL, False),
        Column("link_acquired", "BOOLEAN", NULL, False),
        Column("link_url", "VARCHAR(2048)", NULL, None),
        Column("publication_date", "DATETIME", NULL, None),
    ),
    "backlinking_analytics": (
        Column("id", "INTEGER", NOT_NULL, COUNTED),
        Column("campaign_id", "VARCHAR(36)", NOT_NULL, None),
        Column("date", "DATETIME", NOT_NULL, None),
        Column("period_type", "VARCHAR(20)", NULL, "daily"),
        Column("opportunities_discovered", "INTEGER", NULL, 0),
        Column("opportunities_contacted", "INTEGER", NULL, 0),
        Column("opportunities_responded", "INTEGER", NULL, 0),
        Column("opportunities_published", "INTEGER", NULL, 0),
        Column("links_acquired", "INTEGER", NULL, 0),
        Column("emails_sent", "INTEGER", NULL, 0),
        Column("emails_delivered", "INTEGER", NULL, 0),
        Column("emails_bounced", "INTEGER", NULL, 0),
        Column("emails_opened", "INTEGER", NULL, 0),
        Column("emails_clicked", "INTEGER", NULL, 0),
        Column("responses_received", "INTEGER", NULL, 0),
        Column("positive_responses", "INTEGER", NULL, 0),
        Column("negative_responses", "INTEGER", NULL, 0),
        Column("auto_replies", "INTEGER", NULL, 0),
        Column("ai_emails_generated", "INTEGER", NULL, 0),
        Column("ai_responses_analyzed", "INTEGER", NULL, 0),
        Column("ai_accuracy_score", "REAL", NULL, 0.0),
        Column("ai_cost_incurred", "REAL", NULL, 0.0),
        Column("user_reviews_provided", "INTEGER", NULL, 0),
        Column("user_satisfaction_score", "REAL", NULL, 0.0),
        Column("ai_insights", "JSON", NULL, None),
        Column("performance_trends", "JSON", NULL, None),
        Column("optimization_suggestions", "JSON", NULL, None),
        Column("created_at", "DATETIME", NULL, NOW),
        Column("updated_at", "DATETIME", NULL, NOW),
    ),
    "ai_learning_data": (
        Column("id", "INTEGER", NOT_NULL, COUNTED),
        Column("user_id", "INTEGER", NOT_NULL, None),
        Column("data_type", "VARCHAR(20)", NOT_NULL, None),
        Column("data_key", "VARCHAR(200)", NOT_NULL, None),
        Column("data_value", "JSON", NOT_NULL, None),
        Column("success_score", "REAL", NULL, 0.0),
        Column("usage_count", "INTEGER", NULL, 0),
        Column("last_used", "DATETIME", NULL, NOW),
        Column("created_at", "DATETIME", NULL, NOW),
        Column("updated_at", "DATETIME", NULL, NOW),
        Column("source_campaign_id", "VARCHAR(36)", NULL, None),
        Column("source_opportunity_id", "INTEGER", NULL, None),
    ),
    "backlinking_templates": (
        Column("id", "INTEGER", NOT_NULL, COUNTED),
        Column("name", "VARCHAR(100)", NOT_NULL, None),
        Column("description", "TEXT", NULL, None),
        Column("category", "VARCHAR(50)", NULL, "general"),
        Column("subject_template", "VARCHAR(200)", NOT_NULL, None),
        Column("body_template_html", "TEXT", NOT_NULL, None),
        Column("body_template_text", "TEXT", NULL, None),
        Column("ai_variables", "JSON", NULL, None),
        Column("ai_tone_suggestions", "JSON", NULL, None),
        Column("ai_context_requirements", "JSON", NULL, None),
        Column("usage_count", "INTEGER", NULL, 0),
        Column("success_rate", "REAL", NULL, 0.0),
        Column("average_response_time", "REAL", NULL, None),
        Column("is_active", "BOOLEAN", NULL, True),
        Column("is_system_template", "BOOLEAN", NULL, False),
        Column("created_by_user_id", "INTEGER", NULL, None),
        Column("created_at", "DATETIME", NULL, NOW),
        Column("updated_at", "DATETIME", NULL, NOW),
    ),
}

FOREIGN_KEYS: Final = (
    ForeignKey("backlinking_campaigns", "user_id", "users", "CASCADE"),
    ForeignKey("backlinking_opportunities", "campaign_id", "backlinking_campaigns", "CASCADE"),
    ForeignKey("backlinking_emails", "campaign_id", "backlinking_campaigns", "CASCADE"),
    ForeignKey("backlinking_emails", "opportunity_id", "backlinking_opportunities", "CASCADE"),
    ForeignKey("backlinking_emails", "parent_email_id", "backlinking_emails", "SET NULL"),
    ForeignKey("backlinking_responses", "campaign_id", "backlinking_campaigns", "CASCADE"),
    ForeignKey("backlinking_responses", "opportunity_id", "backlinking_opportunities", "CASCADE"),
    ForeignKey("backlinking_responses", "email_id", "backlinking_emails", "CASCADE"),
    ForeignKey("backlinking_analytics", "campaign_id", "backlinking_campaigns", "CASCADE"),
    ForeignKey("ai_learning_data", "user_id", "users", "CASCADE"),
    ForeignKey("ai_learning_data", "source_campaign_id", "backlinking_campaigns", "SET NULL"),
    ForeignKey("ai_learning_data", "source_opportunity_id", "backlinking_opportunities", "SET NULL"),
    ForeignKey("backlinking_templates", "created_by_user_id", "users", "SET NULL"),
)

# Between siblings of one campaign the key is composite: the parent's campaign must be the child's.
COMPOSITE: Final = {
    ("backlinking_emails", "opportunity_id"),
    ("backlinking_responses", "opportunity_id"),
    ("backlinking_responses", "email_id"),
}

INDEXES: Final = {
    "idx_campaign_user_status": (
        "backlinking_campaigns",
        (
            "user_id",
            "status",
        ),
    ),
    "idx_campaign_ai_performance": ("backlinking_campaigns", ("ai_performance_score",)),
    "idx_opportunity_ai_scores": (
        "backlinking_opportunities",
        (
            "ai_relevance_score",
            "ai_authority_score",
        ),
    ),
    "idx_opportunity_campaign_status": (
        "backlinking_opportunities",
        (
            "campaign_id",
            "status",
        ),
    ),
    "idx_email_campaign_opportunity": (
        "backlinking_emails",
        (
            "campaign_id",
            "opportunity_id",
        ),
    ),
    "idx_email_status_sent": (
        "backlinking_emails",
        (
            "status",
            "sent_at",
        ),
    ),
    "idx_analytics_campaign_date": (
        "backlinking_analytics",
        (
            "campaign_id",
            "date",
        ),
    ),
    "idx_learning_user_type": (
        "ai_learning_data",
        (
            "user_id",
            "data_type",
        ),
    ),
    "idx_learning_success": ("ai_learning_data", ("success_score",)),
}

UNIQUES_ASKED_FOR: Final = {
    ("backlinking_opportunities", ("campaign_id", "url")),
    ("ai_learning_data", ("user_id", "data_type", "data_key")),
}

# What the composite foreign keys point at, and one record for each period.
UNIQUES_OF_OURS: Final = {
    ("backlinking_opportunities", ("campaign_id", "id")),
    ("backlinking_emails", ("campaign_id", "id")),
    ("backlinking_responses", ("campaign_id", "id")),
    ("backlinking_analytics", ("campaign_id", "period_type", "date")),
}

# Columns that are held to a rule, by rule.
CHECKS: Final = {
    "backlinking_campaigns": {
        "known": "tone_preference personalization_level status priority",
        "ratio": "ai_performance_score",
        "positive": "max_opportunities max_emails_per_day max_follow_ups total_opportunities"
        " contacted_opportunities responded_opportunities successful_links estimated_cost actual_cost",
    },
    "backlinking_opportunities": {
        "known": "status writing_tone ai_contact_recommendation user_override_decision ai_follow_up_strategy",
        "ratio": "ai_relevance_score ai_authority_score ai_content_quality_score ai_spam_risk_score"
        " spam_score quality_score email_open_rate",
        "positive": "word_count_min word_count_max domain_authority response_time_hours",
        "address": "contact_email",
        "stars": "user_rating",
        "range": "word_count",
        "scale": "domain_authority",
        "has_url": "link_acquired",
    },
    "backlinking_emails": {
        "known": "status email_type",
        "ratio": "ai_confidence_score open_rate click_rate",
        "positive": "ai_generation_time ai_temperature open_count click_count",
        "address": "from_email to_email reply_to_email",
        "stars": "user_feedback_rating",
        "from_one": "follow_up_number",
    },
    "backlinking_responses": {
        "known": "ai_intent_classification ai_urgency_level ai_recommended_action user_sentiment_override"
        " response_type",
        "ratio": "ai_response_quality",
        "positive": "ai_follow_up_delay",
        "address": "from_email",
        "has_url": "link_acquired",
    },
    "backlinking_analytics": {
        "known": "period_type",
        "ratio": "ai_accuracy_score user_satisfaction_score",
        "positive": "opportunities_discovered opportunities_contacted opportunities_responded"
        " opportunities_published links_acquired emails_sent emails_delivered emails_bounced emails_opened"
        " emails_clicked responses_received positive_responses negative_responses auto_replies"
        " ai_emails_generated ai_responses_analyzed ai_cost_incurred user_reviews_provided",
    },
    "ai_learning_data": {
        "known": "data_type",
        "ratio": "success_score",
        "positive": "usage_count",
    },
    "backlinking_templates": {
        "known": "category",
        "ratio": "success_rate",
        "positive": "usage_count average_response_time",
    },
}
