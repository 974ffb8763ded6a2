"""What AI costs, from the command line: limits, a provider behind the ledger, imported answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cli.command import Said as Ran
from tests.cli.command import linkwright
from tests.cli.office import ME, REPLY, Office
from tests.outreach.server import Provider, Reply, Said, speaking, told

KEY = "sk-planted-0123456789"
TOPICS = told(intent="asks_for_topics", sentiment="neutral", action="reply", confidence=0.9)


@contextmanager
def provider_of(*replies: Said | Reply) -> Iterator[Provider]:
    """Run a provider in a thread of its own: the command runs in a process of its own."""
    ready, done, found = threading.Event(), asyncio.Event(), []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with speaking(*replies) as provider:
            found.append(provider)
            ready.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait(10)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()


def asking(office: Office, provider: Provider, *words: str) -> Ran:
    return linkwright(
        *words,
        url=office.url,
        folder=office.folder,
        LINKWRIGHT_USER=ME,
        LINKWRIGHT_AI_PROVIDER="openai",
        LINKWRIGHT_AI_KEY=KEY,
        LINKWRIGHT_AI_BASE_URL=provider.url,
        COLUMNS="100",
    )


class TestBudget:
    def test_is_set_shown_and_taken_away(self, office: Office) -> None:
        assert office("campaigns", "budget", "Autumn").out.startswith("no limit; 0.0000 spent")
        said = office("campaigns", "budget", "Autumn", "--limit", "5", "--allow-unpriced")
        assert said.out.startswith("limit 5.0000 USD, 5.0000 left, unpriced models allowed; 0.0000 spent")
        assert "limit for AI" in office("campaigns", "show", "Autumn").out
        assert office("campaigns", "show", "Autumn", "--json").json["ai_cost_limit"] == 5.0
        assert office("campaigns", "budget", "Autumn", "--json").json["left"] == 5.0
        assert office("campaigns", "budget", "Autumn", "--no-limit").out.startswith("no limit")

    @pytest.mark.parametrize(
        "words",
        [("--limit", "-1"), ("--limit", "nan"), ("--limit", "5", "--no-limit"), ("--allow-unpriced",)],
    )
    def test_that_makes_no_sense_is_refused(self, office: Office, words: tuple[str, ...]) -> None:
        said = office("campaigns", "budget", "Autumn", *words)
        assert said.status == 2
        assert office("campaigns", "budget", "Autumn", "--json").json["cost_limit"] is None


class TestAsking:
    def test_a_provider_is_paid_by_a_campaign_within_its_limit(self, office: Office) -> None:
        with provider_of(TOPICS) as provider:
            told = asking(office, provider, "ai", "check", "-c", "Autumn", "--json")
            assert (told.json["intent"], told.json["input_tokens"]) == ("asks_for_topics", 200)
            assert "cost    " in office("campaigns", "show", "Autumn").out
            assert office("campaigns", "budget", "Autumn", "--limit", "0.0001").status == 0
            refused = asking(office, provider, "ai", "check", "-c", "Autumn")
        assert refused.status == 1
        assert "Campaign Autumn may spend 0.0001 USD on AI" in refused.err
        assert len(provider.asked) == 1
        assert KEY not in told.out + refused.err

    def test_imported_answers_are_read_by_it_once(self, office: Office) -> None:
        letter = office.letters()[0]
        office.send(letter["id"], "<one@outreach.example>")
        with provider_of(TOPICS) as provider:
            office.receive(words="Hm, let me see.", answers="<one@outreach.example>")
            first = asking(office, provider, "ai", "replies")
            assert first.out == "1 answers read, 0 calls failed.\n"
            header = "In-Reply-To: <one@outreach.example>\n"
            words = "Well, I have to think about that."
            mail = REPLY.format(sender="ann@one.example", me=ME, name="more", header=header, words=words)
            (office.folder / "more.mbox").write_text(mail)
            brought = asking(office, provider, "import", "mail", "more.mbox", "--me", ME)
            again = asking(office, provider, "ai", "replies", "--json")
        assert "1 answers read by openai." in brought.out
        assert (again.json["read"], len(provider.asked)) == (0, 2)
        export = office("export", "campaign", "Autumn", "-o", "out.jsonl")
        assert export.status == 0, export.err
        assert KEY not in (office.folder / "out.jsonl").read_text()
