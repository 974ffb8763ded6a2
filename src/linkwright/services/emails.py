"""Emails: write, read, edit, approve and take back. How they leave is in `sending`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import Row

from linkwright.db.rows import detached, run
from linkwright.errors import Conflict, DuplicateRow, InvalidInput, NotFound
from linkwright.models.emails import BacklinkingEmail
from linkwright.queries import email_moves, emails
from linkwright.schemas.emails import EmailCreate, EmailRating, EmailSentElsewhere, EmailUpdate
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.decision_effects import write_under
from linkwright.services.decision_generated import generated, note_edit
from linkwright.services.decision_rows import note, verdict_of
from linkwright.services.delivery_reports import checked_text, known_campaign, known_id
from linkwright.services.email_contactable import require_contactable, require_unanswered
from linkwright.services.email_held import Held
from linkwright.services.email_leaving import note_contact
from linkwright.services.email_rules import approver, require_open
from linkwright.services.email_threads import place_in_history, place_in_thread
from linkwright.services.erased_people import require_kept
from linkwright.services.history import Move, record_moves
from linkwright.services.ownership import require_campaign
from linkwright.services.pages import Page, cursor, page_size, place
from linkwright.vocabulary import EmailStatus, EventKind, LifeKind

_PAGES: Final = {
    shape: emails.page(owned=shape[0], prospect=shape[1], status=shape[2], after=shape[3])
    for shape in product((True, False), repeat=4)
}
_NOT_OF_THE_ROW: Final = {
    "sent_at",
    "smtp_provider",
    "smtp_response",
    "message_id",
    "decision_ids",
    "decision",
}
_EDITABLE: Final = frozenset({EmailStatus.DRAFT.value, EmailStatus.APPROVED.value})


class Emails:
    """A user's emails, inside one transaction that somebody else opened and will close."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def create(
        self, campaign_id: str, opportunity_id: int, email_data: Mapping[str, Any] | BaseModel
    ) -> BacklinkingEmail:
        """Write a draft to a prospect.

        A sequence touches a prospect once per type and number, so the same touch again is a
        `DuplicateRow`: a worker that repeats itself makes no second letter.

        Raises:
            NotFound: this owner's campaign has no such prospect, or the user no such decision.
            InvalidInput: a field breaks a rule, or there is no address to write to.
            Suppressed: the person may not be contacted.
            DuplicateRow: this touch of the sequence is already written.
            Conflict: the campaign or prospect is closed; or the person has a first letter already,
                about another prospect of the campaign; or a follow-up lacks a sent parent, has been
                answered (about whichever prospect), or is one too many; or another email was written
                under one of `decision_ids`.
        """
        draft = parse(EmailCreate, email_data)
        held = await Held.prospect(self._ctx, campaign_id, opportunity_id, hold=False)
        require_open(held.row)
        values = await self._values(held, draft)
        await require_contactable(held, values["to_email"], values["email_type"])
        if values["email_type"] in emails.FOLLOW_UPS:
            await require_unanswered(held, values["to_email"], values["parent_email_id"])
        now = self._ctx.now()
        values |= {"status": EmailStatus.DRAFT.value, "created_at": now}
        decision = generated(values, draft.decision)
        email = await self._insert(values)
        counts = None
        if decision is not None:
            entry = {**decision, "email_id": email.id}
            calibrates = held.row.calibrates
            counts = await note(self._ctx, held.user_id, entry, draft.decision, calibrates=calibrates)
        if draft.decision_ids:
            await write_under(self._ctx, held.user_id, draft.decision_ids, email.id, values)
        move = Move(
            LifeKind.EMAIL,
            None,
            EmailStatus.DRAFT.value,
            now,
            opportunity_id=opportunity_id,
            email_id=email.id,
        )
        await record_moves(self._ctx, campaign_id, [move], also=counts)
        return email

    async def record_sent(
        self, campaign_id: str, opportunity_id: int, email_data: Mapping[str, Any] | BaseModel
    ) -> BacklinkingEmail:
        """Record an email that left before this record knew of it, at its own `sent_at`.

        For imports: no limit and no suppression is asked, because it has happened; who was erased stays out.
        The same `message_id` again returns the email that is there.

        Raises:
            NotFound: this owner's campaign has no such prospect.
            InvalidInput: a field breaks a rule.
            DuplicateRow: another email holds this touch of the sequence.
        """
        sent = parse(EmailSentElsewhere, email_data)
        held = await Held.prospect(self._ctx, campaign_id, opportunity_id, hold=True)
        if sent.message_id is not None:
            known = {"campaign_id": campaign_id, "message_id": sent.message_id}
            found = (await run(self._ctx.session, emails.BY_MESSAGE_ID, known)).mappings().first()
            if found is not None:
                return detached(BacklinkingEmail, found)
        values = await self._values(held, sent)
        person = {"user_id": held.user_id, "address_hash": held.hash_of(values["to_email"])}
        require_kept((await run(self._ctx.session, emails.SUPPRESSED, person)).scalar(), "to_email")
        at = sent.sent_at or self._ctx.now()
        values |= {"status": EmailStatus.SENT.value, "created_at": at, "sent_at": sent.sent_at}
        values |= {
            "message_id": sent.message_id,
            "smtp_provider": sent.smtp_provider,
            "smtp_response": sent.smtp_response,
        }
        email = await self._insert(values)
        held.email_id = email.id
        held.moves.append(
            Move(
                LifeKind.EMAIL,
                None,
                EmailStatus.SENT.value,
                at,
                opportunity_id=opportunity_id,
                email_id=email.id,
                reason="imported",
            )
        )
        if sent.sent_at is not None:
            held.events.append(held.event(EventKind.SENT, sent.sent_at))
        held.use_template(email.template_used)
        note_contact(held, at, reason="imported")
        await held.save()
        return email

    async def get(self, email_id: int) -> BacklinkingEmail:
        """Return one email.

        Raises:
            NotFound: there is no such email for this owner.
        """
        owner = self._ctx.owner
        statement = email_moves.EMAIL_ROW[owner is not None]
        of = {"email_id": known_id("email", email_id), "owner": owner}
        row = (await run(self._ctx.session, statement, of)).mappings().first()
        if row is None:
            raise NotFound("email", email_id)
        return detached(BacklinkingEmail, row)

    async def page(
        self,
        campaign_id: str,
        *,
        opportunity_id: int | None = None,
        status: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[BacklinkingEmail]:
        """Return a campaign's emails, or those of one prospect of it, in the order they were written.

        Raises:
            NotFound: there is no such campaign for this owner.
            InvalidInput: the status is unknown, or the cursor or the limit is none.
        """
        if status is not None and status not in set(EmailStatus):
            raise InvalidInput("status", f"must be one of: {', '.join(EmailStatus)}", status)
        limit, owner = page_size(limit), self._ctx.owner
        scope = ("emails", known_campaign(campaign_id), str(opportunity_id), status)
        values: dict[str, Any] = {"campaign_id": campaign_id, "owner": owner, "status": status}
        values["opportunity_id"] = opportunity_id
        values |= {"limit": limit + 1, "after": place(after, scope, [int])[0] if after is not None else 0}
        asked = (owner, opportunity_id, status, after)
        statement = _PAGES[tuple(one is not None for one in asked)]
        rows = (await run(self._ctx.session, statement, values)).mappings().all()
        if not rows:
            await require_campaign(self._ctx, campaign_id)
        found = [detached(BacklinkingEmail, row) for row in rows[:limit]]
        return Page(found, cursor(scope, [found[-1].id]) if len(rows) > limit else None)

    async def update(self, email_id: int, email_data: Mapping[str, Any] | BaseModel) -> BacklinkingEmail:
        """Edit a draft or an approved email. Editing an approved one voids the approval.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: a field breaks a rule.
            Conflict: it is past editing (queued or later); or the new recipient has a first letter
                already, about another prospect.
        """
        changes = parse(EmailUpdate, email_data).model_dump(exclude_unset=True)
        held = await Held.email(self._ctx, email_id)
        if held.email_status not in _EDITABLE:
            raise Conflict(
                f"Email {email_id} is {held.email_status}; only a draft or approved one can be edited."
            )
        if not changes:
            return await held.read()
        if "to_email" in changes:
            await require_contactable(held, changes["to_email"], held.row.email_type)
        await note_edit(held, changes)
        changes["user_edited"] = True
        if held.email_status == EmailStatus.APPROVED:
            draft = EmailStatus.DRAFT.value
            held.move_email(draft, at=self._ctx.now(), reason="edited", user_approved=False)
        held.email_changes |= changes
        return await held.saved()

    async def approve(self, email_id: int, *, by: str | None = None) -> BacklinkingEmail:
        """Let an email be sent. `by` is a person (`user:7`) or the name of a policy (`policy:...`).

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: nobody is named who may approve.
            IllegalMove: it is no draft.
        """
        who = approver(self._ctx, by)
        held = await Held.email(self._ctx, email_id)
        held.move_email(EmailStatus.APPROVED.value, at=self._ctx.now())
        if who.startswith("user:"):
            held.email_changes["user_approved"] = True
        verdict = {"email_id": email_id, "factor": "send", "action": "approve"}
        about = {"campaign_id": held.campaign_id, "opportunity_id": held.opportunity_id}
        held.counts += await note(self._ctx, held.user_id, {**verdict_of(who), **about, **verdict})
        return await held.saved(actor=who)

    async def unapprove(self, email_id: int, *, reason: str | None = None) -> BacklinkingEmail:
        """Take an approval back.

        Raises:
            NotFound: there is no such email for this owner.
            IllegalMove: it is not approved, or already queued.
        """
        held = await Held.email(self._ctx, email_id)
        draft = EmailStatus.DRAFT.value
        held.move_email(draft, at=self._ctx.now(), reason=checked_text(reason, "reason"), user_approved=False)
        return await held.saved()

    async def cancel(self, email_id: int, *, reason: str | None = None) -> BacklinkingEmail:
        """Drop an email that has not left. Its touch of the sequence may then be written anew.

        Raises:
            NotFound: there is no such email for this owner.
            IllegalMove: it is being sent, was sent, or is cancelled.
        """
        held = await Held.email(self._ctx, email_id)
        cancelled, why = EmailStatus.CANCELLED.value, checked_text(reason, "reason")
        held.move_email(cancelled, at=self._ctx.now(), reason=why)
        return await held.saved()

    async def rate(self, email_id: int, rating: int | None) -> BacklinkingEmail:
        """Keep what a person thinks of an email, from 1 to 5; None takes it back.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: the rating is out of range.
        """
        stars = parse(EmailRating, {"rating": rating}).rating
        held = await Held.email(self._ctx, email_id)
        held.email_changes["user_feedback_rating"] = stars
        return await held.saved()

    async def _values(self, held: Held, draft: EmailCreate | EmailSentElsewhere) -> dict[str, Any]:
        values = draft.model_dump(exclude=_NOT_OF_THE_ROW)
        values |= {"campaign_id": held.campaign_id, "opportunity_id": held.opportunity_id}
        values["to_email"] = draft.to_email or held.row.contact_email
        if values["to_email"] is None:
            raise InvalidInput("to_email", "is required, because the prospect has no contact address")
        if isinstance(draft, EmailSentElsewhere):
            place_in_history(await self._thread(held), draft, values)
        elif draft.email_type in emails.FOLLOW_UPS or draft.parent_email_id is not None:
            place_in_thread(await self._thread(held), draft, values, held.row)
        values["follow_up_number"] = values["follow_up_number"] or 1
        return values

    async def _thread(self, held: Held) -> Sequence[Row[Any]]:
        of = {"campaign_id": held.campaign_id, "opportunity_id": held.opportunity_id}
        return (await run(self._ctx.session, emails.THREAD, of)).all()

    async def _insert(self, values: dict[str, Any]) -> BacklinkingEmail:
        row = (await run(self._ctx.session, emails.WRITE, values)).mappings().first()
        if row is None:
            touch = f"{values['email_type']} number {values['follow_up_number']}"
            raise DuplicateRow("email", f"{touch} to opportunity {values['opportunity_id']}")
        return detached(BacklinkingEmail, row)
