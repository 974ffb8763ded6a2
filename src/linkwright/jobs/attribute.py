"""Write down what came of decisions whose windows have closed: batch after batch, each a transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from linkwright.service import BacklinkingDatabaseService
from linkwright.services.attribution import BATCH, Attributed

Progress = Callable[[Attributed], None]


class _KeepNothing(Exception):
    pass


async def attribute(
    service: BacklinkingDatabaseService,
    *,
    user_id: int | None = None,
    until: datetime | None = None,
    again: bool = False,
    dry_run: bool = False,
    batch: int = BATCH,
    progress: Progress | None = None,
) -> Attributed:
    """Judge all that is due by `until`; with `again`, all of history anew. Running it twice changes nothing.

    What was done before an interruption stays done. A dry run is one transaction that is given up.

    Raises:
        NotFound: there is no such user, or the service is bound to another.
        InvalidInput: `until` names no time zone or lies in the future.
    """
    total = Attributed(after=0)
    after = 0 if again else None
    if dry_run:
        with suppress(_KeepNothing):
            async with service.begin() as work:
                while total.after is not None:
                    total += await work.attribution.attribute_outcomes(
                        user_id, until, again_after=after, limit=batch
                    )
                    after = total.after if again else None
                raise _KeepNothing
        return total
    while total.after is not None:
        total += await service.attribute_outcomes(user_id, until, again_after=after, limit=batch)
        after = total.after if again else None
        if progress is not None:
            progress(total)
    return total
