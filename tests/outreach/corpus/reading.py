"""Turns the texts of this folder into messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from linkwright.vocabulary import Intent
from tests.parsing.mail.corpus.letters import (
    APPLE,
    DUTCH,
    FRENCH,
    GERMAN,
    GERMAN_OUTLOOK,
    GMAIL,
    ITALIAN,
    OLD_OUTLOOK,
    ORIGINAL_ID,
    OUR_MAIL,
    OUTLOOK,
    PORTUGUESE,
    SPANISH,
    letter,
    quoted,
    report,
)

FOLDER: Final = Path(__file__).parent
TRAINING: Final = FOLDER.parent.parent.parent / "training"
_ADDRESS: Final = "jane.doe@blog.example.com"
# Frames that nothing was trained in.
_OPENERS: Final = (
    "Alex -",
    "Good morning,",
    "Hi Mr Reed",
    "Dear sir or madam,",
    "Guten Tag Herr Reed,",
    "Hi again,",
    "",
)
_CLOSERS: Final = (
    "Warmly,\nJane Doe\nEditor",
    "J.",
    "Have a good one",
    "-- \nJane Doe | Trail Notes | +1 555 0100",
    "All the best",
    "",
)
_WROTE: Final = "On Mon, 5 Jan 2026 at 09:12, Alex Reed <alex@ours.example.org> wrote:"
_COPIED: Final = (
    "________________________________\nFrom: Alex Reed <alex@ours.example.org>\nSent: Monday\n"
    "To: Jane\nSubject: Your guide"
)
_TAILS: Final = {
    "{gmail}": GMAIL,
    "{apple}": APPLE,
    "{outlook}": OUTLOOK,
    "{old_outlook}": OLD_OUTLOOK,
    "{german}": GERMAN,
    "{german_outlook}": GERMAN_OUTLOOK,
    "{french}": FRENCH,
    "{spanish}": SPANISH,
    "{italian}": ITALIAN,
    "{portuguese}": PORTUGUESE,
    "{dutch}": DUTCH,
    "{polish}": f"\n\npon., 5 sty 2026 o 09:12 Alex Reed <alex@ours.example.org> napisał(a):\n\n{quoted()}\n",
    "{swedish}": f"\n\nDen mån 5 jan. 2026 kl 09:12 skrev Alex Reed <alex@ours.example.org>:\n\n{quoted()}\n",
}
_WHOLE: Final = frozenset({"second_fresh_replies"})
"""Sets whose texts are whole bodies of mail: nothing is put around them."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A person's answer, and what it wants."""

    intent: Intent
    language: str
    text: str
    whole: bool = False

    def message(self, seed: int) -> bytes:
        """Return it as a mail: greeting, farewell and the quoted letter are drawn by the seed."""
        if self.whole:
            return letter(self.text)
        chance = Random(f"{seed}:{self.text}")
        parts = (chance.choice(_OPENERS), self.text, chance.choice(_CLOSERS))
        tail = chance.choice(("", f"\n\n{_WROTE}\n{quoted()}", f"\n\n{_COPIED}\n\n{OUR_MAIL}"))
        return letter("\n\n".join(part for part in parts if part) + tail)


@dataclass(frozen=True, slots=True)
class Machine:
    """A message that a machine wrote, or one that only looks so."""

    name: str
    what: str
    raw: bytes
    recipient: str = _ADDRESS


def replies(name: str) -> list[Reply]:
    """Return the replies of a file of this folder; `replies-2` and its like are learned from."""
    path = (TRAINING if name.startswith("replies") else FOLDER) / f"{name}.txt"
    found, intent = [], Intent.UNCLEAR
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("== "):
            intent = Intent(line[3:])
        elif line and not line.startswith("#"):
            language, text = line.split(": ", 1)
            found.append(Reply(intent, language, _body(text), name in _WHOLE))
    return found


def _body(text: str) -> str:
    """Return a text with its lines and its quoted letter spelled out."""
    for name, tail in _TAILS.items():
        text = text.replace(name, tail)
    return text.replace("\\n", "\n")


def machines(name: str) -> list[Machine]:
    """Return the messages of a file of this folder."""
    return list(_machines((FOLDER / f"{name}.txt").read_text("utf-8")))


def _machines(text: str) -> Iterator[Machine]:
    for block in text.split("\n=== ")[1:]:
        title, _, rest = block.partition("\n")
        name, what = title.split(" | ")
        head, _, body = rest.replace("{to}", _ADDRESS).replace("{id}", ORIGINAL_ID).partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.splitlines())
        yield Machine(name, what, _raw(fields, body.strip()))


def _raw(fields: dict[str, str], body: str) -> bytes:
    sender, subject = fields.pop("From"), fields.pop("Subject")
    if told := fields.pop("DSN", None):
        status, diagnostic = told.split(" | ")
        action = "delayed" if diagnostic.startswith("delayed ") else "failed"
        return report(
            _ADDRESS,
            action=action,
            status=status,
            diagnostic=diagnostic.removeprefix("delayed "),
            words=body,
            subject=subject,
            sender=sender,
        )
    headers = "\n".join(f"{name}: {value}" for name, value in fields.items())
    return letter(body, subject=subject, sender=sender, headers=headers, reply=False)
