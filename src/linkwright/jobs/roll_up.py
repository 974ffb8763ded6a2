"""Rolling up from outside: campaign after campaign, in transactions that are short however much there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date

from linkwright.errors import InvalidInput
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.roll_ups import RollUp


@dataclass(frozen=True, slots=True)
class RolledUp:
    """What the roll-up of one campaign did: whom it counted again, and how many records that changed."""

    campaign_id: str
    name: str
    prospects: int
    records: int


async def roll_up(
    service: BacklinkingDatabaseService,
    campaigns: Sequence[tuple[str, str]],
    *,
    since: date | None = None,
    watch: Callable[[str, int], None] = lambda _name, _counted: None,
) -> list[RolledUp]:
    """Bring the analytics of campaigns, given as ids and names, up to date.

    What is killed half-way is finished by the next one. `watch` is told how many were counted so far.

    Raises:
        InvalidInput: `since` lies in the future.
        NotFound: the service reaches no such campaign.
    """
    today = service.clock().astimezone(UTC).date()
    if since is not None and since > today:
        raise InvalidInput("since", f"must not be after today, {today}", since.isoformat())
    done = []
    for campaign_id, name in campaigns:
        async with service.begin() as work:
            await RollUp(work.context, campaign_id).claim(since)
        counted, last = 0, -1
        while True:
            async with service.begin() as work:
                some = await RollUp(work.context, campaign_id).count(after=last)
            if not some:
                break
            counted, last = counted + len(some), some[-1]
            watch(name, counted)
        async with service.begin() as work:
            written = await RollUp(work.context, campaign_id).write()
        done.append(RolledUp(campaign_id, name, counted, written))
    return done
