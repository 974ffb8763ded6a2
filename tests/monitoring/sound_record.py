"""A small record in which everything has happened that the doctor asks about, all of it by the verbs."""

from dataclasses import dataclass
from typing import Final

from linkwright.db.engine import Database
from linkwright.services.campaigns import Campaigns
from linkwright.services.decisions import Decisions
from tests.support.outreach import Desk


@dataclass(frozen=True)
class Ids:
    """The rows that tests break, by what they are."""

    user: int
    campaign: str
    template: int
    decision: int
    answered: int  # Prospects: wrote, were answered, won a link,
    silent: int  # wrote and wait,
    gone: int  # unsubscribed,
    fresh: int  # and nobody has written to.
    opened_email: int
    silent_email: int
    gone_email: int
    bounced_email: int
    draft_email: int
    queued_email: int
    follow_up: int
    response: int
    auto_reply: int


TEMPLATE: Final = {
    "name": "guest post",
    "subject_template": "A post",
    "body_template_html": "<p>Hi</p>",
    "category": "initial",
}

ANALYSIS: Final = {
    "ai_relevance_score": 0.8,
    "ai_authority_score": 0.7,
    "ai_content_quality_score": 0.6,
    "ai_spam_risk_score": 0.1,
    "ai_contact_recommendation": "contact",
}
GENERATED: Final = {
    "ai_model_used": "gpt-4o-mini",
    "ai_prompt_used": "Write to the editor.",
    "ai_confidence_score": 0.7,
}
READING: Final = {
    "response_type": "positive",
    "ai_intent_classification": "interested",
    "ai_urgency_level": "low",
    "ai_recommended_action": "reply",
    "ai_suggested_reply": "Thank you!",
    "ai_sentiment_analysis": {"label": "positive", "confidence": 0.9},
}


async def sit_down(database: Database) -> Desk:
    """A desk whose campaign was started by the verb, with its history."""
    desk = Desk(database)
    await desk.sit_down(status="draft")
    async with desk.context() as context:
        await Campaigns(context).start(desk.campaign_id)
    return desk


async def make_sound_record(database: Database) -> Ids:
    """Make it and say where everything is."""
    desk = await sit_down(database)
    template = await desk.templates("create", desk.user_id, TEMPLATE)

    answered = await desk.prospect()
    await desk.opportunities("record_analysis", answered, ANALYSIS)
    opened = await desk.sent(answered, template_used="guest post", **GENERATED)
    desk.later(hours=1)
    await desk.delivery("record_open", opened.id, agent="human", key="o1")
    await desk.delivery("record_open", opened.id, agent="unknown", key="o2")
    await desk.delivery("record_open", opened.id, agent="machine", key="o3")
    await desk.delivery("record_click", opened.id, agent="human", key="c1")
    desk.later(hours=2)
    response = await desk.reply(opened)
    await desk.reviews("classify", response.id, READING)
    await desk.reviews("review", response.id, {"user_sentiment_override": "mixed"})
    desk.later(days=1)
    await desk.opportunities("record_link", answered, "https://site1.com/post", evidence="seen live")

    silent = await desk.prospect()
    silent_email = await desk.sent(silent, template_used="guest post")
    await desk.delivery("mark_delivered", silent_email.id)
    desk.later(hours=1)
    auto_reply = await desk.reply(silent_email, "auto_reply")
    desk.later(days=3)
    follow_up = await desk.queued(silent, email_type="follow_up")

    gone = await desk.prospect()
    gone_email = await desk.sent(gone)
    desk.later(hours=1)
    await desk.reply(gone_email, "unsubscribe")
    bounced_email = await desk.sent()
    await desk.delivery("record_bounce", bounced_email.id, kind="hard")

    fresh = await desk.prospect()
    await desk.opportunities("override", fresh, "hold")
    draft_email = await desk.draft()
    queued_email = await desk.queued()

    about = {"campaign_id": desk.campaign_id, "opportunity_id": answered, "cost": 0.25}
    async with desk.context() as context:
        decisions = Decisions(context)
        made = await decisions.record(
            desk.user_id, {"kind": "score", "decided_by": "model", "action": "0.8", **about}
        )
        await decisions.record_outcome(made.id, {"name": "link", "rule": "last touch", "value": 1.0})
        await decisions.record(desk.user_id, {"kind": "generate", "decided_by": "model", **about})
    return Ids(
        user=desk.user_id,
        campaign=desk.campaign_id,
        template=template.id,
        decision=made.id,
        answered=answered,
        silent=silent,
        gone=gone,
        fresh=fresh,
        opened_email=opened.id,
        silent_email=silent_email.id,
        gone_email=gone_email.id,
        bounced_email=bounced_email.id,
        draft_email=draft_email.id,
        queued_email=queued_email.id,
        follow_up=follow_up.id,
        response=response.id,
        auto_reply=auto_reply.id,
    )
