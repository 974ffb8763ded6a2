"""Let an AI read the answers that it has not read yet. Rerunnable: what it has read is in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from linkwright.errors import BudgetSpent, Conflict, ProviderFailed, UnpricedModel
from linkwright.jobs.ai_desk import AIDesk
from linkwright.outreach.choice import ai_of
from linkwright.outreach.local import LocalAI
from linkwright.queries import responses as queries
from linkwright.service import BacklinkingDatabaseService
from linkwright.settings import Settings

_AT_ONCE: Final = 100
_IN_A_ROW: Final = 3
"""So many failures one after the other, and the provider is left alone until the next time."""


@dataclass(slots=True)
class Readings:
    """What came of a round: how many answers were read, and why others were not."""

    read: int = 0
    failed: int = 0
    failures: int = 0
    """The last ones, one after the other."""

    notes: list[str] = field(default_factory=list)


async def read_all(
    service: BacklinkingDatabaseService, user_id: int, settings: Settings, *, campaign_id: str | None = None
) -> Readings:
    """Let the AI of the settings read what is left to read.

    Raises:
        InvalidInput: a provider lacks its key, its address or its package.
        NotFound: the campaign is not the user's.
    """
    ai = ai_of(settings)
    decider = ai.reader.name if isinstance(ai, LocalAI) else ai.name
    desk = AIDesk(service, user_id, ai)
    return await read_replies(service, desk, user_id, campaign_id=campaign_id, decider=decider)


async def read_replies(
    service: BacklinkingDatabaseService,
    desk: AIDesk,
    user_id: int,
    *,
    campaign_id: str | None = None,
    decider: str | None = None,
) -> Readings:
    """Read people's answers that neither a person nor this AI has read, the oldest first.

    A campaign whose money is spent is left out from then on; a provider that fails three times in a row is
    asked no more. Neither is lost: the next round goes on with what is left.

    Raises:
        NotFound: the campaign is not the user's.
    """
    mine, done, last = service.as_user(user_id), Readings(), 0
    if campaign_id is not None:
        await mine.get_campaign(campaign_id)
    poor: set[str] = set()
    while found := await _unread(mine, decider or desk.name, user_id, campaign_id, last):
        for row in found:
            last = row.id
            if row.campaign_id in poor:
                continue
            try:
                await _read(desk, row.id, done)
            except (BudgetSpent, UnpricedModel) as error:
                poor.add(row.campaign_id)
                done.notes.append(str(error))
            if done.failures == _IN_A_ROW:
                done.notes.append(f"{desk.name} is not asked again in this round.")
                return done
    return done


async def _unread(
    mine: BacklinkingDatabaseService, decider: str, user_id: int, campaign_id: str | None, after: int
) -> Sequence[Any]:
    statement = queries.unread_by(decider, user_id, campaign_id, after=after, limit=_AT_ONCE)
    async with mine.reading() as work:
        found: Sequence[Any] = (await work.context.session.execute(statement)).all()
    return found


async def _read(desk: AIDesk, response_id: int, done: Readings) -> None:
    try:
        await desk.read_response(response_id)
    except ProviderFailed as error:
        done.failed += 1
        done.failures += 1
        if str(error) not in done.notes:
            done.notes.append(str(error))
    except (BudgetSpent, UnpricedModel):
        raise
    except Conflict:
        pass  # A person was faster.
    else:
        done.read += 1
        done.failures = 0
