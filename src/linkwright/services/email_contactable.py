"""May this person be written to: not suppressed, not written to already, not answered yet?"""

from __future__ import annotations

from linkwright.db.rows import run
from linkwright.errors import Conflict, Suppressed
from linkwright.parsing.addresses import domains_of_mailbox
from linkwright.queries import emails
from linkwright.services.email_held import Held
from linkwright.services.same_person import first_letter_to, has_answered
from linkwright.vocabulary import EmailType, OpportunityStatus


async def require_contactable(held: Held, to_email: str, email_type: str) -> None:
    """Refuse a letter to who must be left alone, and a second first letter to one person.

    Raises:
        Suppressed: the person may not be contacted.
        Conflict: there is a first letter about another prospect of the campaign.
    """
    person = {
        "user_id": held.user_id,
        "address_hash": held.hash_of(to_email),
        "campaign_id": held.campaign_id,
        "opportunity_id": held.opportunity_id,
        "to_email": to_email,
    }
    found = (await run(held.ctx.session, emails.CONTACTABLE, person)).one()
    reason, other = found.reason, found.first_letter
    if reason is None and held.opportunity_status == OpportunityStatus.SUPPRESSED:
        reason = "the prospect is suppressed"
    if reason is not None:
        raise Suppressed(reason)
    if email_type != EmailType.INITIAL:
        return
    # Only a provider of aliases is worth a search of the campaign; other spellings wait for the queue.
    if other is None and domains_of_mailbox(to_email):
        other = await first_letter_to(held.ctx, held.campaign_id, held.opportunity_id, to_email)
    if other is not None:
        raise Conflict(
            f"Email {other} is the first letter to the same person already, about another prospect of "
            "the campaign; cancel it, or write to somebody else."
        )


async def require_unanswered(held: Held, to_email: str, parent_email_id: int) -> None:
    """Refuse a follow-up to somebody who has answered since the email that it follows.

    Raises:
        Conflict: they have, about another prospect; what they say about this one is asked elsewhere.
    """
    of = {"campaign_id": held.campaign_id, "email_id": parent_email_id}
    parent = (await run(held.ctx.session, emails.PARENT, of)).one()
    if await has_answered(held.ctx, held.user_id, to_email, parent.since):
        raise Conflict("The person has answered, about another prospect: a follow-up would ignore that.")
