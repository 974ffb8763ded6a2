"""Bring a mailbox: sent mail becomes emails, received mail is kept and, where it answers one, a response.

The mailbox is read twice, first for what was sent: an answer then finds its mail wherever in the
file the two stand. At the end whatever belonged to nothing before is looked at again, so
mailboxes may be brought in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from linkwright.db.rows import run
from linkwright.errors import Conflict, InvalidInput, OpportunityLimitReached
from linkwright.jobs.fingerprints import Fingerprint
from linkwright.jobs.import_sent_log import new_recipient
from linkwright.jobs.importers import Taken, hold_campaigns
from linkwright.jobs.mail_readings import inbound_of, letter_of, sent_at_of
from linkwright.jobs.places import written
from linkwright.outreach.reading import MailReader, mail_reader
from linkwright.parsing.addresses import address_key, parse_address
from linkwright.parsing.mail import ParsedMessage, RawMessage, is_automatic, parse_message, read_messages
from linkwright.parsing.mail.headers import addresses
from linkwright.parsing.mail.sources import mail_files
from linkwright.parsing.mail.texts import decode
from linkwright.parsing.refusals import Refusal
from linkwright.queries import imported
from linkwright.schemas.mail_fields import spellings
from linkwright.services.context import Context
from linkwright.services.email_recipients import Recipient, find_recipient, site_of_mailbox
from linkwright.services.email_sent_elsewhere import Outcome, SentElsewhere
from linkwright.services.inbound import Inbound
from linkwright.services.inbound_rematching import match_again
from linkwright.services.sending import Sending
from linkwright.vocabulary import EmailStatus, ImportKind

BATCH: Final = 200
ANYWHERE: Final = "mailbox"
"""The target of a mailbox that is matched against all campaigns of its user."""

_UNKNOWN: Final = (
    "is the address of no prospect; import the prospect first, "
    "or name with --campaign the campaign that its site is added to"
)
_PIECE: Final = 1 << 16
_HEAD: Final = 1 << 18
_SENDER: Final = re.compile(rb"^(from|sender)[ \t]*:(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class _Letter:
    """One message, whether it is ours, and which one of the mailbox it is."""

    number: int
    ours: bool
    raw: RawMessage


class MailImporter:
    """An mbox, a Maildir, a folder of messages or one message; `me` are the addresses that are ours.

    Raises:
        InvalidInput: there is no mail at `path`, or `me` is empty or holds no address.
    """

    kind: ClassVar[ImportKind] = ImportKind.MAIL

    def __init__(
        self,
        path: Path | str,
        *,
        me: Sequence[str],
        campaign_id: str | None = None,
        reader: MailReader | None = None,
    ) -> None:
        if not me:
            raise InvalidInput("me", "is required: without your own addresses nobody knows what you sent")
        self._me = frozenset(address_key(parse_address(address, field="me")) for address in me)
        # Says at once what is wrong with the place.
        next(read_messages(path, refuse=lambda _: None), None)
        self._path = Path(path)
        files = list(mail_files(path))
        self._print = Fingerprint(files, {"me": sorted(self._me)}, field="path", lenient=True)
        self._reader = mail_reader() if reader is None else reader
        self._read = 0
        self.target = campaign_id or ANYWHERE
        self.source, self.digest = written(path), self._print.digest
        self.batch_size = BATCH
        self.notes: list[str] = []

    @property
    def campaign_id(self) -> str | None:
        """The campaign that sent mail is brought to, None for whichever knows the recipient."""
        return None if self.target == ANYWHERE else self.target

    def items(self) -> Iterator[_Letter | Refusal]:
        """Yield what could not be read and what was sent, then what was received."""
        self._read = 0
        unread: list[Refusal] = []
        for letter in self._letters(unread):
            yield from unread
            unread.clear()
            if letter.ours:
                yield letter
        yield from unread
        yield from (letter for letter in self._letters([]) if not letter.ours)

    def weight(self, item: _Letter | Refusal) -> int:
        """Return how much of a batch an item takes: a few letters with attachments are enough for one."""
        return 1 + (len(item.raw.raw) // _PIECE if isinstance(item, _Letter) else 0)

    def progress(self) -> tuple[int, int | None]:
        """Return how many bytes were read, of twice the mailbox."""
        return self._read, 2 * self._print.size

    def check_unchanged(self) -> None:
        """Make sure that the mailbox is still the one that was opened."""
        self._print.check_unchanged()

    async def take(self, context: Context, items: Sequence[_Letter | Refusal], *, last: bool) -> Taken:
        """Bring a batch of messages into the record."""
        owner = context.owner
        if owner is None:
            raise InvalidInput("user", "is required")
        await hold_campaigns(context)
        taken = Taken()
        received: list[tuple[_Letter, ParsedMessage]] = []
        for item in items:
            if isinstance(item, Refusal):
                taken.refused.append(item)
            elif item.ours:
                await _take_sent(context, owner, item, self.campaign_id, self._me, taken)
            else:
                received.append((item, parse_message(item.raw)))
        await _take_received(context, owner, self._reader, received, taken)
        if last:
            taken.tell("matched now that their mail is known", await match_again(context, owner))
        return taken

    def _letters(self, unread: list[Refusal]) -> Iterator[_Letter]:
        def refuse(error: InvalidInput) -> None:
            unread.append(Refusal.of(error, number + 1))

        number = 0
        for number, raw in enumerate(read_messages(self._path, refuse=refuse), start=1):
            self._read += raw.size
            yield _Letter(number, _is_ours(raw.raw, self._me), raw)


def _is_ours(raw: bytes, me: frozenset[str]) -> bool:
    """Say whether one of us sent a message, from its headers alone: most are looked at twice."""
    head = raw[:_HEAD].lstrip(b"\r\n")
    end = _END_OF_HEAD.search(head)
    found: dict[bytes, list[str]] = {b"from": [], b"sender": []}
    for name, value in _SENDER.findall(head[: end.start()] if end else head):
        found[name.lower()].append(decode(value))
    senders = addresses(found[b"from"]) or addresses(found[b"sender"])
    return bool(senders) and address_key(senders[0].address) in me


async def _take_sent(
    context: Context, owner: int, letter: _Letter, campaign_id: str | None, me: frozenset[str], taken: Taken
) -> None:
    message = parse_message(letter.raw)
    try:
        # What goes wrong half-way leaves nothing behind, not even the prospect made for it.
        async with context.session.begin_nested():
            taken.count(await _record_sent(context, owner, message, campaign_id, me))
    except InvalidInput as error:
        taken.refused.append(Refusal(letter.number, error.field, error.value, error.rule))
    except OpportunityLimitReached:
        raise  # the rest would end the same way
    except Conflict as error:
        taken.refused.append(Refusal(letter.number, "message", message.subject, str(error)))
    else:
        taken.tell("sent", 1, change=False)


async def _record_sent(
    context: Context, owner: int, message: ParsedMessage, campaign_id: str | None, me: frozenset[str]
) -> Outcome:
    known = await _emails_of(context, owner, message.message_id)
    if known:
        if known[0].status != EmailStatus.SEND_UNKNOWN:
            return Outcome.SAME
        await Sending(context).resolve_unknown(
            known[0].id,
            sent=True,
            evidence="it is in a mailbox of sent mail",
            sent_at=sent_at_of(message, context.now()),
        )
        return Outcome.MERGED
    if is_automatic(message):
        raise InvalidInput("message", "was written by a machine of yours, not by you", message.subject)
    others = [one.address for one in (*message.to, *message.cc) if address_key(one.address) not in me]
    if not others:
        raise InvalidInput("to", "must name somebody else than yourself", message.subject)
    address, to = await _recipient(context, owner, others, campaign_id)
    answers = message.in_reply_to is not None and not await _emails_of(context, owner, message.in_reply_to)
    data = letter_of(message, address, context.now(), is_reply=answers)
    recorded = await SentElsewhere(context).record(to.campaign_id, to.opportunity_id, data)
    return recorded.outcome


async def _recipient(
    context: Context, owner: int, others: Sequence[str], campaign_id: str | None
) -> tuple[str, Recipient]:
    """Return whom a letter is for: the first of its recipients who is a prospect, or can be made one."""
    for address in others:
        found = await find_recipient(context, owner, address, campaign_id=campaign_id)
        if found is not None:
            return address, found
    if campaign_id is None:
        raise InvalidInput("to", _UNKNOWN, others[0])
    address = next((one for one in others if site_of_mailbox(one) is not None), others[0])
    return address, await new_recipient(context, campaign_id, address, field="to")


async def _emails_of(context: Context, owner: int, message_id: str | None) -> Sequence[_Known]:
    if message_id is None or not (keys := spellings(message_id)):
        return []
    of = {"user_id": owner, "keys": list(keys)}
    rows = await run(context.session, imported.EMAILS_BY_MESSAGE_ID, of)
    return [_Known(row.id, row.status) for row in rows]


@dataclass(frozen=True, slots=True)
class _Known:
    """An email that has the Message-ID at hand."""

    id: int
    status: str


async def _take_received(
    context: Context,
    owner: int,
    reader: MailReader,
    received: Sequence[tuple[_Letter, ParsedMessage]],
    taken: Taken,
) -> None:
    seen = await _seen(context, owner, [message for _, message in received])
    inbound = Inbound(context)
    for letter, message in received:
        # The same message through another server has other headers, and so another digest.
        identity = _identity(message)
        if identity is not None and seen.setdefault(identity, message.digest) != message.digest:
            taken.count(Outcome.SAME)
            continue
        try:
            async with context.session.begin_nested():
                recorded = await inbound.record(owner, inbound_of(message, reader.read(message), reader.name))
        except InvalidInput as error:
            taken.refused.append(Refusal(letter.number, error.field, error.value, error.rule))
            continue
        except Conflict as error:
            taken.refused.append(Refusal(letter.number, "message", message.subject, str(error)))
            continue
        taken.count(Outcome.NEW if recorded.new else Outcome.SAME)
        if recorded.new:
            taken.tell("received", 1)
            taken.tell("answers", int(recorded.response is not None))


async def _seen(
    context: Context, owner: int, messages: Sequence[ParsedMessage]
) -> dict[tuple[str, ...], str]:
    """Return the digests of those messages that are known by their id, sender, subject and words."""
    ids = sorted({message.message_id for message in messages if message.message_id is not None})
    if not ids:
        return {}
    rows = await run(context.session, imported.RECEIVED, {"user_id": owner, "keys": ids})
    return {
        _sameness(row.message_id, row.from_address, row.subject, row.body_text): row.digest for row in rows
    }


def _identity(message: ParsedMessage) -> tuple[str, ...] | None:
    # Not the id alone: some broken senders give all their mail the same one.
    if message.message_id is None:
        return None
    return _sameness(message.message_id, message.from_address, message.subject, message.body_text)


def _sameness(message_id: str, sender: str | None, subject: str | None, text: str | None) -> tuple[str, ...]:
    return message_id, sender or "", subject or "", " ".join((text or "").split())
