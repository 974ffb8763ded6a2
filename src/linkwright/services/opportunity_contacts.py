"""Whether the people behind prospects may be contacted."""

from collections.abc import Iterable, Mapping

from linkwright.queries import opportunities as queries
from linkwright.services.context import Context
from linkwright.services.suppressions import Suppressions


async def standing(context: Context, campaign_id: str, addresses: Iterable[str]) -> Mapping[str, str]:
    """Return those of the addresses that the campaign's owner may not contact, with the reasons.

    A trusted caller has no user of its own: the suppressions are those of the campaign's.
    """
    owner = context.owner
    if owner is None:
        owner = await context.session.scalar(queries.owner_of(campaign_id))
    return await Suppressions(context).standing(addresses, user_id=owner)
