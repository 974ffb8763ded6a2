"""A user with a small campaign that a run has drafted letters for, worked from the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.command import Said, linkwright
from tests.jobs.campaigns import FILE, PROSPECTS

NOW = "2024-09-15T12:00:00Z"
ME = "mara@northwind.example"
OTHER = "otto@elsewhere.example"
REPLY = """\
From ann@one.example Mon Sep 16 08:00:00 2024
From: {sender}
To: {me}
Subject: Re: For One
Date: Mon, 16 Sep 2024 08:00:00 +0000
Message-ID: <{name}@one.example>
{header}
{words}

"""


@dataclass(frozen=True)
class Office:
    """The campaign `Autumn` of `ME` with two drafts, and one of the same name of `OTHER`."""

    url: str
    folder: Path

    def __call__(self, *words: str, user: str = ME) -> Said:
        return linkwright(*words, url=self.url, folder=self.folder, LINKWRIGHT_USER=user, COLUMNS="100")

    def open(self) -> "Office":
        for owner, prospects in ((ME, "rule"), (OTHER, "person")):
            (self.folder / "prospects.csv").write_text(PROSPECTS)
            text = FILE.format(name="Autumn", prospects=prospects, emails="person", campaign="", more="")
            (self.folder / "campaign.toml").write_text(text.replace(ME, owner))
            done = self("run", "campaign.toml", "--now", NOW)
            assert done.status == 0, done.err
        return self

    def letters(self, user: str = ME) -> list[dict[str, Any]]:
        found = self("letters", "list", "-c", "Autumn", "--json", user=user).json["letters"]
        return list(found)

    def prospects(self, status: str, user: str = ME) -> list[int]:
        words = ("prospects", "list", "-c", "Autumn", "--status", status, "--json")
        return sorted(row["id"] for row in self(*words, user=user).json["prospects"])

    def send(self, letter: int, message_id: str) -> None:
        """Approve a letter, and say that it was sent."""
        assert self("letters", "approve", str(letter)).status == 0
        sent = self("letters", "sent", str(letter), "--message-id", message_id, "--at", NOW)
        assert sent.status == 0, sent.err

    def receive(self, *, words: str, sender: str = "ann@one.example", answers: str | None = None) -> None:
        """Import a message; without `answers` it belongs to no letter."""
        header = f"In-Reply-To: {answers}\n" if answers else ""
        mail = REPLY.format(sender=sender, me=ME, name=len(words), header=header, words=words)
        (self.folder / "inbox.mbox").write_text(mail)
        brought = self("import", "mail", "inbox.mbox", "--me", ME)
        assert brought.status == 0, brought.err
