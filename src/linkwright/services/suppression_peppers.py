"""Is the pepper the one that the suppressed are known by? With another, nobody on the list is recognised."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.rows import run
from linkwright.errors import InvalidInput
from linkwright.queries import suppressions
from linkwright.services.suppression_keys import address_hash


async def require_pepper(session: AsyncSession, pepper: bytes) -> None:
    """Refuse to work with a pepper under which the newest suppression is not found.

    Only one whose address is still known can say so. The doctor looks at all of them.

    Raises:
        InvalidInput: the pepper was changed or lost.
    """
    row = (await run(session, suppressions.NEWEST_WITH_ADDRESS)).first()
    if row is None or address_hash(row.address, bytes(row.address_key), pepper) == bytes(row.address_hash):
        return
    rule = (
        "is not the one that the suppressed addresses were recorded with, so nobody on the list would be "
        "recognised; set LINKWRIGHT_ADDRESS_PEPPER to what it was then, and `linkwright doctor` checks it"
    )
    raise InvalidInput("address_pepper", rule)
