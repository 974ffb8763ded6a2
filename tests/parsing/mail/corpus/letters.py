# ruff: noqa: E501  (a letter is read best on the line it was written on)
"""The bricks of the corpus: letters of invented people, as mail programs and servers build them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkwright.vocabulary import Intent, ResponseType

ORIGINAL_ID = "0198f2a0-77aa@mail.ours.example.org"
OUR_MAIL = (
    "Hi there,\n\nI loved your guide to trail running and would be glad to write for you.\n\n"
    "If you would rather not hear from me, reply with unsubscribe and I will stop emailing you.\n"
    "We are interested in a guest post. No thanks is fine too."
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message and what a person says it is."""

    name: str
    kind: ResponseType
    raw: bytes
    intent: Intent | None = None
    bounce: str | None = None
    recipient: str | None = None


def quoted(text: str = OUR_MAIL) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


GMAIL = f"\n\nOn Mon, Jan 5, 2026 at 9:12 AM Alex Reed <alex@ours.example.org> wrote:\n\n{quoted()}\n"
APPLE = f"\n\n> On 5 Jan 2026, at 09:12, Alex Reed <alex@ours.example.org> wrote:\n>\n{quoted()}\n"
OUTLOOK = (
    "\n\n________________________________\nFrom: Alex Reed <alex@ours.example.org>\n"
    f"Sent: Monday, January 5, 2026 9:12 AM\nTo: Jane Doe\nSubject: Your guide\n\n{OUR_MAIL}\n"
)
OLD_OUTLOOK = (
    "\n\n-----Original Message-----\nFrom: Alex Reed [mailto:alex@ours.example.org]\n"
    f"Sent: Monday, January 5, 2026 9:12 AM\nTo: Jane Doe\nSubject: Your guide\n\n{OUR_MAIL}\n"
)
GERMAN = f"\n\nAm 05.01.2026 um 09:12 schrieb Alex Reed:\n{quoted()}\n"
GERMAN_OUTLOOK = (
    "\n\nVon: Alex Reed <alex@ours.example.org>\nGesendet: Montag, 5. Januar 2026 09:12\n"
    f"An: Redaktion\nBetreff: Ihr Artikel\n\n{OUR_MAIL}\n"
)
FRENCH = f"\n\nLe lun. 5 janv. 2026 à 09:12, Alex Reed <alex@ours.example.org> a écrit :\n\n{quoted()}\n"
SPANISH = f"\n\nEl lun, 5 ene 2026 a las 9:12, Alex Reed (<alex@ours.example.org>) escribió:\n\n{quoted()}\n"
ITALIAN = f"\n\nIl giorno lun 5 gen 2026 alle ore 09:12 Alex Reed <alex@ours.example.org> ha scritto:\n\n{quoted()}\n"
PORTUGUESE = (
    f"\n\nEm seg., 5 de jan. de 2026 às 09:12, Alex Reed <alex@ours.example.org> escreveu:\n\n{quoted()}\n"
)
DUTCH = f"\n\nOp ma 5 jan 2026 om 09:12 schreef Alex Reed <alex@ours.example.org>:\n\n{quoted()}\n"


def letter(
    body: str,
    *,
    subject: str = "Re: Your guide to trail running",
    sender: str = "Jane Doe <jane@blog.example.com>",
    headers: str = "",
    reply: bool = True,
    content_type: str = "text/plain; charset=utf-8",
) -> bytes:
    thread = f"In-Reply-To: <{ORIGINAL_ID}>\nReferences: <{ORIGINAL_ID}>\n" if reply else ""
    extra = headers.strip("\n") + "\n" if headers.strip() else ""
    return (
        f"From: {sender}\nTo: Alex Reed <alex@ours.example.org>\nSubject: {subject}\n"
        f"Date: Tue, 6 Jan 2026 10:15:00 +0100\nMessage-ID: <r-{abs(hash(body)) % 10**6}@blog.example.com>\n"
        f"{thread}{extra}MIME-Version: 1.0\nContent-Type: {content_type}\nContent-Transfer-Encoding: 8bit\n\n{body}\n"
    ).encode()


def report(
    recipient: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 User unknown",
    words: str = "Your message could not be delivered.",
    subject: str = "Undelivered Mail Returned to Sender",
    sender: str = "Mail Delivery System <MAILER-DAEMON@mx.example.net>",
    returned: str = "message/rfc822",
    fields: str | None = None,
) -> bytes:
    block = fields or (
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n"
    )
    return (
        f"Return-Path: <>\nFrom: {sender}\nTo: alex@ours.example.org\nSubject: {subject}\n"
        "Date: Tue, 6 Jan 2026 08:00:00 +0000\nMessage-ID: <bounce-1@mx.example.net>\nAuto-Submitted: auto-replied\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="=_b"\n\n'
        f"--=_b\nContent-Type: text/plain; charset=us-ascii\n\n{words}\n\n"
        f"--=_b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n{block}\n"
        f"--=_b\nContent-Type: {returned}\n\nFrom: alex@ours.example.org\nTo: {recipient}\n"
        f"Subject: Your guide\nMessage-ID: <{ORIGINAL_ID}>\n\n{OUR_MAIL}\n\n--=_b--\n"
    ).encode()


def daemon(
    body: str, *, subject: str, sender: str = "MAILER-DAEMON@mx.example.net", headers: str = ""
) -> bytes:
    """A bounce in words alone."""
    return letter(body, subject=subject, sender=sender, headers=f"Return-Path: <>\n{headers}", reply=False)


def feedback(kind: str, *, fields: str = "") -> bytes:
    return (
        "From: feedback@isp.example.net\nTo: abuse@ours.example.org\nSubject: Abuse report\n"
        "Date: Tue, 6 Jan 2026 08:00:00 +0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="fb"\n\n'
        "--fb\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n"
        f"--fb\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nUser-Agent: Reporter/1.0\nVersion: 1\n{fields}\n"
        "--fb\nContent-Type: message/rfc822\n\nFrom: alex@ours.example.org\nTo: Reader <reader@isp.example.net>\n"
        f"Message-ID: <{ORIGINAL_ID}>\nSubject: Your guide\n\n{OUR_MAIL}\n\n--fb--\n"
    ).encode()
