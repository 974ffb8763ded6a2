"""Play a season of outreach, Monday by Monday, and show what Linkwright makes of it.

    .venv/bin/python examples/northwind-season/season.py [FOLDER]

FOLDER (`season`, unless you say otherwise) becomes the desk of somebody who does outreach: the campaign file,
a list of prospects that grows, mailboxes of sent and of received mail. Each Monday is what that person does:
run the campaign, read the answers, note the links, and send from their own mailbox what may leave.
The record is where LINKWRIGHT_DATABASE_URL says. A season that was broken off goes on where it was; one
that is over is run once more, and that changes nothing.
"""

from __future__ import annotations

import asyncio
import csv
import shutil
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from editors import editor
from people import ME, Reply, Sent, by_hand, letter, link, reply
from rich.console import Console

from linkwright import BacklinkingDatabaseService, migrations
from linkwright.cli.run_view import show
from linkwright.jobs.campaign_file import read_campaign_file
from linkwright.jobs.run import run_campaign
from linkwright.jobs.run_report import RunReport
from linkwright.models import BacklinkingEmail
from linkwright.settings import Settings

HERE: Final = Path(__file__).parent
BEGIN: Final = datetime(2026, 1, 5, 7, tzinfo=UTC)
WEEKS_WITH_PROSPECTS: Final = 12
WEEKS_AT_THE_DESK: Final = 16
MONDAYS: Final = tuple(BEGIN + timedelta(weeks=n) for n in (*range(WEEKS_AT_THE_DESK), 19, 25))
END: Final = MONDAYS[-1] + timedelta(days=1)
"""Behind the last letters the time of every outcome is over: sixty days for a link."""
PROSPECTS_A_WEEK: Final = 45
LETTERS_A_DAY: Final = 20
READS_AFTER: Final = timedelta(days=3)
COLUMNS: Final = ("Monday", "prospects", "letters", "answers", "links")
PAGE: Final = 1000
DIARY: Final = "diary.csv"
"""A line for each Monday that is over."""


class Calendar:
    """What day it is, for all that ask."""

    now = MONDAYS[0]

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.now


class Season:
    """A desk with its files, and the record that a run brings them to."""

    def __init__(self, service: BacklinkingDatabaseService, folder: Path, calendar: Calendar) -> None:
        self._service, self._folder, self._calendar = service, folder, calendar
        self._editors = {one.address: one for one in map(editor, range(_prospects(len(MONDAYS))))}

    @property
    def now(self) -> datetime:
        """The moment that the desk and the record are at."""
        return self._calendar.now

    async def run(self) -> RunReport:
        """Run the campaign file, as `linkwright run` does."""
        service = self._service
        return await run_campaign(
            service.database,
            read_campaign_file(self._folder / "campaign.toml"),
            clock=self._calendar,
            pepper=service.pepper,
            learning=service.learning,
            rejects_folder=self._folder,
        )

    async def monday(self, number: int) -> tuple[Any, ...]:
        """Do what is to be done on one Monday, and return what the diary says of it."""
        self._calendar.now = MONDAYS[number]
        since, until = [*MONDAYS[:1], *MONDAYS, END][number : number + 3 : 2]
        _write_prospects(self._folder, _prospects(number + 1))
        report = await self.run()
        user = await self._service.get_user_by_email(report.owner)
        mine = self._service.as_user(user.id)
        left, waiting = await self._letters(mine, report.campaign_id)
        await self._read_answers(mine, report.campaign_id, left)
        links = [await self._note_link(mine, email, sent, since) for email, sent in left.values()]
        new, sent = self._send(waiting), [one for _, one in left.values()]
        _write_mail(self._folder, new, [one for one in _replies([*sent, *new]) if self.now <= one.at < until])
        answers = [one for one in _replies(sent) if one.is_human and since <= one.at < self.now]
        return f"{self.now:%-d %b}", _prospects(number + 1), len(waiting), len(answers), sum(links)

    async def _letters(
        self, mine: BacklinkingDatabaseService, campaign_id: str
    ) -> tuple[dict[int, tuple[BacklinkingEmail, Sent]], list[BacklinkingEmail]]:
        """Return the letters that have left, by id, and those that may leave."""
        left: dict[int, tuple[BacklinkingEmail, Sent]] = {}
        waiting: list[BacklinkingEmail] = []
        after: str | None = None
        while True:
            page = await mine.get_campaign_emails(campaign_id, after=after, limit=PAGE)
            for email in page:
                if email.sent_at is not None:
                    left[email.id] = email, self._sent(email, email.sent_at)
                elif email.status == "approved":
                    waiting.append(email)
            if (after := page.after) is None:
                return left, waiting

    def _send(self, waiting: list[BacklinkingEmail]) -> list[Sent]:
        """Send what may leave, from Monday to Friday in the morning; return it as it was sent."""
        moments = (
            self.now + timedelta(days=n // LETTERS_A_DAY, hours=1, minutes=7 * (n % LETTERS_A_DAY))
            for n in range(5 * LETTERS_A_DAY)
        )
        return [self._sent(email, at) for email, at in zip(waiting, moments, strict=False)]

    def _sent(self, email: BacklinkingEmail, at: datetime) -> Sent:
        to, first = self._editors[email.to_email], email.email_type == "initial"
        return Sent(to, email.template_used or "", first, email.subject, email.body_text or "", at)

    async def _read_answers(
        self,
        mine: BacklinkingDatabaseService,
        campaign_id: str,
        left: dict[int, tuple[BacklinkingEmail, Sent]],
    ) -> None:
        """Look at the answers that have lain for some days, and say what each of them is."""
        for response in await mine.get_responses_awaiting_review(campaign_id, limit=PAGE):
            truth = reply(left[response.email_id][1])
            if truth is not None and response.received_at < self.now - READS_AFTER:
                await mine.review_response(response.id, {"response_type": truth.kind})

    async def _note_link(
        self, mine: BacklinkingDatabaseService, email: BacklinkingEmail, sent: Sent, since: datetime
    ) -> bool:
        """Note the link that came of a letter, if it has gone live since some moment."""
        answer = reply(sent)
        if answer is None or (placed := link(sent, answer)) is None:
            return False
        page, at = placed
        if new := since <= at < self.now:
            await mine.record_link(email.opportunity_id, page, evidence="seen by a person", published_at=at)
        return new


async def play(folder: Path, settings: Settings) -> RunReport:
    """Play what is left of the season, and return the report of the run at its end."""
    await migrations.upgrade(settings.database_url.get_secret_value())
    days = _lay_out(folder)
    calendar = Calendar()
    async with await BacklinkingDatabaseService.open(settings=settings, clock=calendar) as service:
        season = Season(service, folder, calendar)
        for day in days:
            _tell(day)
        for number in range(len(days) - 1, len(MONDAYS)):
            days.append([str(one) for one in await season.monday(number)])
            _write(folder / DIARY, days)
            _tell(days[-1])
        calendar.now = END
        return await season.run()


def _lay_out(folder: Path) -> list[list[str]]:
    """Lay out the desk, or leave it as it is; return its diary, the names of the columns first."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "campaign.toml", folder)
    shutil.copytree(HERE / "letters", folder / "letters", dirs_exist_ok=True)
    diary = folder / DIARY
    if not diary.exists():
        _write_mail(folder, [by_hand()], _replies([by_hand()]))
        _write(diary, [COLUMNS])
    with diary.open(newline="") as file:
        return list(csv.reader(file))


def _prospects(weeks: int) -> int:
    """Return how many prospects are in the list after some weeks."""
    return PROSPECTS_A_WEEK * min(weeks, WEEKS_WITH_PROSPECTS)


def _write_prospects(folder: Path, number: int) -> None:
    rows = [editor(n).row for n in range(number)]
    _write(folder / "prospects.csv", [list(rows[0]), *(list(row.values()) for row in rows)])


def _write_mail(folder: Path, sent: Iterable[Sent], back: Iterable[Reply]) -> None:
    """Write both mailboxes, with what was sent and what came back since the Monday before."""
    _write_mailbox(folder / "sent.mbox", ((one.at, letter(one)) for one in sent))
    came = ((one.at, one.message) for one in sorted(back, key=attrgetter("at")))
    _write_mailbox(folder / "inbox.mbox", came)


def _replies(sent: Iterable[Sent]) -> Iterator[Reply]:
    return (answer for one in sent if (answer := reply(one)) is not None)


def _write_mailbox(path: Path, messages: Iterable[tuple[datetime, Message]]) -> None:
    parts = (f"From {ME} {at:%a %b %e %H:%M:%S %Y}\n".encode() + bytes(one) + b"\n" for at, one in messages)
    if content := b"".join(parts):  # In a week without mail the mailbox is the one of before.
        path.write_bytes(content)


def _write(path: Path, rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _tell(day: Iterable[str]) -> None:
    print("".join(f"{cell:>11}" for cell in day), flush=True)


if __name__ == "__main__":
    report = asyncio.run(play(Path(sys.argv[1] if len(sys.argv) > 1 else "season"), Settings.load()))
    print()
    show(report, Console())
