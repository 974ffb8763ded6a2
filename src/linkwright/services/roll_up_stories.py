"""The rows of some prospects' stories, six statements for all of them."""

from __future__ import annotations

from collections.abc import Collection

from linkwright.queries import roll_up_stories as queries
from linkwright.services.context import Context
from linkwright.services.roll_up_shares import Story, looked_at

Stories = dict[int, Story]


async def read_stories(context: Context, campaign_id: str, ids: Collection[int]) -> Stories:
    """Return the stories of prospects. Who is gone has none; what belongs to no prospect always has one.

    What is written between two of these statements may be missing in one of them: it is counted with the
    next roll-up, which finds it new.
    """
    wanted, session = sorted(ids), context.session
    pages = await session.execute(queries.pages(campaign_id, wanted))
    stories = {row.id: Story(row) for row in pages}
    if queries.OF_CAMPAIGN in ids:
        stories[queries.OF_CAMPAIGN] = Story()
    await _read_emails(context, campaign_id, wanted, stories)
    await _read_responses(context, campaign_id, wanted, stories)
    for row in await session.execute(queries.costs(campaign_id, wanted)):
        if row.opportunity_id in stories:
            stories[row.opportunity_id].costs.append((row.decided_at, row.cost, row.decided_by))
    return stories


async def _read_emails(context: Context, campaign_id: str, wanted: list[int], stories: Stories) -> None:
    whose: dict[int, Story] = {}
    for row in await context.session.execute(queries.emails(campaign_id, wanted)):
        if row.opportunity_id in stories:
            whose[row.id] = stories[row.opportunity_id]
            whose[row.id].emails.append(row)
    events = await context.session.execute(queries.looks(campaign_id, wanted))
    for email_id, firsts in looked_at(events).items():
        if email_id in whose:
            whose[email_id].looks[email_id] = firsts


async def _read_responses(context: Context, campaign_id: str, wanted: list[int], stories: Stories) -> None:
    whose: dict[int, Story] = {}
    for row in await context.session.execute(queries.responses(campaign_id, wanted)):
        if row.opportunity_id in stories:
            whose[row.id] = stories[row.opportunity_id]
            whose[row.id].responses.append(row)
    for row in await context.session.execute(queries.reviews(campaign_id, wanted)):
        if row.response_id in whose:
            whose[row.response_id].reviews.setdefault(row.response_id, []).append(row)
