"""A tour of the front door: every verb called once, as a person would, on a campaign of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from linkwright import BacklinkingDatabaseService
from linkwright.db.engine import Database
from linkwright.vocabulary import Tone

Call = Callable[..., Awaitable[Any]]

LETTER = {"subject": "A guide", "body_html": "<p>Hello</p>", "from_email": "me@example.com"}
TEMPLATE = {
    "name": "First",
    "subject_template": "For {{ site }}",
    "body_template_html": "<p>Dear {{ contact }}</p>",
}
DECISION = {"kind": "choose", "decided_by": "policy", "action": "b", "cost": 0.002}

PLANNED = {
    "kind": "score",
    "provider_name": "openai",
    "request_model": "gpt-4o-mini",
    "trace_id": "a" * 32,
    "input_tokens": 1000,
    "output_tokens": 100,
}


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect what is sent to a database, without what begins and ends transactions."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    engines = {database.engine.sync_engine, database._reader.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


class Counting:
    """A service whose verbs note how many statements each took, the first time it was called."""

    def __init__(self, service: BacklinkingDatabaseService) -> None:
        self.service = service
        self.counts: dict[str, int] = {}

    async def __call__(self, verb: str, *arguments: Any, **named: Any) -> Any:
        with statements(self.service.database) as seen:
            answer = await getattr(self.service, verb)(*arguments, **named)
        self.counts.setdefault(verb, len(seen))
        return answer


async def walk_users(call: Call) -> int:
    """Users come and go; one stays, and owns the rest of the tour."""
    me = await call("create_user", "me@example.com", "Me")
    other = await call("get_or_create_user", "other@example.com")
    assert (await call("get_user", me.id)).name == "Me"
    assert (await call("get_user_by_email", "me@example.com")).id == me.id
    assert [user.id for user in await call("get_users")] == [me.id, other.id]
    assert (await call("update_user", me.id, {"name": "Myself"})).name == "Myself"
    await call("delete_user", other.id)
    return int(me.id)


async def walk_campaigns(call: Call, me: int) -> str:
    """Every move of a campaign; it ends active."""
    data = {"name": "Spring", "keywords": ["trail running"]}
    campaign = await call("create_campaign", me, data)
    key = campaign.id
    assert (await call("get_campaign", key)).name == "Spring"
    assert [row.id for row in await call("get_user_campaigns", me)] == [key]
    assert (await call("get_campaign_named", me, "Spring")).id == key
    await call("update_campaign", key, {"max_emails_per_day": 50})
    for verb in ("schedule", "unschedule", "start", "pause", "resume", "complete"):
        await call(f"{verb}_campaign", key)
    await call("archive_campaign", key)
    await call("restore_campaign", key)
    await call("reopen_campaign", key, "more to do")
    doomed = await call("create_campaign", me, data)
    await call("cancel_campaign", doomed.id)
    await call("delete_campaign", doomed.id)
    return str(key)


async def walk_opportunities(call: Call, key: str) -> list[int]:
    """Prospects judged, walked to a link and away from it. Returns five that are approved."""
    first = await call("create_opportunity", key, {"url": "https://site0.example.org/"})
    rows = [
        {"url": f"https://site{n}.example.org/", "contact_email": f"ed{n}@example.org"} for n in range(1, 12)
    ]
    ids = (await call("add_opportunities", key, rows)).ids
    assert (await call("get_opportunity", ids[0])).domain == "site1.example.org"
    assert len(await call("get_campaign_opportunities", key)) == 12
    await call("update_opportunity", ids[0], {"title": "A page"})
    await call("start_analysis", ids[0])
    await call("fail_analysis", ids[0], "the page did not load")
    await call("record_analysis", ids[0], {"ai_relevance_score": 0.8}, "qualified")
    for page in ids[1:5]:
        await call("qualify_opportunity", page)
    for page in ids[:5]:
        await call("approve_opportunity", page)
    await call("rate_opportunity", ids[0], 5)
    await call("reject_opportunity", ids[5], "off topic")
    await call("override_opportunity", ids[6], "hold")
    await call("suppress_opportunity", ids[7], "asked us by telephone")
    await call("lift_opportunity", ids[7], "it was another person")
    await call("expire_opportunity", ids[8])
    link = {"url": "https://site10.example.org/post", "evidence": "the editor sent it"}
    await call("record_link", ids[9], link["url"], evidence=link["evidence"])
    await call("record_link_lost", ids[9], evidence="gone")
    await call("record_link_restored", ids[9], evidence="back")
    await call("delete_opportunity", first.id)
    return [int(page) for page in ids[:5]]


async def walk_emails(call: Call, key: str, pages: list[int]) -> int:
    """Emails written, held back, queued, claimed, sent, lost and found. Returns one that was sent."""

    async def queued(page: int, **changes: Any) -> int:
        email = await call("create_email", key, page, LETTER | changes)
        await call("approve_email", email.id, by="user:1")
        await call("queue_email", email.id)
        return int(email.id)

    one = await queued(pages[0])
    await call("unqueue_email", one)
    await call("unapprove_email", one)
    await call("update_email", one, {"subject": "A better guide"})
    await call("rate_email", one, 4)
    assert (await call("get_email", one)).subject == "A better guide"
    await call("approve_email", one, by="user:1")
    await call("queue_email", one)
    [claim] = await call("claim_due_emails")
    assert (claim.email.id, claim.attempt) == (one, 1)
    await call("release_email", one, attempt=claim.attempt)
    await call("claim_due_emails")
    await call("mark_email_failed", one, smtp_response="550 no")
    await call("retry_failed_email", one)
    await call("claim_due_emails")
    await call("mark_email_send_unknown", one)
    await call("resolve_unknown_email", one, sent=True, evidence="it is in the sent folder", by="user:1")
    await call("expire_leases")
    two = await queued(pages[1])
    await call("mark_email_sent", two)
    await call("mark_email_delivered", two)
    await call("record_open", two)
    await call("record_click", two)
    assert await call("get_email_events", two)
    await call("record_bounce", two)
    three = await queued(pages[2])
    await call("cancel_email", three)
    sent = LETTER | {"sent_at": "2026-01-05T10:00:00Z"}
    four = await call("record_sent_email", key, pages[3], sent)
    await call("record_complaint", four.id)
    five = await call("record_sent_email", key, pages[4], sent)
    await call("record_unsubscribe", five.id)
    assert len(await call("get_campaign_emails", key)) == 5
    return one


async def walk_blocked(call: Call, key: str, me: int) -> None:
    """An email whose recipient is suppressed while it waits, and allowed again."""
    row = {"url": "https://late.example.org/", "contact_email": "late@example.org"}
    page = await call("create_opportunity", key, row)
    await call("qualify_opportunity", page.id)
    await call("approve_opportunity", page.id)
    email = await call("create_email", key, page.id, LETTER)
    await call("approve_email", email.id, by="user:1")
    await call("queue_email", email.id)
    await call("override_opportunity", page.id, "reject")
    assert await call("claim_due_emails") == []
    await call("qualify_opportunity", page.id)
    await call("requeue_blocked_email", email.id)
    suppression = await call("suppress_address", "gone@example.org", user_id=me)
    assert await call("find_suppressed", ["gone@example.org"], user_id=me)
    assert any(row.id == suppression.id for row in await call("get_suppressions", user_id=me))
    await call("lift_suppression", suppression.id, why="a mistake")
    assert (await call("export_person", me, "stranger@example.org")).records == {}
    assert (await call("erase_person", me, "stranger@example.org")).removed == {}


async def walk_responses(call: Call, key: str, me: int, page: int, email: int) -> None:
    """An answer that is read, reviewed and answered; a message that nobody expected; and the end."""
    answer = {"from_email": "ed1@example.org", "body_text": "Gladly.", "response_type": "positive"}
    response = await call("create_response", key, page, email, answer)
    assert (await call("get_response", response.id)).body_text == "Gladly."
    assert len(await call("get_campaign_responses", key)) == 1
    assert len(await call("get_responses_awaiting_review", key)) == 1
    await call("classify_response", response.id, {"ai_intent_classification": "interested"})
    await call("review_response", response.id, {"user_sentiment_override": "positive"})
    await call("mark_reply_sent", response.id)
    stray = await call("record_inbound", me, {"digest": "a" * 64, "body_text": "Hello?"})
    assert len(await call("get_user_inbound", me)) == 1
    assert len(await call("get_unmatched_inbound", me)) == 1
    await call("dismiss_inbound", stray.message.id)
    assert len(await call("get_dismissed_inbound", me)) == 1
    assert (await call("restore_inbound", stray.message.id)).dismissed_at is None
    await call("assign_inbound", stray.message.id, email)
    assert (await call("get_inbound", stray.message.id)).matched_by == "manual"
    await call("negotiate_opportunity", page)
    await call("accept_opportunity", page)
    await call("mark_no_response", page)


async def walk_knowledge(call: Call, key: str, me: int, page: int, email: int) -> None:
    """Templates, what was learned, what was decided, and the numbers."""
    template = await call("create_template", me, TEMPLATE)
    assert (await call("get_template", template.id)).ai_variables == ["contact", "site"]
    await call("update_template", template.id, {"subject_template": "To {{ site }}"})
    assert len(await call("get_templates", me)) == 1
    assert (await call("render_template", template.id, {"site": "a", "contact": "b"})).subject == "To a"
    await call("retire_template", template.id)
    await call("store_ai_learning_data", me, "send_time", "tuesday", {"hour": 9}, success_score=0.5)
    assert (await call("use_ai_learning_data", me, "send_time", "tuesday")).usage_count == 1
    assert len(await call("get_ai_learning_data", me)) == 1
    chosen = await call("recommend", me, key, "tone", seed=1)
    assert len(chosen.candidates) == len(Tone)
    drawn = await call("recommend_many", me, key, "send_hour", 12, opportunity_ids=[page] * 12, seed=1)
    assert len(drawn) == 12
    assert (await call("learn", me)).more is False
    await call("rebuild_learning", me)
    assert await call("get_patterns", me) == []
    assert await call("pool_learning") == {}
    about = {"campaign_id": key, "opportunity_id": page, "email_id": email}
    decision = await call("record_decision", me, DECISION | about)
    assert (await call("get_decision", decision.id)).action == "b"
    assert decision.id in {row.id for row in await call("get_decisions", me, email_id=email)}
    await call("censor_outcome", decision.id)
    await call("record_outcome", decision.id, {"name": "reply", "rule": "own", "value": 1.0})
    assert len(await call("get_outcomes", decision.id)) == 1
    assert (await call("set_ai_budget", key, {"cost_limit": 1.0})).left is not None
    planned = await call("reserve_ai_call", key, PLANNED)
    await call("release_ai_call", key, planned.id)
    assert (await call("get_ai_budget", key)).reserved == 0.0
    assert await call("get_calibration", me) == []
    assert await call("learn_calibration", me) == []
    assert (await call("compare", me, "template", campaign_id=key)).traffic == []
    assert await call("count_due_outcomes", me) == 0
    assert (await call("attribute_outcomes", me)).judged == 0
    assert (await call("explain", "opportunity", page)).entries
    moves = await call("get_history", "email", email)
    assert (moves.rows[0].new_status, moves.rows[-1].new_status) == ("draft", "sent")
    assert await call("roll_up_campaign", key) > 0
    record = {"date": "2026-01-01T00:00:00Z", "period_type": "monthly", "emails_sent": 3}
    await call("create_analytics_record", key, record)
    assert len(await call("get_campaign_analytics", key, period_type="monthly")) > 1
    assert (await call("get_campaign_stats", key)).count("opportunity") == 12
    assert (await call("get_user_dashboard", me)).funnel["found"] == 12


async def walk_retention(call: Call, key: str, me: int) -> None:
    """What may be kept for how long, and what must be kept."""
    await call("set_retention_policy", "events", "delete", 365, user_id=me)
    await call("set_retention_policy", "decisions", "keep", user_id=me)
    assert len(await call("get_retention_policies", user_id=me)) == 2
    await call("remove_retention_policy", "decisions", user_id=me)
    hold = await call("place_legal_hold", "a lawsuit", campaign_id=key)
    assert [row.id for row in await call("get_legal_holds", user_id=me)] == [hold.id]
    assert (await call("release_legal_hold", hold.id)).released_at
    assert await call("get_retention_removals", campaign_id=key) == []


async def tour(call: Call) -> None:
    """Call every verb."""
    me = await walk_users(call)
    key = await walk_campaigns(call, me)
    pages = await walk_opportunities(call, key)
    email = await walk_emails(call, key, pages)
    await walk_blocked(call, key, me)
    await walk_responses(call, key, me, pages[0], email)
    await walk_knowledge(call, key, me, pages[0], email)
    for page in pages[2:3]:
        sent = LETTER | {"sent_at": "2026-01-06T10:00:00Z"}
        await call("record_sent_email", key, page, sent)
        await call("decline_opportunity", page)
    await walk_retention(call, key, me)
