"""Files that are not what they should be: one line that says so, status 2, and nothing is written."""

from __future__ import annotations

import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.commands import Commands, picture

pytestmark = pytest.mark.dialects("sqlite")  # No database is reached.

Make = Callable[[Path], object]
DEEP = 200_000


def holding(content: bytes) -> Make:
    return lambda path: path.write_bytes(content)


def forbidden(path: Path) -> None:
    path.write_text("url\nhttps://a.example/\n")
    path.chmod(0)


def link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def link_to_zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def bomb(path: Path) -> None:
    """An archive of 300 KB that unpacks to 300 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml",
            '<workbook><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 300_000_000)


def entities(path: Path) -> None:
    """A workbook whose XML would grow to gigabytes."""
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", f'<!DOCTYPE x [<!ENTITY a0 "ha">{lines}]><Types>&a11;</Types>'
        )
        archive.writestr("xl/workbook.xml", "<workbook/>")


PROSPECTS: dict[str, tuple[str, Make, str]] = {
    "empty": ("a.csv", holding(b""), "must not be empty"),
    "nothing but blanks": ("a.csv", holding(b" \r\n\n\t"), "must not be empty"),
    "a folder": ("a.csv", Path.mkdir, "not a directory"),
    "missing": ("a.csv", lambda _: None, "must exist"),
    "a link to nothing": ("a.csv", link_to_nothing, "must exist"),
    "a link to itself": ("a.csv", link_to_itself, "must "),
    "a pipe": ("a.csv", os.mkfifo, "must be a regular file"),
    "a device without end": ("a.csv", link_to_zeros, "must be a regular file"),
    "not ours to read": ("a.csv", forbidden, "not readable"),
    "binary junk": ("a.csv", holding(random.Random(1).randbytes(100_000)), "must be text or an .xlsx"),
    "a picture": ("a.csv", holding(b"\x89PNG\r\n\x1a\n" + bytes(500)), "must be text or an .xlsx"),
    "gzip": ("a.csv", holding(b"\x1f\x8b\x08" + bytes(50)), "unpack it first"),
    "an old workbook": ("a.xlsx", holding(b"\xd0\xcf\x11\xe0" + bytes(500)), "save it as .xlsx"),
    "a database": ("a.csv", holding(b"SQLite format 3\x00" + bytes(500)), "is a database"),
    "a broken workbook": ("a.xlsx", holding(b"PK\x03\x04garbage"), "sound .xlsx workbook"),
    "a bomb": ("a.xlsx", bomb, ".xlsx"),
    "a bomb of entities": ("a.xlsx", entities, ".xlsx"),
    "columns of nobody": ("a.csv", holding(b"a,b,c\n1,2,3\n"), "columns of no known format: a, b, c"),
    "a column too many": ("a.csv", holding(b"url,colour\nhttps://a.example/,red\n"), "does not know: colour"),
    "brackets without end": ("a.json", holding(b"[" * DEEP), "nested too deeply"),
    "objects without end": ("a.json", holding(b'{"a":' * DEEP), "JSON"),
    "an array of nothing": ("a.json", holding(b"[1, 2, null]"), "JSON object"),
    "a scalar": ("a.json", holding(b'"hello"'), "no known format"),
    "a name that cannot be": ("a" * 300, lambda _: None, "must be readable"),
}


class TestProspects:
    @pytest.mark.parametrize("what", PROSPECTS)
    def test_a_file_that_is(self, linkwright: Commands, record_url: str, tmp_path: Path, what: str) -> None:
        name, make, words = PROSPECTS[what]
        folder = tmp_path / "files"
        folder.mkdir()
        make(folder / name)
        files, before = sorted(folder.iterdir()), picture(record_url)

        # To a user and a campaign that would have to be made: they are not.
        asked = ("import", "prospects", name, "-c", "New", "--create", "--user", "new@example.com")
        done = linkwright(*asked, url=record_url, folder=folder, like_anybody=True, seconds=20)

        assert (done.status, done.out) == (2, "")
        assert words in done.err
        assert done.err.count("\n") == (4 if done.err.startswith("Usage") else 1)
        assert done.peak_mb < 300
        assert sorted(folder.iterdir()) == files
        assert picture(record_url) == before


LOGS: dict[str, tuple[str, Make, str]] = {
    "of another name": ("huts.log", holding(b"{}"), "must be named KEYWORD_sent_emails.log"),
    "of no keyword": ("_sent_emails.log", holding(b"{}"), "must be named KEYWORD_sent_emails.log"),
    "empty": ("huts_sent_emails.log", holding(b""), "must not be empty"),
    "a folder": ("huts_sent_emails.log", Path.mkdir, "not a directory"),
    "missing": ("huts_sent_emails.log", lambda _: None, "must exist"),
    "a pipe": ("huts_sent_emails.log", os.mkfifo, "must be a regular file"),
    "a device without end": ("huts_sent_emails.log", link_to_zeros, "must be a regular file"),
    "binary junk": ("huts_sent_emails.log", holding(random.Random(2).randbytes(9_999)), "must be text"),
}
MAIL: dict[str, tuple[str, Make, str]] = {
    "empty": ("a.mbox", holding(b""), "is empty"),
    "missing": ("a.mbox", lambda _: None, "does not exist"),
    "a folder of nothing": ("a", Path.mkdir, "holds no mail"),
    "a pipe": ("a.mbox", os.mkfifo, "must be a file or a folder"),
    "a device without end": ("a.mbox", link_to_zeros, "must be a file or a folder"),
    "binary junk": ("a.mbox", holding(random.Random(3).randbytes(9_999)), "neither a mailbox nor a message"),
    "not ours to read": ("a.mbox", forbidden, "not readable"),
}


class TestLogsAndMail:
    @pytest.mark.parametrize("what", LOGS)
    def test_a_log_that_is(self, linkwright: Commands, record_url: str, tmp_path: Path, what: str) -> None:
        name, make, words = LOGS[what]
        make(tmp_path / name)
        before = picture(record_url)

        asked = ("import", "log", name, "--create", "--user", "new@example.com")
        done = linkwright(*asked, url=record_url, folder=tmp_path, seconds=20)

        done.failed(2, words)
        assert picture(record_url) == before

    @pytest.mark.parametrize("what", MAIL)
    def test_mail_that_is(self, linkwright: Commands, record_url: str, tmp_path: Path, what: str) -> None:
        name, make, words = MAIL[what]
        make(tmp_path / name)
        before = picture(record_url)

        asked = ("import", "mail", name, "--me", "me@example.com", "-c", "New", "--create")
        done = linkwright(*asked, url=record_url, folder=tmp_path, like_anybody=True, seconds=20)

        assert (done.status, done.out) == (2, "")
        assert words in done.err
        assert picture(record_url) == before

    def test_lines_of_a_log_that_are_no_mail(
        self, linkwright: Commands, record_url: str, tmp_path: Path
    ) -> None:
        lines = [
            "{'to': 'ed@good.example', 'subject': 'A guide', 'body': 'Hello'}",
            "[" * 100_000,
            "__import__('os').system('touch ran')",
            "{'to': 'ed@b.example', 'subject': 's', 'body': " + "-" * 5_000 + "1}",
            "{'to': 'nobody', 'subject': 's', 'body': 'b'}",
            "{'to': 'ed@c.example', 'subject': '" + "s" * 500 + "', 'body': 'b'}",
            "{'to': 'ed@d.example', 'subject': 's\\x00', 'body': 'b'}",
            "{'to': 'ed@d.example', 'subject': 's\\ud800', 'body': 'b'}",
            "{'to': 'ed@e.example', 'subject': '" + "x" * 2_000_000 + "'}",
            "{'to': 'ed@f.example', 'subject': 's', 'body': 'b'",
        ]
        (tmp_path / "huts_sent_emails.log").write_text("\n".join(lines))

        asked = ("import", "log", "huts_sent_emails.log", "--json")
        done = linkwright(*asked, url=record_url, folder=tmp_path)

        assert (done.status, done.json["new"], done.json["refused"]) == (1, 1, len(lines) - 1)
        assert [refused["row"] for refused in done.json["refusals"]] == [*range(2, len(lines) + 1)]
        assert not (tmp_path / "ran").exists()
        assert linkwright("doctor", url=record_url).status == 0

    def test_one_file_of_a_mailbox_that_cannot_be_read_is_refused_and_the_rest_comes_in(
        self, linkwright: Commands, record_url: str, tmp_path: Path
    ) -> None:
        box = tmp_path / "box"
        box.mkdir()
        (box / "a.eml").write_bytes(b"From: ed@a.example\nTo: me@example.com\nMessage-ID: <1@a>\n\nHi")
        forbidden(box / "b.eml")
        (box / "c.eml").touch()
        # No date, no charset, no id that fits, a NUL, and 3,000 parts in one another.
        (box / "d.eml").write_bytes(
            b"From: =?utf-8?b?////?= <ed@d.example>\nSubject: =?x?q?=00?=\nDate: 99999999\n"
            b"Message-ID: <" + b"a" * 3_000 + b">\nContent-Type: text/plain; charset=klingon\n\n\x00\xfe"
        )
        nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3_000))
        (box / "e.eml").write_text(f"From: ed@e.example\nMIME-Version: 1.0\n{nested}\nHi")

        asked = ("import", "mail", "box", "--me", "me@example.com", "--json")
        done = linkwright(*asked, url=record_url, folder=tmp_path, like_anybody=True)

        assert (done.status, done.json["new"], done.json["refused"]) == (1, 3, 2)
        assert {refused["value"] for refused in done.json["refusals"]} == {"b.eml", "c.eml"}
        assert linkwright("doctor", url=record_url).status == 0


WRONG_WORDS: dict[str, tuple[tuple[str, ...], str]] = {
    "a map without a field": (("-c", "Spring", "--map", "Site"), "must look like COLUMN=FIELD"),
    "a map to no field": (("-c", "Spring", "--map", "Site=frob"), "must name one of these fields"),
    "a map of one column twice": (("-c", "Spring", "--map", "a=url", "--map", "a=title"), "once"),
    "no such campaign": (("-c", "Sommer\x07\x1b[31m"), "--create makes it"),
    "a campaign of 5,000 letters": (("-c", "S" * 5_000, "--create"), "at most 100 characters"),
    "a campaign of half a letter": (("-c", "a\ud800", "--create"), "Unicode"),
    "no such user": (("-c", "Spring", "--user", "new@example.com"), "--create makes it"),
    "a user without an address": (("-c", "Spring", "--user", "frob", "--create"), "@-sign"),
    "a sheet of a text": (("-c", "Spring", "--sheet", "3"), "only workbooks have sheets"),
    "rejects into a folder": (("-c", "New", "--create", "--rejects", "."), "must be a file"),
    "rejects over the file": (
        ("-c", "New", "--create", "--rejects", "good.csv"),
        "the file that is imported",
    ),
    "rejects over a file of others": (("-c", "New", "--create", "--rejects", "other.txt"), "another kind"),
    "rejects to nowhere": (("-c", "New", "--create", "--rejects", "no/r.csv"), "in a folder that is there"),
}


class TestWords:
    @pytest.mark.parametrize("what", WRONG_WORDS)
    def test_that_cannot_be_followed(
        self, linkwright: Commands, record_url: str, tmp_path: Path, what: str
    ) -> None:
        more, words = WRONG_WORDS[what]
        (tmp_path / "good.csv").write_text("url\nhttps://a.example/\n")
        (tmp_path / "other.txt").write_text("Dear diary")
        before = picture(record_url)

        done = linkwright("import", "prospects", "good.csv", *more, url=record_url, folder=tmp_path)

        done.failed(2, words)
        assert picture(record_url) == before
        assert (tmp_path / "other.txt").read_text() == "Dear diary"
        assert sorted(file.name for file in tmp_path.glob("*.csv")) == ["good.csv"]


class TestSize:
    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["one line", "many rows", "one cell", "json"])
    def test_200_megabytes_take_little_memory(
        self, linkwright: Commands, record_url: str, tmp_path: Path, kind: str
    ) -> None:
        path = tmp_path / "large.csv"
        with path.open("wb") as stream:
            match kind:
                case "one line":
                    pieces = [b"url\nhttps://a.example/", *[b"a" * 1_000_000] * 200]
                case "many rows":
                    filler = b"a" * 8_000
                    pieces = [b"url,description\n"]
                    pieces += [b"https://site%d.example/,%b\n" % (n % 3, filler) for n in range(25_000)]
                case "one cell":
                    pieces = [b'url,title\nhttps://a.example/,"', *[b"a" * 999 + b"\n"] * 200_000, b'"\n']
                case _:
                    pieces = [b'[{"url": "https://a.example/"}, "', *[b"a" * 1_000_000] * 200, b'"]']
            stream.writelines(pieces)

        done = linkwright(
            "import", "prospects", "large.csv", "-c", "Spring", url=record_url, folder=tmp_path, seconds=300
        )

        assert done.status in {0, 1, 2}
        assert done.peak_mb < 300
        assert len(picture(record_url)["backlinking_opportunities"]) <= 4
