"""What must be true of archives."""

from collections.abc import Iterator

from sqlalchemy import select

from linkwright.monitoring.checks import Check
from linkwright.queries.recounts import ARCHIVE
from linkwright.vocabulary import ArchiveState


def checks() -> Iterator[Check]:
    """Return the checks."""
    yield Check(
        "archives.moving",
        "A campaign is on its way into an archive and only partly here; other faults may come of that.",
        "`linkwright archive run` goes on with it, and ends it. Until then nothing is repaired.",
        select(ARCHIVE.c.id, ARCHIVE.c.campaign_id, ARCHIVE.c.state).where(
            ARCHIVE.c.state == ArchiveState.DELETING.value
        ),
    )
