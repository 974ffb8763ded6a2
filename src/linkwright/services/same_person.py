"""One person, whichever prospect or campaign they stand in: known by the mailbox, however it is spelt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from linkwright.db.rows import run
from linkwright.parsing.addresses import address_key, domains_of_mailbox
from linkwright.queries import same_person as queries
from linkwright.queries import sending
from linkwright.services.context import Context
from linkwright.services.email_held import Held
from linkwright.services.history import Move
from linkwright.services.suppression_reach import apply_moves
from linkwright.vocabulary import EmailStatus, LifeKind

_NEWEST = 2**31 - 1


class Sequences:
    """A person's follow-ups in all of a user's campaigns: locked first, stopped when the answer is in."""

    def __init__(self, keys: set[str], patterns: list[str], campaigns: list[str]) -> None:
        self._keys, self._patterns, self._campaigns = keys, patterns, campaigns

    @classmethod
    async def prepare(cls, ctx: Context, seen: Held, sender: str) -> Sequences:
        """Lock every campaign that will be touched, before the email itself is held.

        The person is whom the email was written to, and whoever answered, perhaps from another mailbox.
        """
        people = (seen.row.to_email, sender)
        patterns = _patterns(people)
        of = {"user_id": seen.user_id, "campaign_id": seen.campaign_id}
        campaigns = list((await run(ctx.session, queries.reach(patterns), of)).scalars())
        return cls({address_key(each) for each in people}, patterns, campaigns)

    async def stop(self, held: Held, at: datetime) -> None:
        """Cancel the follow-ups that wait for the person, and all that wait for the held prospect."""
        of = {"campaigns": self._campaigns, "opportunity_id": held.opportunity_id}
        moves: defaultdict[str, list[Move]] = defaultdict(list)
        for row in await run(held.ctx.session, queries.waiting(self._patterns), of):
            if row.opportunity_id != held.opportunity_id and address_key(row.to_email) not in self._keys:
                continue
            why, new = "the person has answered", EmailStatus.CANCELLED.value
            moves[row.campaign_id].append(
                Move(LifeKind.EMAIL, row.status, new, at, row.opportunity_id, row.id, why)
            )
        mine = moves.pop(held.campaign_id, [])
        if mine:
            keys = {"key_campaign": held.campaign_id, "keys": [move.email_id for move in mine]}
            await run(held.ctx.session, sending.CANCEL, keys)
            held.moves += mine
        for campaign_id in sorted(moves):
            await apply_moves(held.ctx, campaign_id, moves[campaign_id])


async def first_letter_to(
    ctx: Context, campaign_id: str, opportunity_id: int, to_email: str, *, email_id: int = _NEWEST
) -> int | None:
    """Return the first letter that a person got, or is to get before `email_id`, about another prospect."""
    of = {"campaign_id": campaign_id, "opportunity_id": opportunity_id, "email_id": email_id}
    rows = await run(ctx.session, queries.first_letters(_patterns([to_email])), of)
    key = address_key(to_email)
    return next((row.id for row in rows.all() if address_key(row.to_email) == key), None)


async def has_answered(ctx: Context, user_id: int, to_email: str, since: datetime) -> bool:
    """Say whether a person has answered any of a user's letters since a moment."""
    of = {"user_id": user_id, "since": since}
    rows = await run(ctx.session, queries.answers(_patterns([to_email])), of)
    key = address_key(to_email)
    return any(key in {address_key(row.to_email), address_key(row.from_email)} for row in rows.all())


def _patterns(addresses: Iterable[str]) -> list[str]:
    found: set[str] = set()
    for address in addresses:
        domains = domains_of_mailbox(address)
        found.update(f"%@{domain}" for domain in domains)
        if not domains:
            text = address.strip().lower()
            for character in (queries.ESCAPE, "%", "_"):
                text = text.replace(character, queries.ESCAPE + character)
            found.add(text)
    return sorted(found)
