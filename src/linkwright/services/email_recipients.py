"""Who was written to: the prospect behind an address that a file of sent mail names."""

from __future__ import annotations

from typing import Final, NamedTuple

from linkwright.db.rows import run
from linkwright.parsing.addresses import address_key
from linkwright.parsing.freemail import FREEMAIL
from linkwright.parsing.urls import registered_domain
from linkwright.queries import imported
from linkwright.services.context import Context

NOBODY_AT_FREEMAIL: Final = (
    "is a free mail address that no prospect has: it does not say whose site this is; "
    "import the prospect with this contact_email first"
)


class Recipient(NamedTuple):
    """A prospect in its campaign."""

    campaign_id: str
    opportunity_id: int


async def find_recipient(
    ctx: Context, user_id: int, address: str, *, campaign_id: str | None
) -> Recipient | None:
    """Find the prospect an address belongs to, in one campaign or in all.

    The contact address decides; then the site that the address is at, unless that is a service
    where everybody may have one.
    """
    forms = sorted({address, address.lower(), address_key(address)})
    found = await _prospect(ctx, user_id, forms, campaign_id, by_domain=False)
    if found is None and (host := site_of_mailbox(address)) is not None:
        sites = sorted({host, registered_domain(host)} - FREEMAIL)
        found = await _prospect(ctx, user_id, sites, campaign_id, by_domain=True)
    return found


def site_of_mailbox(address: str) -> str | None:
    """Return the host whose site an address speaks for, None at a free mail service."""
    host = address.rpartition("@")[2].lower().rstrip(".")
    return host if host and host not in FREEMAIL else None


async def _prospect(
    ctx: Context, user_id: int, keys: list[str], campaign_id: str | None, *, by_domain: bool
) -> Recipient | None:
    if not keys:
        return None
    of = {"user_id": user_id, "keys": keys, "campaign_id": campaign_id}
    row = (await run(ctx.session, imported.PROSPECT[by_domain, campaign_id is not None], of)).first()
    return Recipient(row.campaign_id, row.id) if row is not None else None
