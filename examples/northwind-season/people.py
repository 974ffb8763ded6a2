"""What comes back of a letter: who answers, what, and when.

Chance follows from the number of an editor, so every season is the same. The
rates here are the truth that Linkwright is not told and has to find out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.message import EmailMessage, Message
from email.utils import format_datetime
from random import Random
from typing import Final

from editors import Editor, editor

ME: Final = "mara@northwind-trails.example"
RATES: Final = {"offer-article": 0.03, "hut-data": 0.07, "one-route": 0.16}
"""How often each letter is answered by a person whose page fits."""
FOLLOW_UP: Final = 0.3
"""How often a second letter brings what the first did not."""
LINKED: Final = 0.6
"""How often a yes becomes a link."""

_YES: Final = (
    "Yes please, send it over! We would love to print it.",
    "That sounds great. Please send me a draft and two photographs.",
    "We'd be happy to publish this. When can you send the text?",
    "Lovely idea, I'm interested. Send me the draft by Friday?",
)
_ASKS: Final = (
    "Could you tell me more? Which topics do you have in mind, and how long would it be?",
    "Who are your readers, and what would it cost us?",
    "Maybe. Our plan is full until summer; please write again in June.",
    "I am not the right person for this, please write to our editor for guest articles.",
)
_NO: Final = (
    "Thank you, but no. We only print our own authors.",
    "Not interested, sorry.",
    "No thanks, this is not for us.",
    "We do not take guest articles.",
)
_LEAVE: Final = ("Please remove me from your list and do not write again.", "Unsubscribe me, please.")


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter that left: to whom, by which template, and whether it is the first."""

    to: Editor
    template: str
    first: bool
    subject: str
    text: str
    at: datetime

    @property
    def message_id(self) -> str:
        """Its Message-ID, the same in every season."""
        return f"<{self.to.number:04}.{1 if self.first else 2}@northwind-trails.example>"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back of a letter: of which kind in truth, when, and the message itself."""

    kind: str
    at: datetime
    message: Message

    @property
    def is_human(self) -> bool:
        """Whether a person wrote it."""
        return self.kind in {"positive", "neutral", "negative"}


def by_hand() -> Sent:
    """Return the one letter that Mara wrote by herself, on the evening before the season."""
    to, at = editor(0), datetime(2026, 1, 4, 19, tzinfo=UTC)
    text = f"Hello {to.name.split()[0]},\n\nwinter rooms with a stove: something for you?\n\nMara\n"
    return Sent(to, "", first=True, subject="Winter rooms", text=text, at=at)


def reply(sent: Sent) -> Reply | None:
    """Return what comes back of a letter, or None for silence; most letters meet silence."""
    luck = Random(f"reply {sent.message_id}")  # noqa: S311
    if sent.to.number == 0 and sent.first:
        at = sent.at + timedelta(hours=1)
        return Reply("neutral", at, _answer(sent, at, _ASKS[0]))
    if sent.first and (fate := luck.random()) < _MACHINES[-1][1]:
        kind = next(name for name, below in _MACHINES if fate < below)
        at = sent.at + timedelta(minutes=luck.randint(1, 9))
        return Reply(kind, at, _BY_MACHINE[kind](sent, at))
    chance = RATES.get(sent.template, 0.08) * sent.to.readiness * (1 if sent.first else FOLLOW_UP)
    if luck.random() >= chance:
        return None
    kind = luck.choices(("positive", "neutral", "negative", "unsubscribe"), (40, 28, 27, 5))[0]
    words = luck.choice({"positive": _YES, "neutral": _ASKS, "negative": _NO, "unsubscribe": _LEAVE}[kind])
    # Half of all answers come within a day and a half, and a few after two weeks.
    at = sent.at + timedelta(hours=min(0.5 + luck.lognormvariate(3.5, 1.1), 20 * 24))
    return Reply(kind, at.replace(microsecond=0), _answer(sent, at, words))


def link(sent: Sent, answer: Reply) -> tuple[str, datetime] | None:
    """Return the page with the link and since when it is live, of those who keep their word."""
    luck = Random(f"link {sent.to.number}")  # noqa: S311
    if answer.kind != "positive" or luck.random() >= LINKED:
        return None
    return f"https://{sent.to.site}/our-guest-mara", answer.at + timedelta(days=luck.randint(6, 24))


def letter(sent: Sent) -> EmailMessage:
    """Return a letter as Mara's mail program keeps it."""
    return _message(ME, sent.to.address, sent.subject, sent.message_id, sent.at, sent.text)


def _message(
    sender: str, to: str, subject: str, message_id: str, at: datetime, text: str, **headers: str
) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Date"], made["Message-ID"] = format_datetime(at), message_id
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def _answer(sent: Sent, at: datetime, words: str) -> EmailMessage:
    name, quoted = sent.to.name.split()[0], "\n".join(f"> {line}" for line in sent.text.splitlines())
    text = f"Hello Mara,\n\n{words}\n\n{name}\n\nOn {sent.at:%d %B %Y}, Mara Lindqvist wrote:\n{quoted}\n"
    back = {"In_Reply_To": sent.message_id}
    return _message(
        f"{sent.to.name} <{sent.to.address}>", ME, _re(sent), _id(sent, "answer"), at, text, **back
    )


def _away(sent: Sent, at: datetime) -> EmailMessage:
    back = f"{at + timedelta(days=9):%d %B %Y}"
    text = f"Thank you for your message. I am out of the office until {back}.\n"
    marks = {"Auto_Submitted": "auto-replied", "In_Reply_To": sent.message_id}
    return _message(
        sent.to.address, ME, f"Out of office: {sent.subject}", _id(sent, "away"), at, text, **marks
    )


def _received(sent: Sent, at: datetime) -> EmailMessage:
    text = "We have received your message. We read everything; this is an automatic answer.\n"
    marks = {"Auto_Submitted": "auto-replied", "In_Reply_To": sent.message_id}
    return _message(
        sent.to.address, ME, f"Received: {sent.subject}", _id(sent, "received"), at, text, **marks
    )


def _bounce(sent: Sent, at: datetime) -> Message:
    """Return the report of RFC 3464 that there is no such mailbox."""
    fields = (
        f"Reporting-MTA: dns; mx.{sent.to.site}\n\nFinal-Recipient: rfc822; {sent.to.address}\n"
        "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n"
    )
    daemon, words = f"MAILER-DAEMON@mx.{sent.to.site}", "Undelivered Mail Returned to Sender"
    return _report("delivery-status", daemon, words, fields, sent, at)


def _complaint(sent: Sent, at: datetime) -> Message:
    """Return the report of RFC 5965 that somebody pressed the button for spam."""
    fields = (
        "Feedback-Type: abuse\nUser-Agent: mailbox/1.0\nVersion: 1\n"
        f"Original-Rcpt-To: {sent.to.address}\nOriginal-Mail-From: {ME}\n"
    )
    desk, words = f"abuse@{sent.to.site}", "Abuse report for a message from you"
    return _report("feedback-report", desk, words, fields, sent, at)


def _report(kind: str, sender: str, words: str, fields: str, sent: Sent, at: datetime) -> Message:
    between = f"--report-{sent.to.number}"
    return message_from_string(
        f"From: {sender}\nTo: {ME}\nSubject: {words}\nDate: {format_datetime(at)}\n"
        f"Message-ID: {_id(sent, kind)}\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="{between[2:]}"\n\n'
        f"{between}\nContent-Type: text/plain\n\n{words}.\n"
        f"{between}\nContent-Type: message/{kind}\n\n{fields}\n"
        f"{between}\nContent-Type: message/rfc822\n\n{letter(sent)}\n{between}--\n"
    )


def _re(sent: Sent) -> str:
    return sent.subject if sent.subject.startswith("Re: ") else f"Re: {sent.subject}"


def _id(sent: Sent, what: str) -> str:
    return f"<{what}.{sent.to.number:04}.{1 if sent.first else 2}@{sent.to.site}>"


_BY_MACHINE: Final = {
    "bounce": _bounce,
    "complaint": _complaint,
    "out_of_office": _away,
    "auto_reply": _received,
}
_MACHINES: Final = (("bounce", 0.02), ("complaint", 0.024), ("out_of_office", 0.05), ("auto_reply", 0.065))
"""Of first letters, what a machine answers, and below which chance."""
