"""Files of every kind that imports read, each with good rows, repeated ones and broken ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

ME = "me@outreach.example"
_STATES = ("", "", "", "contacted", "", "replied", "", "unsubscribed", "published")
_ANSWERS = (
    "Sounds great, please send us a draft.",
    "Please remove me from your list.",
    "What would that cost?",
    "No thanks, we do not take guest posts.",
)
_FIRST_MAIL = datetime(2026, 3, 2, 9, tzinfo=UTC)


def prospects(folder: Path, number: int) -> Path:
    """A CSV file with a row to refuse, a row to merge and a row of the same every now and then."""
    lines = ["url,title,contact_email,status,domain_authority"]
    for n in range(number):
        lines.append(f"https://site{n}.com/write,Title {n},ed@site{n}.com,{_STATES[n % 9]},{n % 100}")
        if n % 5 == 3:
            lines.append(f"https://site{n - 1}.com/write,,,contacted,")
        if n % 7 == 4:
            lines.append("javascript:alert(1),=1+1,,,")
    return _written(folder / "prospects.csv", "\n".join(lines) + "\n")


def sent_log(folder: Path, number: int) -> Path:
    """A log of sent mails in which a line is broken, and one is repeated, every now and then."""
    lines: list[str] = []
    for n in range(number):
        subject = f"Guest Post Proposal for Site {n % 40}"
        lines.append(repr({"to": f"ed@site{n}.com", "subject": subject, "body": f"Hello {n},\n\nbody"}))
        if n % 6 == 5:
            lines.append(lines[-2])
        if n % 9 == 2:
            lines.append("{'to': 'ed@half.com', 'subject'")
        if n % 9 == 6:
            lines.append(repr({"to": f"somebody{n}@gmail.com", "subject": "Hi", "body": "Hello"}))
    return _written(folder / "trail_running_sent_emails.log", "\n".join(lines) + "\n")


def mailbox(folder: Path, number: int) -> Path:
    """An mbox: answers stand before and behind the mails they answer, some bounce, some are repeated."""
    messages: list[str] = []
    for n in range(number):
        sent = message(
            sender=ME,
            to=f"ed@site{n}.com",
            subject=f"An article for site {n}",
            message_id=f"out{n}@outreach.example",
            days=n,
            body=f"Hello {n}",
        )
        answer = message(
            sender=f"ed@site{n}.com",
            to=ME,
            subject=f"Re: An article for site {n}",
            message_id=f"in{n}@site{n}.com",
            answers=f"out{n}@outreach.example",
            days=n + 1,
            body=_ANSWERS[n % 4],
        )
        pair = [answer, sent] if n % 2 else [sent, answer]
        messages += [sent] if n % 5 == 4 else pair
        if n % 6 == 1:
            messages += [bounce(n), sent]
        if n % 7 == 3:
            to = f"friend{n}@gmail.com"
            messages.append(message(sender=ME, to=to, subject="Lunch", message_id=f"l{n}@x.com", days=n))
            messages.append(message(sender=to, to=ME, subject="Lunch?", message_id=f"f{n}@x.com", days=n))
    return _written(folder / "mail.mbox", "".join(f"From x@y.com {_STAMP}\n{one}\n" for one in messages))


_STAMP = "Mon Mar  2 09:00:00 2026"


def message(
    *,
    sender: str,
    to: str,
    subject: str,
    message_id: str | None = None,
    answers: str | None = None,
    days: int | None = 0,
    body: str = "Hello",
    headers: str = "",
) -> str:
    """One message; without `days` it has no date."""
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}"]
    if message_id is not None:
        lines.append(f"Message-ID: <{message_id}>")
    if answers is not None:
        lines.append(f"In-Reply-To: <{answers}>")
    if days is not None:
        moment = _FIRST_MAIL + timedelta(days=days)
        lines.append(f"Date: {moment:%a, %d %b %Y %H:%M:%S} +0000")
    return "\n".join(lines) + f"\n{headers}\n{body}\n"


def at(**time: float) -> str:
    """The moment of the first mail, or one that long after it, as a table has it."""
    return (_FIRST_MAIL + timedelta(**time)).isoformat()


def bounce(n: int) -> str:
    """A standard report that the mail to a site did not arrive."""
    parts = (
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="b{n}"\nMIME-Version: 1.0\n'
    )
    body = (
        f"--b{n}\nContent-Type: text/plain\n\nIt did not arrive.\n"
        f"--b{n}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
        f"Final-Recipient: rfc822; ed@site{n}.com\nAction: failed\nStatus: 5.1.1\n"
        f"Diagnostic-Code: smtp; 550 no such user\n\n"
        f"--b{n}\nContent-Type: message/rfc822\n\n"
        + message(
            sender=ME,
            to=f"ed@site{n}.com",
            subject=f"An article for site {n}",
            message_id=f"out{n}@outreach.example",
        )
        + f"--b{n}--\n"
    )
    sender = "MAILER-DAEMON@mx.example.com"
    return message(
        sender=sender,
        to=ME,
        subject="Undelivered Mail Returned to Sender",
        message_id=f"bounce{n}@mx.example.com",
        days=n + 1,
        body=body,
        headers=parts,
    )


def _written(path: Path, content: str) -> Path:
    path.write_text(content, "utf-8")
    return path
