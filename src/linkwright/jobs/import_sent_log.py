"""Bring the old log of sent mails: one campaign per keyword, one email per line.

The log knows no date, no sender and no page: the date stays unknown, the sender is who the user
says, the prospect is whoever has the address, or else the site that the address is at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from linkwright.errors import Conflict, InvalidInput, OpportunityLimitReached
from linkwright.jobs.fingerprints import Fingerprint
from linkwright.jobs.importers import Taken, hold_campaigns
from linkwright.jobs.places import written
from linkwright.parsing.addresses import parse_address
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.sent_log import SentMail, keyword_of, read_sent_log
from linkwright.parsing.urls import canonical_url
from linkwright.services.context import Context
from linkwright.services.email_recipients import (
    NOBODY_AT_FREEMAIL,
    Recipient,
    find_recipient,
    site_of_mailbox,
)
from linkwright.services.email_sent_elsewhere import Outcome, SentElsewhere
from linkwright.services.inbound_rematching import match_again
from linkwright.services.opportunities import Opportunities
from linkwright.templating.conversion import html_from_text
from linkwright.vocabulary import ImportKind

BATCH: Final = 500
_PIECE: Final = 1 << 16


class SentLogImporter:
    """One `KEYWORD_sent_emails.log`, brought to the campaign `target`.

    Raises:
        InvalidInput: the file cannot be read, is not named so, or `sender` is no address.
    """

    kind: ClassVar[ImportKind] = ImportKind.SENT_LOG

    def __init__(self, path: Path | str, *, sender: str, campaign_id: str = "") -> None:
        self.keyword = keyword_of(path)
        self._path = Path(path)
        self._sender = parse_address(sender, field="me")
        read_sent_log(path)  # says at once what is wrong with the file
        self._print = Fingerprint([self._path], {"sender": self._sender})
        self._row = 0
        self.target, self.source, self.digest = campaign_id, written(path), self._print.digest
        self.batch_size = BATCH
        self.notes: list[str] = []

    def items(self) -> Iterator[SentMail | Refusal]:
        """Yield what each line says."""
        for line in read_sent_log(self._path):
            self._row = line.row
            yield line

    def progress(self) -> tuple[int, int | None]:
        """Return the line that was read last."""
        return self._row, None

    def check_unchanged(self) -> None:
        """Make sure that the file is still the one that was opened."""
        self._print.check_unchanged()

    def weight(self, item: SentMail | Refusal) -> int:
        """Return how much of a batch a line takes."""
        return 1 + (len(item.body) // _PIECE if isinstance(item, SentMail) else 0)

    async def take(self, context: Context, items: Sequence[SentMail | Refusal], *, last: bool) -> Taken:
        """Bring a batch of lines into the campaign."""
        if last:
            await hold_campaigns(context)
        taken = Taken()
        for item in items:
            if isinstance(item, Refusal):
                taken.refused.append(item)
                continue
            try:
                # What goes wrong half-way leaves nothing behind, not even the prospect made for it.
                async with context.session.begin_nested():
                    outcome = await self._take(context, item)
                taken.count(outcome)
            except InvalidInput as error:
                taken.refused.append(Refusal.of(error, item.row))
            except OpportunityLimitReached:
                raise  # the rest would end the same way
            except Conflict as error:
                taken.refused.append(Refusal(item.row, "to", item.to, str(error)))
        if last and context.owner is not None:
            taken.tell("answers found", await match_again(context, context.owner))
        return taken

    async def _take(self, context: Context, mail: SentMail) -> Outcome:
        to = await self._recipient(context, mail)
        recorded = await SentElsewhere(context).record(
            to.campaign_id,
            to.opportunity_id,
            {
                "subject": mail.subject,
                "body_html": html_from_text(mail.body),
                "body_text": mail.body,
                "from_email": self._sender,
                "to_email": mail.to,
                "sent_at": None,
                "personalization_data": {"sent_log": {"file": written(self._path.name), "row": mail.row}},
            },
        )
        return recorded.outcome

    async def _recipient(self, context: Context, mail: SentMail) -> Recipient:
        owner = context.owner
        if owner is None:
            raise InvalidInput("user", "is required")
        found = await find_recipient(context, owner, mail.to, campaign_id=self.target)
        if found is not None:
            return found
        return await new_recipient(context, self.target, mail.to, field="to", title=mail.title)


async def new_recipient(
    context: Context, campaign_id: str, address: str, *, field: str, title: str | None = None
) -> Recipient:
    """Make a prospect of the site that an address is at.

    Raises:
        InvalidInput: it is a free mail address, or its domain cannot be a site.
        OpportunityLimitReached: the campaign has as many prospects as it may.
    """
    host = site_of_mailbox(address)
    if host is None:
        raise InvalidInput(field, NOBODY_AT_FREEMAIL, address)
    data: dict[str, Any] = {
        "url": canonical_url(f"https://{host}/", field=field),
        "contact_email": parse_address(address, field=field),
    }
    if title is not None:
        data["title"] = title
    made = await Opportunities(context).create(campaign_id, data)
    return Recipient(campaign_id, made.id)
