"""An import, and somebody else at work in two campaigns: they wait for each other in the order of the ids.

Each of these was seen to end in a deadlock on PostgreSQL before that order was there. SQLite has one
writer at a time: there they show only that waiting ends.
"""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import pytest

from linkwright.db.engine import Database
from linkwright.jobs.importers import Summary
from linkwright.models import BacklinkingResponse
from linkwright.services.opportunities import Opportunities
from tests.support import samples
from tests.support.bringing import ME, Bringing, counts

GIVEN = 0.4  # Seconds: ample time to go wrong, were there no order.


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> Bringing:
    """A campaign that has asked one site."""
    place = await Bringing(database, tmp_path).set_up()
    await place.prospects("url,contact_email\nhttps://huts.com/,ed@huts.com\n")
    return place


async def at_work(place: Bringing, first: str, second: str, importing: Awaitable[Summary]) -> Summary:
    """Work in the first campaign, let the import come as far as it can, then work in the second."""
    async with place.desk.transaction() as session:
        prospects = Opportunities(place.desk.context(session))
        await prospects.create(first, {"url": "https://first.com/"})
        task = asyncio.ensure_future(importing)
        await asyncio.wait([task], timeout=GIVEN)
        await asyncio.wait_for(prospects.create(second, {"url": "https://second.com/"}), timeout=5)
    return await task


async def two_campaigns(place: Bringing) -> tuple[str, str]:
    """Return the older campaign, which has the lower id, and the one that files are brought to."""
    older, place.campaign_id = (
        place.campaign_id,
        await place.desk.campaign("Autumn", create=True, room=1000),
    )
    assert older < place.campaign_id
    return older, place.campaign_id


async def test_prospects_who_are_suppressed_are_looked_for_in_all_campaigns(place: Bringing) -> None:
    older, newer = await two_campaigns(place)
    rows = "url,contact_email,status\nhttps://elsewhere.com/,ed@huts.com,unsubscribed\n"

    assert counts(await at_work(place, older, newer, place.prospects(rows))) == (1, 0, 0, 0)

    assert (await place.page("https://huts.com/")).status == "suppressed"
    assert await place.is_sound()


async def test_a_mailbox_has_answers_to_several_campaigns(place: Bringing) -> None:
    older, newer = await two_campaigns(place)
    await place.prospects("url,contact_email\nhttps://peaks.com/,jo@peaks.com\n")
    for name in ("ed@huts.com", "jo@peaks.com"):
        await place.mail(place.file(_mail(ME, name), f"{name}.eml"))
    answers = [_mail("jo@peaks.com", ME), _mail("ed@huts.com", ME)]
    box = "".join(f"From x@y.com Mon Mar  2 09:00:00 2026\n{answer}\n" for answer in answers)

    summary = await at_work(place, older, newer, place.mail(place.file(box, "box.mbox")))

    assert counts(summary) == (2, 0, 0, 0)
    assert {row.campaign_id for row in await place.all(BacklinkingResponse)} == {older, newer}


def _mail(sender: str, to: str) -> str:
    return samples.message(
        sender=sender, to=to, subject="An article", message_id=f"{sender}{to}", days=int(to == ME)
    )
