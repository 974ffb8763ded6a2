"""Sending: an email's way from approved to sent, and every way in which that can fail."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from linkwright.errors import Conflict, InvalidInput
from linkwright.models.emails import BacklinkingEmail
from linkwright.schemas.mail_fields import spellings
from linkwright.services.delivery_reports import checked_text, message_id_of
from linkwright.services.email_held import Held
from linkwright.services.email_leaving import (
    BEFORE_SENDING,
    MAY_LEAVE_FROM,
    leave,
    new_message_id,
    require_room,
)
from linkwright.services.email_rules import moment, require_policy
from linkwright.services.sending_claims import Claims, claims_of, is_over
from linkwright.vocabulary import UNDER_WAY, CampaignStatus, EmailStatus, EventKind

MOST_TRIES: Final = 5

# What a worker put back, or gave up, may turn out to have left all the same. A cancelled one cannot:
# its place in the sequence may be another's by now; `record_sent` says what went out instead.
_CLAIMED_MAY_LEAVE_FROM: Final = MAY_LEAVE_FROM | {EmailStatus.FAILED.value, EmailStatus.BLOCKED.value}


class Sending(Claims):
    """The verbs of whoever sends: a worker, a mail program, a person."""

    async def queue(self, email_id: int) -> BacklinkingEmail:
        """Hand an approved email to the queue. Its Message-ID is fixed now and never changes.

        Raises:
            NotFound: there is no such email for this owner.
            IllegalMove: it is not approved.
            Conflict: the campaign is not active.
            Suppressed: the person may not be contacted.
        """
        held = await Held.email(self._ctx, email_id)
        _require_active(held)
        held.move_email(
            EmailStatus.QUEUED.value,
            at=self._ctx.now(),
            message_id=held.row.message_id or new_message_id(held.row.from_email),
        )
        await require_policy(held)
        held.events.append(held.event(EventKind.QUEUED, self._ctx.now()))
        return await held.saved()

    async def unqueue(self, email_id: int, *, reason: str | None = None) -> BacklinkingEmail:
        """Take an email out of the queue; it stays approved.

        Raises:
            NotFound: there is no such email for this owner.
            IllegalMove: it is not queued, or a worker has claimed it.
        """
        held = await Held.email(self._ctx, email_id)
        held.move_email(EmailStatus.APPROVED.value, at=self._ctx.now(), reason=checked_text(reason, "reason"))
        return await held.saved()

    async def mark_sent(
        self,
        email_id: int,
        *,
        message_id: str | None = None,
        sent_at: datetime | None = None,
        smtp_response: str | None = None,
        smtp_provider: str | None = None,
        attempt: int | None = None,
    ) -> BacklinkingEmail:
        """Record the fact that an email left.

        Whatever state it was in before it was sent, it walks the legal path from there, step by
        step. Saying so twice changes nothing, so a worker that died after sending may safely
        report again. A worker that claimed the email has its place in the day's limit; anyone
        else is refused when there is none left (the UTC day of `sent_at`), or when the person
        is suppressed.

        A worker names its `attempt`. That the email left stays true however late it is said: it
        counts also when the email has failed, waits or is with another worker by now, whom nobody
        can tell any more.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: `sent_at` names no time zone or lies in the future; a text cannot be stored;
                the email was not claimed so often.
            Conflict: it was already sent, or queued, as a different message.
            IllegalMove: nobody has approved it; or it failed, is blocked or cancelled.
            Suppressed: the person may not be contacted.
            DailyLimitReached: the campaign has used up the day's `max_emails_per_day`.
        """
        at = moment(sent_at, "sent_at", self._ctx.now())
        given = message_id_of(message_id)
        response, provider = (
            checked_text(smtp_response, "smtp_response"),
            checked_text(smtp_provider, "smtp_provider", most=50),
        )
        held = await Held.email(self._ctx, email_id)
        known = held.row.message_id
        if given is not None and known is not None and given not in spellings(known):
            stage = "sent" if held.was_sent else "queued"
            raise Conflict(f"Email {email_id} was already {stage} as {known}.")
        if held.was_sent:
            return await held.read()
        # Asked only where it matters: on its way, an email leaves whichever attempt it was.
        claimed = held.email_status not in UNDER_WAY and await is_over(held, attempt)
        if held.email_status not in (_CLAIMED_MAY_LEAVE_FROM if claimed else MAY_LEAVE_FROM):
            raise held.refuse(EmailStatus.SENT.value, "it is not on its way")
        if held.email_status in BEFORE_SENDING and not claimed:
            if held.email_status == EmailStatus.DRAFT and not held.row.user_approved:
                raise held.refuse(EmailStatus.SENT.value, "nobody has approved it")
            await require_room(held, at, to_email=held.row.to_email)
        leave(held, at, message_id=known or given, smtp_response=response, smtp_provider=provider)
        if held.row.email_status == EmailStatus.FAILED:
            held.email_changes["failed_at"] = None
        return await held.saved()

    async def mark_failed(
        self,
        email_id: int,
        *,
        kind: Literal["permanent", "before_data"] = "permanent",
        smtp_response: str | None = None,
        attempt: int | None = None,
    ) -> BacklinkingEmail:
        """Record that a claimed email did not leave: refused for good (5xx), or lost before its text.

        Said of an `attempt` that is over, it changes nothing.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: the kind is neither, or the email was not claimed so often.
            IllegalMove: it is not being sent.
        """
        if kind not in {"permanent", "before_data"}:
            raise InvalidInput("kind", "must be one of: permanent, before_data", kind)
        response = checked_text(smtp_response, "smtp_response")
        held = await Held.email(self._ctx, email_id)
        if await is_over(held, attempt):
            return await held.read()
        return await _fail(held, self._ctx.now(), kind, response)

    async def release(
        self, email_id: int, *, smtp_response: str | None = None, attempt: int | None = None
    ) -> BacklinkingEmail:
        """Put a claimed email back, after a 4xx or a connection lost before its text was given.

        After five tries it becomes failed. In a campaign that was paused meanwhile it goes
        back to approved, as all queued emails did. Said of an `attempt` that is over, it changes
        nothing.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: the email was not claimed so often.
            IllegalMove: it is not being sent.
        """
        response = checked_text(smtp_response, "smtp_response")
        held = await Held.email(self._ctx, email_id)
        if await is_over(held, attempt):
            return await held.read()
        if held.email_status != EmailStatus.SENDING:
            raise held.refuse(EmailStatus.QUEUED.value, "only a claimed email can be put back")
        tries = await claims_of(held)
        now = self._ctx.now()
        if tries >= MOST_TRIES:
            return await _fail(held, now, f"gave up after {tries} tries", response)
        held.move_email(EmailStatus.QUEUED.value, at=now, reason=f"try {tries} was put off")
        if held.row.campaign_status == CampaignStatus.ACTIVE:
            held.events.append(held.event(EventKind.QUEUED, now))
        else:
            held.move_email(EmailStatus.APPROVED.value, at=now, reason="the campaign is not active")
        if response is not None:
            held.email_changes["smtp_response"] = response
        return await held.saved()

    async def mark_send_unknown(
        self, email_id: int, *, reason: str | None = None, attempt: int | None = None
    ) -> BacklinkingEmail:
        """Record that nobody knows whether a claimed email left: the connection was lost after its text.

        Said of an `attempt` that is over, or twice of one, it changes nothing.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: the email was not claimed so often.
            IllegalMove: it is not being sent.
        """
        reason = checked_text(reason, "reason")
        held = await Held.email(self._ctx, email_id)
        unknown = held.email_status == EmailStatus.SEND_UNKNOWN
        if await is_over(held, attempt) or (unknown and attempt is not None):
            return await held.read()
        held.move_email(EmailStatus.SEND_UNKNOWN.value, at=self._ctx.now(), reason=reason)
        return await held.saved()

    async def resolve_unknown(
        self,
        email_id: int,
        *,
        sent: bool,
        evidence: str,
        by: str | None = None,
        sent_at: datetime | None = None,
    ) -> BacklinkingEmail:
        """Settle whether an email of unknown fate left: by evidence, or on the word of `by`.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: there is no evidence.
            IllegalMove: its fate is not unknown.
        """
        at = moment(sent_at, "sent_at", self._ctx.now())
        reason = checked_text(evidence, "evidence", required=True)
        who = checked_text(by, "by", most=100) or self._ctx.actor
        held = await Held.email(self._ctx, email_id)
        if held.email_status != EmailStatus.SEND_UNKNOWN:
            new = EmailStatus.SENT if sent else EmailStatus.FAILED
            raise held.refuse(new.value, "its fate is not unknown")
        if sent:
            leave(held, at, message_id=None, reason=reason)
        else:
            held.move_email(EmailStatus.FAILED.value, at=at, reason=reason, failed_at=at)
        return await held.saved(actor=who)

    async def retry_failed(self, email_id: int) -> BacklinkingEmail:
        """Queue a failed email again, under the same Message-ID. Only a person may.

        Raises:
            NotFound: there is no such email for this owner.
            IllegalMove: it did not fail, or no person asks.
            Conflict: the campaign is not active, or policy objects.
            Suppressed: the person may not be contacted.
        """
        return await self._back_to_queue(email_id, EmailStatus.FAILED)

    async def requeue_blocked(self, email_id: int) -> BacklinkingEmail:
        """Queue a blocked email again, if policy lets it pass now.

        Raises:
            NotFound: there is no such email for this owner.
            IllegalMove: it is not blocked.
            Conflict: the campaign is not active, or policy still objects.
            Suppressed: the person still may not be contacted.
        """
        return await self._back_to_queue(email_id, EmailStatus.BLOCKED)

    async def _back_to_queue(self, email_id: int, expected: EmailStatus) -> BacklinkingEmail:
        held = await Held.email(self._ctx, email_id)
        if held.email_status != expected:
            raise held.refuse(EmailStatus.QUEUED.value, f"it is not {expected.value}")
        if expected is EmailStatus.FAILED and not self._ctx.by_person:
            raise held.refuse(EmailStatus.QUEUED.value, "only a person may try again what failed")
        _require_active(held)
        await require_policy(held)
        held.move_email(EmailStatus.QUEUED.value, at=self._ctx.now(), failed_at=None)
        held.events.append(held.event(EventKind.QUEUED, self._ctx.now()))
        return await held.saved()


async def _fail(held: Held, at: datetime, reason: str, response: str | None) -> BacklinkingEmail:
    held.move_email(EmailStatus.FAILED.value, at=at, reason=reason, failed_at=at)
    if response is not None:
        held.email_changes["smtp_response"] = response
    return await held.saved()


def _require_active(held: Held) -> None:
    if held.row.campaign_status != CampaignStatus.ACTIVE:
        raise Conflict(
            f"Campaign {held.campaign_id} is {held.row.campaign_status}; only an active one has a queue."
        )
