"""Laws of outreach: under any sequence of verbs lives are kept, counters equal a recount, promises hold."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import delete, event, select

from linkwright.db.engine import Database
from linkwright.errors import LinkwrightError
from linkwright.lives import allowed
from linkwright.models import (
    BacklinkingEmail,
    BacklinkingTemplate,
    BacklinkOpportunity,
    EmailEvent,
    StatusChange,
    User,
)
from linkwright.vocabulary import LifeKind
from tests.support.outreach import LETTER, Desk
from tests.support.recount import recounted, stored

WITHOUT_ARGUMENTS = [
    ("emails", "approve"),
    ("emails", "unapprove"),
    ("emails", "cancel"),
    ("sending", "queue"),
    ("sending", "unqueue"),
    ("sending", "mark_failed"),
    ("sending", "release"),
    ("sending", "mark_send_unknown"),
    ("sending", "retry_failed"),
    ("sending", "requeue_blocked"),
    ("delivery", "mark_delivered"),
    ("delivery", "record_bounce"),
    ("delivery", "record_complaint"),
    ("delivery", "record_unsubscribe"),
]
TYPES = st.sampled_from(["initial", "follow_up", "reminder", "negotiation"])
KINDS = st.sampled_from(
    ["positive", "negative", "neutral", "auto_reply", "out_of_office", "bounce", "complaint", "unsubscribe"]
)
HUMAN_KINDS = st.sampled_from(["positive", "negative", "neutral"])
# Few addresses, so that a suppression reaches more than one prospect.
ADDRESSES = st.sampled_from(["jane@x.com", "jo@y.com", "kim.d@gmail.com", "kimd@googlemail.com"])
PLACES = 4
NUMBERS = st.integers(0, 7)


class Outreach(RuleBasedStateMachine):
    """Three prospects with their emails, on which anything may be tried."""

    desk: Desk
    runner: asyncio.Runner
    started = 0

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    def attempt(self, coroutine: Any) -> Any:
        """A verb either does its work or refuses with one of our own errors."""
        try:
            return self.run(coroutine)
        except LinkwrightError:
            return None

    @initialize(addresses=st.lists(ADDRESSES, min_size=3, max_size=3))
    def begin(self, addresses: list[str]) -> None:
        type(self).started += 1
        self.run(self.forget())
        type(self).desk = Desk(self.desk.database)
        owner = f"owner{self.started}@example.com"
        self.run(self.desk.sit_down(address=owner, max_emails_per_day=PLACES, max_follow_ups=2))
        template = {"name": "T", "subject_template": "Hi", "body_template_html": "<p>Hi</p>"}
        self.run(self.desk.templates("create", self.desk.user_id, template))
        self.prospects = [self.run(self.desk.prospect(contact_email=each)) for each in addresses]
        self.emails: list[int] = []
        self.replies: list[int] = []

    async def forget(self) -> None:
        """Begin with an empty record: every check reads all of it."""
        async with self.desk.database.transaction() as session:
            for model in (BacklinkingTemplate, User):
                await session.execute(delete(model))

    def pick_sent(self, number: int) -> BacklinkingEmail | None:
        """One of the emails that left; what follows from them is most of what there is to get wrong."""
        mine = BacklinkingEmail.id.in_(self.emails), BacklinkingEmail.sent_at.is_not(None)
        found = self.run(self.desk.all(select(BacklinkingEmail).where(*mine).order_by(BacklinkingEmail.id)))
        return found[number % len(found)][0] if found else None

    def pick(self, number: int) -> int:
        return self.emails[number % len(self.emails)] if self.emails else 10**6

    @rule(number=NUMBERS, kind=TYPES, approved=st.booleans())
    def write(self, number: int, kind: str, approved: bool) -> None:  # noqa: FBT001
        prospect = self.prospects[number % 3]
        values = {"email_type": kind, "user_approved": approved, "template_used": "T"}
        if (email := self.attempt(self.desk.draft(prospect, **values))) is not None:
            self.emails.append(email.id)

    @rule(number=NUMBERS, kind=TYPES)
    def write_and_send(self, number: int, kind: str) -> None:
        self.write(number, kind, approved=True)
        self.report_sent(-1)

    @rule(number=NUMBERS, days=st.integers(0, 20))
    def import_sent(self, number: int, days: int) -> None:
        mail = LETTER | {"template_used": "T", "sent_at": self.desk.now - timedelta(days=days)}
        call = self.desk.emails("record_sent", self.desk.campaign_id, self.prospects[number % 3], mail)
        if (email := self.attempt(call)) is not None:
            self.emails.append(email.id)

    @rule(number=NUMBERS, verb=st.sampled_from(WITHOUT_ARGUMENTS))
    def move(self, number: int, verb: tuple[str, str]) -> None:
        self.attempt(getattr(self.desk, verb[0])(verb[1], self.pick(number)))

    @rule(number=NUMBERS)
    def report_sent(self, number: int) -> None:
        email = self.run(self.desk.email(self.pick(number)))
        reported = self.attempt(self.desk.sending("mark_sent", self.pick(number)))
        if reported is not None and email.status in {"draft", "approved", "queued"}:
            self.check_day()

    @rule(number=NUMBERS, sent=st.booleans())
    def settle(self, number: int, sent: bool) -> None:  # noqa: FBT001
        self.attempt(self.desk.sending("resolve_unknown", self.pick(number), sent=sent, evidence="log"))

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        if self.attempt(self.desk.sending("claim_due", limit)):
            self.check_day()

    @rule(number=NUMBERS, kind=KINDS, back=st.integers(0, 12))
    def answer(self, number: int, kind: str, back: int) -> None:
        if (email := self.pick_sent(number)) is not None:
            at = self.desk.later(hours=3) - timedelta(hours=back)
            if (made := self.attempt(self.desk.reply(email, kind, received_at=at))) is not None:
                self.replies.append(made.id)

    @rule(number=NUMBERS, kind=HUMAN_KINDS, twice=st.booleans())
    def converse(self, number: int, kind: str, twice: bool) -> None:  # noqa: FBT001
        self.answer(number, kind, 0)
        if twice:
            self.answer(number, kind, 5)

    @rule(number=NUMBERS, agent=st.sampled_from(["human", "machine", "unknown"]), again=st.booleans())
    def look(self, number: int, agent: str, again: bool) -> None:  # noqa: FBT001
        if (email := self.pick_sent(number)) is not None:
            verb = "record_open" if number % 3 else "record_click"
            for _ in range(1 + again):
                self.attempt(self.desk.delivery(verb, email.id, agent=agent, key=f"k{number}"))

    @rule(number=NUMBERS, kind=KINDS)
    def review(self, number: int, kind: str) -> None:
        if self.replies:
            reply = self.replies[number % len(self.replies)]
            self.attempt(self.desk.reviews("review", reply, {"response_type": kind}))

    @rule(address=ADDRESSES, lift=st.booleans())
    def suppress(self, address: str, lift: bool) -> None:  # noqa: FBT001
        verb, more = ("lift", {"why": "mistake"}) if lift else ("add", {})
        self.attempt(self.desk.suppressions(verb, address, **more))

    @rule(number=NUMBERS)
    def give_up(self, number: int) -> None:
        self.attempt(self.desk.opportunities("mark_no_response", self.prospects[number % 3]))

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.desk.later(hours=hours)
        self.attempt(self.desk.sending("expire_leases"))

    def teardown(self) -> None:
        """Ask at the end only: a counter that went wrong stays wrong, and more can be tried."""
        if self.started:
            self.run(self.check())

    async def check(self) -> None:
        desk = self.desk
        async with desk.database.transaction() as session:
            assert await stored(session) == await recounted(session)
        emails = await desk.all(select(BacklinkingEmail.id, BacklinkingEmail.status))
        pages = await desk.all(select(BacklinkOpportunity.id, BacklinkOpportunity.status))
        await self.check_lives(LifeKind.EMAIL, StatusChange.email_id, dict(emails))
        await self.check_lives(LifeKind.OPPORTUNITY, StatusChange.opportunity_id, dict(pages))
        await self.check_moments()

    async def check_lives(self, kind: LifeKind, column: Any, states: dict[int, str]) -> None:
        """Each history is one chain of legal moves that ends where the thing is now."""
        columns = (column, StatusChange.old_status, StatusChange.new_status)
        found = select(*columns).where(StatusChange.kind == kind.value).order_by(StatusChange.id)
        at: dict[int, str] = {}
        for identity, old, new in await self.desk.all(found):
            if old is not None:
                assert allowed(kind, old, new)
                assert at.get(identity, old) == old
            at[identity] = new
        assert at == {identity: states[identity] for identity in at}

    async def check_moments(self) -> None:
        page = BacklinkOpportunity
        for contacted, responded in await self.desk.all(select(page.contacted_at, page.responded_at)):
            assert responded is None or (contacted is not None and contacted <= responded)

    def check_day(self) -> None:
        """Whoever was given a place today, it was one of the day's."""
        rows = self.run(self.desk.all(select(BacklinkingEmail).filter_by(campaign_id=self.desk.campaign_id)))
        claims = select(EmailEvent.email_id, EmailEvent.occurred_at).where(EmailEvent.kind == "sending")
        today = self.desk.now.date()
        claimed = {email for email, at in self.run(self.desk.all(claims)) if at.date() == today}
        taken = [
            email.id
            for (email,) in rows
            if (email.sent_at is not None and email.sent_at.date() == today)
            or (email.status in {"sending", "send_unknown"} and email.id in claimed)
        ]
        assert len(taken) <= PLACES


@pytest.mark.slow
def test_any_sequence_of_verbs_keeps_every_promise(migrated_url: str) -> None:
    database = Database(migrated_url)
    if database.dialect == "sqlite":
        # A thousand transactions: whether they survive a power failure is not asked here.
        @event.listens_for(database.engine.sync_engine, "connect")
        def hurry(connection: Any, _record: object) -> None:
            connection.cursor().execute("PRAGMA synchronous = OFF")

    with asyncio.Runner() as runner:
        Outreach.desk, Outreach.runner = Desk(database), runner
        try:
            run_state_machine_as_test(
                Outreach,
                settings=settings(
                    max_examples=30,
                    stateful_step_count=40,
                    phases=[Phase.explicit, Phase.generate],
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(database.close())
