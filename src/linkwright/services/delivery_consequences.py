"""What follows for the held email and its recipient when something is reported about it.

Shared by what a provider reports (`delivery`) and by mail that says the same (`responses`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from linkwright.errors import Conflict
from linkwright.parsing.addresses import address_key
from linkwright.services.context import Context
from linkwright.services.email_held import Held
from linkwright.services.email_leaving import leave
from linkwright.services.suppression_reach import Person, leave_alone, lock_reach
from linkwright.vocabulary import EmailStatus, SuppressionReason

_UNDER_WAY = frozenset({EmailStatus.SENDING.value, EmailStatus.SEND_UNKNOWN.value})
_MAY_BOUNCE = frozenset({EmailStatus.SENT.value, EmailStatus.DELIVERED.value})


def person_of(held: Held, address: str | None = None) -> Person:
    """Return the email's recipient, under the address that refused or objected."""
    return Person(held.user_id, held.row.address_key, address or held.row.to_email)


def require_left(held: Held, at: datetime, evidence: str) -> None:
    """Take what happened to an email as evidence that it left, or refuse it.

    Raises:
        Conflict: as far as anybody knows, the email was never handed over to be sent.
    """
    if held.was_sent:
        return
    if held.email_status not in _UNDER_WAY:
        raise Conflict(
            f"Email {held.email_id} is {held.email_status}: it was never sent, so nothing can follow."
        )
    leave(held, at, message_id=None, reason=f"evidence: {evidence}")


def bounce(held: Held, at: datetime, diagnostic: str | None) -> None:
    """Note that the email did not arrive. One that had bounced, or was complained about, stays so."""
    if held.email_status in _MAY_BOUNCE:
        held.move_email(EmailStatus.BOUNCED.value, at=at, reason=diagnostic, bounced_at=at)


def complain(held: Held, at: datetime) -> None:
    """Note that the recipient complained. A bounced email stays bounced."""
    if held.email_status in _MAY_BOUNCE:
        held.move_email(EmailStatus.COMPLAINED.value, at=at)


class Farewell:
    """A suppression that a report brings with it: locked first, carried out last."""

    def __init__(
        self, ctx: Context, people: Sequence[Person], reason: SuppressionReason, campaigns: list[str]
    ) -> None:
        self._ctx, self._people, self._reason, self._campaigns = ctx, people, reason, campaigns

    @classmethod
    async def prepare(
        cls,
        ctx: Context,
        seen: Held,
        reason: SuppressionReason,
        address: str | None = None,
        *,
        sender: str | None = None,
    ) -> Farewell:
        """Lock every campaign that will be touched, before the email itself is held.

        The person is whom the email was written to, or `address`; and `sender`, who objected from
        another mailbox than the one that was written to, and means that one, too.
        """
        people = [person_of(seen, address)]
        if sender is not None and address_key(sender) != address_key(people[0].address):
            people.append(person_of(seen, sender))
        return cls(ctx, people, reason, await lock_reach(ctx, seen.campaign_id, *people))

    async def carry_out(self, held: Held, at: datetime, *, note: str | None = None) -> None:
        """Suppress the person. The email's prospect goes with it if the address is the email's."""
        for person in self._people:
            await leave_alone(
                self._ctx,
                person,
                self._reason,
                self._campaigns,
                at=at,
                campaign_id=held.campaign_id,
                note=note,
                also=held.opportunity_id if person.address == held.row.to_email else None,
            )
