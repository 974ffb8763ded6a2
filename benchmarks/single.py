"""One at a time: write an email, then report it sent; two transactions with all that belongs to them.

The record is a usual one: a letter of 3 KB with its prompt, from a template, in a campaign with a
daily limit, of a user who has people to leave alone.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from sqlalchemy import insert

from benchmarks.harness import Bench, Result, Stopwatch, new_campaign
from benchmarks.replay import bare_connection, recording
from linkwright.clock import utc_now
from linkwright.models import Suppression
from linkwright.service import BacklinkingDatabaseService

WORKERS = 16


def letter(number: int) -> dict[str, object]:
    """An email as a generator hands it over."""
    return {
        "subject": f"A guide to mountain huts for your readers ({number})",
        "body_html": "<p>Hello, I have read what you wrote about long walks, and liked it.</p>" * 30,
        "body_text": "Hello, I have read what you wrote about long walks, and liked it.\n" * 12,
        "from_email": "me@outreach.example.com",
        "ai_model_used": "a-model",
        "ai_prompt_used": "Write to the editor of a hiking blog. " * 20,
        "ai_generation_time": 2.5,
        "ai_confidence_score": 0.8,
        "personalization_data": {"name": "Jane", "article": "Ten huts", "topics": ["huts", "food"]},
        "template_used": "Guest post",
    }


class Desk:
    """A campaign with prospects who wait for a letter."""

    def __init__(self, service: BacklinkingDatabaseService, number: int) -> None:
        self.service, self._number = service, number
        self.prospects: list[int] = []
        self.campaign_id = ""

    async def fill(self) -> "Desk":
        service = self.service
        self.campaign_id = await new_campaign(service, max_emails_per_day=100_000)
        user = await service.get_user_by_email("bench@example.com")
        body = {"name": "Guest post", "subject_template": "Hi", "body_template_html": "<p>Hi</p>"}
        if not (await service.get_templates(user.id)):
            await service.create_template(user.id, body)
            async with service.begin() as work:
                now = utc_now()
                rows = [
                    {
                        "user_id": user.id,
                        "address_hash": number.to_bytes(32, "big"),
                        "reason": "unsubscribe",
                        "actor": "bench",
                        "created_at": now,
                    }
                    for number in range(1000)
                ]
                await work.context.session.execute(insert(Suppression), rows)
        rows = [
            {
                "url": f"https://site{place}.example.com/",
                "contact_email": f"editor@site{place}.example.com",
                "status": "approved",
            }
            for place in range(self._number)
        ]
        await service.add_opportunities(self.campaign_id, rows)
        after = None
        while True:
            page = await service.get_campaign_opportunities(self.campaign_id, limit=1000, after=after)
            self.prospects += [row.id for row in page.rows]
            if (after := page.after) is None:
                return self

    async def send(self, prospects: Sequence[int]) -> None:
        for prospect in prospects:
            email = await self.service.create_email(self.campaign_id, prospect, letter(prospect))
            await self.service.mark_email_sent(email.id)


async def run(bench: Bench) -> list[Result]:
    results: list[Result] = []
    for dialect in bench.dialects:
        results += await _alone(bench, dialect)
        if dialect == "postgresql":
            results += await _together(bench, dialect)
    return results


async def _alone(bench: Bench, dialect: str) -> list[Result]:
    number = bench.size(150, quick=10)
    # Three databases that begin alike: where the statements are taken down, where the service
    # does the work, and where the bare driver does the same.
    async with contextlib.AsyncExitStack() as stack:
        desks, urls = [], []
        for _ in range(3):
            url = await stack.enter_async_context(bench.database(dialect))
            service = await stack.enter_async_context(await BacklinkingDatabaseService.open(url))
            desks.append(await Desk(service, number * (bench.rounds + 1)).fill())
            urls.append(url)
        model, ours, other = desks
        await other.service.close()
        bare = await stack.enter_async_context(bare_connection(urls[2], dialect))
        shares, rates, counted = [], [], 0
        for place in range(bench.rounds + 1):  # The first round compiles and prepares, and is not counted.
            start = slice(place * number, (place + 1) * number)
            with recording(model.service.database) as made:
                await model.send(model.prospects[start])
            played = made.about({model.campaign_id: other.campaign_id})
            times = {}
            for side in ("ours", "bare") if place % 2 else ("bare", "ours"):
                with Stopwatch() as taken:
                    if side == "ours":
                        await ours.send(ours.prospects[start])
                    else:
                        for transaction in played:
                            await bare.play(transaction)
                times[side] = taken.seconds
            counted = sum(len(transaction) for transaction in played) // number
            if place:
                shares.append(times["bare"] / times["ours"])
                rates.append(number / times["ours"])
    goal = 0.35 if dialect == "sqlite" else 0.5
    what = "write an email, then report it sent"
    return [
        Result(f"{what}: share of the bare driver's rate", dialect, shares, at_least=goal),
        Result(what, dialect, rates, "emails/s"),
        Result(f"{what}: statements", dialect, [counted] * bench.rounds, "statements"),
    ]


async def _together(bench: Bench, dialect: str) -> list[Result]:
    number = bench.size(100, quick=10)
    async with bench.database(dialect) as url, await BacklinkingDatabaseService.open(url) as service:
        desks = [await Desk(service, number * (bench.rounds * 2 + 2)).fill() for _ in range(WORKERS)]
        gains, rates = [], []
        for place in range(bench.rounds + 1):
            alone, both = place * 2 * number, (place * 2 + 1) * number
            with Stopwatch() as one:
                await desks[place % WORKERS].send(desks[place % WORKERS].prospects[alone : alone + number])
            with Stopwatch() as many:
                await asyncio.gather(*(desk.send(desk.prospects[both : both + number]) for desk in desks))
            if place:
                gains.append(WORKERS * one.seconds / many.seconds)
                rates.append(WORKERS * number / many.seconds)
    return [
        Result(f"{WORKERS} at once: rate / the rate of one", dialect, gains, at_least=2.5),
        Result(f"{WORKERS} at once", dialect, rates, "emails/s"),
    ]
