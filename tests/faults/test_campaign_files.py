"""`linkwright run` and a campaign file that is not one: every fault has its line, and nothing is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.commands import Commands, picture

FILE = """\
[campaign]
name = "Spring"
keywords = ["trails"]
user = { email = "me@example.com" }
[sender]
name = "Me"
email = "me@example.com"
"""
# What stands behind FILE, and what is said about it.
WRONG: dict[str, tuple[str, tuple[str, ...]]] = {
    "TOML that is broken": ("[frob\n", ("not TOML", "line 8")),
    "a NUL": ('x = "\x00"\n', ("not TOML",)),
    "brackets without end": ("x = " + "[" * 100_000, ("nested too deeply",)),
    "a number of 5,000 digits": ("[qualify]\nmin_domain_authority = " + "9" * 5_000, ("digits",)),
    "a day that is none": ("x = 2026-13-45\n", ("not TOML",)),
    "a key of nobody": (
        "[qualify]\nmin_domain_autority = 3\n",
        ("line 9", "did you mean 'min_domain_authority'?"),
    ),
    "a table of nobody": ("[frob]\nx = 1\n", ("frob: is not a key", "there are campaign, sender")),
    "scores out of bounds": (
        "[qualify]\nmax_spam_score = 1.7\nmin_relevance = nan\n",
        ("line 9", "line 10", "less than or equal to 1", "finite number"),
    ),
    "limits of other kinds": (
        '[campaign.limits]\nmax_emails_per_day = 0\nmax_opportunities = "many"\nmax_follow_ups = true\n',
        ("line 9", "line 10", "line 11", "must be a whole number"),
    ),
    "a budget below nothing": ("[campaign.limits]\nai_budget = -1\n", ("line 9", "or equal to 0")),
    "files that are not there": (
        '[[prospects]]\nfile = "a.csv"\n[[mailboxes]]\npath = "b"\n[[sent_logs]]\nfile = "c.log"\n',
        ("line 9", "line 11", "line 13", "there is no"),
    ),
    "files outside": (
        '[[prospects]]\nfile = "../../etc/passwd"\n[[mailboxes]]\npath = "link/passwd"\n',
        ("line 9", "line 11", "must stay inside"),
    ),
    "a folder for a file": ('[[prospects]]\nfile = "."\n', ("is a folder, not a file",)),
    "a path with a NUL": ('[[prospects]]\nfile = "a\\u0000b"\n', ("must be a path",)),
    "a path of 5,000 letters": (f'[[prospects]]\nfile = "{"x" * 5_000}"\n', ("cannot be read",)),
    "no address": ('[[mailboxes]]\npath = "."\nme = ["frob"]\n', ("mailboxes[1].me", "@-sign")),
    "a template that is none": (
        '[[templates]]\nname = "a"\nsubject = "{{ "\nbody_text = "x"\n',
        ("templates[1]", "not a template"),
    ),
    "a template that would escape": (
        '[[templates]]\nname = "a"\nsubject = "s"\nbody_text = "{{ sender.__class__.__mro__ }}"\n',
        ("nothing is called {{ sender.__class__",),
    ),
    "a template without end": (
        '[[templates]]\nname = "a"\nsubject = "s"\nbody_text = "{% for i in range(99999999) %}x{% endfor %}"',
        ("templates[1]",),
    ),
    "a template of brackets": (
        '[[templates]]\nname = "a"\nsubject = "s"\nbody_text = "' + "{{ (" * 5_000 + '"\n',
        ("nested too deeply",),
    ),
    "a template read from a device": (
        '[[templates]]\nname = "a"\nsubject = "s"\nbody_text_file = "/dev/zero"\n',
        ("/dev/zero: is not a regular file",),
    ),
}


@pytest.mark.dialects("sqlite")
class TestTheFile:
    @pytest.mark.parametrize("what", WRONG)
    def test_with(self, linkwright: Commands, record_url: str, tmp_path: Path, what: str) -> None:
        more, words = WRONG[what]
        (tmp_path / "link").symlink_to("/etc")
        (tmp_path / "campaign.toml").write_text(FILE + more)
        before = picture(record_url)

        done = linkwright("run", "campaign.toml", url=record_url, folder=tmp_path, seconds=20)

        assert (done.status, done.out) == (2, "")
        done.said(*words)
        assert all(line.startswith("linkwright: campaign.toml") for line in done.err.splitlines())
        assert all(len(line) < 900 for line in done.err.splitlines())
        assert picture(record_url) == before

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", ("campaign: is required", "sender: is required")),
            (b"\xff\xfe\x00", ("not UTF-8",)),
            (FILE.encode("utf-16"), ("not UTF-8",)),
            (FILE.encode() + b"#" * 1_000_001, ("larger than 1,000,000 bytes",)),
        ],
    )
    def test_that_is_no_text_or_too_much(
        self, linkwright: Commands, record_url: str, tmp_path: Path, content: bytes, words: tuple[str, ...]
    ) -> None:
        (tmp_path / "campaign.toml").write_bytes(content)

        done = linkwright("run", "campaign.toml", url=record_url, folder=tmp_path)

        assert done.status == 2
        done.said(*words)

    @pytest.mark.parametrize("place", ["missing.toml", ".", "/dev/zero", "pipe", "secret.toml"])
    def test_that_is_no_file(self, linkwright: Commands, record_url: str, tmp_path: Path, place: str) -> None:
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "secret.toml").touch(mode=0)

        done = linkwright("run", place, url=record_url, folder=tmp_path, like_anybody=True, seconds=5)

        assert (done.status, done.out) == (2, "")

    @pytest.mark.parametrize(
        "moment",
        ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
    )
    def test_at_a_moment_that_is_none(
        self, linkwright: Commands, record_url: str, tmp_path: Path, moment: str
    ) -> None:
        (tmp_path / "campaign.toml").write_text(FILE)

        done = linkwright("run", "campaign.toml", "--now", moment, url=record_url, folder=tmp_path)

        done.failed(2, "--now", "from 1970 to 2100 with its zone")


class TestTheFilesItNames:
    def test_one_that_cannot_be_read_is_refused_and_the_others_come_in(
        self, linkwright: Commands, record_url: str, tmp_path: Path
    ) -> None:
        (tmp_path / "good.csv").write_text("url\nhttps://good.example/\n")
        (tmp_path / "strange.csv").write_text("a,b\n1,2\n")
        (tmp_path / "junk.csv").write_bytes(bytes(range(256)) * 50)
        (tmp_path / "mail.mbox").write_text("Dear diary")
        (tmp_path / "secret.csv").touch(mode=0)
        files = ["strange.csv", "junk.csv", "/dev/zero", "secret.csv", "good.csv"]
        more = "".join(f'[[prospects]]\nfile = "{name}"\n' for name in files)
        (tmp_path / "campaign.toml").write_text(f'{FILE}{more}[[mailboxes]]\npath = "mail.mbox"\n')

        asked = ("run", "campaign.toml", "--json")
        done = linkwright(*asked, url=record_url, folder=tmp_path, like_anybody=True, seconds=20)

        assert (done.status, done.err) == (1, "")
        refused = {one["source"] for one in done.json["refused"]}
        assert refused == {"strange.csv", "junk.csv", "zero", "secret.csv", "mail.mbox"}
        urls = [row["url"] for row in picture(record_url)["backlinking_opportunities"]]
        assert urls == ["https://first.example.org/page", "https://good.example/"]
        assert linkwright("doctor", url=record_url).status == 0
        fine = linkwright(*asked, "--refused-is-fine", url=record_url, folder=tmp_path, like_anybody=True)
        assert fine.status == 0
