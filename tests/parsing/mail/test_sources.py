"""Mailboxes of every kind, read message by message."""

from __future__ import annotations

import base64
import os
import random
import tracemalloc
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwright.errors import InvalidInput
from linkwright.parsing.mail import parse_message, read_messages
from linkwright.parsing.mail.mbox import split_mbox
from linkwright.parsing.mail.raw import MESSAGE_LIMIT, collect

if TYPE_CHECKING:
    from pathlib import Path

FIRST = b"From: jane@example.com\nSubject: one\nMessage-ID: <1@example.com>\n\nHello\n"
SECOND = b"From: sam@example.org\nSubject: two\nMessage-ID: <2@example.org>\n\nBye\n"
STAMP = b"From jane@example.com Mon Jan  5 09:12:00 2026\n"


def subjects(path: Path) -> list[str]:
    return [parse_message(raw).subject for raw in read_messages(path)]


class TestMbox:
    @pytest.mark.parametrize(
        "box",
        [
            STAMP + FIRST + b"\n" + STAMP + SECOND,
            STAMP + FIRST + STAMP + SECOND,
            (STAMP + FIRST + b"\n" + STAMP + SECOND).replace(b"\n", b"\r\n"),
            b"\n\n" + STAMP + FIRST + b"\n" + STAMP + SECOND,
            b"\xef\xbb\xbf" + STAMP + FIRST + b"\n" + STAMP + SECOND,
            b"From - Mon Jan 05 09:12:00 2026\n"
            + FIRST
            + b"\nFrom MAILER-DAEMON Fri Jul 8 12:08:34 2011 +0000\n"
            + SECOND,
            b"From 17@xxx Mon Jan 05 09:12:34 +0000 2026\n" + FIRST + b"\nFrom sam@example.org\n" + SECOND,
        ],
        ids=[
            "plain",
            "no blank line",
            "crlf",
            "leading blanks",
            "byte-order mark",
            "thunderbird",
            "gmail and bare",
        ],
    )
    def test_two_messages_are_two(self, tmp_path: Path, box: bytes) -> None:
        file = tmp_path / "all.mbox"
        file.write_bytes(box)
        assert subjects(file) == ["one", "two"]

    @pytest.mark.parametrize(
        ("line", "text"),
        [
            (b">From here on it is easy", "From here on it is easy"),
            (b">>From here on it is easy", ">From here on it is easy"),
            (b"From here on it is easy", "From here on it is easy"),
            (b"From now on:\nNote: all is well", "From now on:\nNote: all is well"),
            (b"I had it\nFrom sam@example.org\nNote: ask", "I had it\nFrom sam@example.org\nNote: ask"),
        ],
    )
    def test_a_body_line_that_starts_with_from_stays_in_its_body(self, line: bytes, text: str) -> None:
        box = STAMP + FIRST + b"\n" + line + b"\nmore\n\n" + STAMP + SECOND
        found = list(split_mbox(BytesIO(box), "box"))
        assert len(found) == 2
        assert parse_message(found[0]).body_text == f"Hello\n\n{text}\nmore"

    def test_positions_are_the_offsets_of_the_separators(self) -> None:
        box = STAMP + FIRST + b"\n" + STAMP + SECOND
        positions = [found.position for found in split_mbox(BytesIO(box), "box")]
        assert positions == [0, len(STAMP + FIRST) + 1]

    @given(
        st.lists(
            st.lists(
                st.sampled_from(
                    ["Hello", "", "From me", ">From me", ">>From x", " indented", "Fr\u00f6m", "a: b"]
                ),
                max_size=6,
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_what_mboxrd_wrote_comes_back(self, bodies: list[list[str]]) -> None:
        originals = [
            f"Subject: {i}\n\n".encode() + "\n".join([*lines, ""]).encode() for i, lines in enumerate(bodies)
        ]
        box = b""
        for original in originals:
            head, _, body = original.partition(b"\n\n")
            quoted = [
                b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in body.split(b"\n")
            ]
            box += STAMP + head + b"\n\n" + b"\n".join(quoted) + b"\n"
        found = list(split_mbox(BytesIO(box), "box"))
        assert [message.raw.rstrip(b"\n") for message in found] == [
            original.rstrip(b"\n") for original in originals
        ]
        assert [message.digest for message in found] == [collect(original).digest for original in originals]


class TestFolders:
    def test_a_maildir_is_read_without_what_is_still_being_delivered(self, tmp_path: Path) -> None:
        for room in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
            (tmp_path / room).mkdir(parents=True)
        (tmp_path / "cur" / "1.M1.host:2,S").write_bytes(FIRST)
        (tmp_path / "new" / "2.M1.host").write_bytes(SECOND)
        (tmp_path / "tmp" / "3.M1.host").write_bytes(SECOND.replace(b"two", b"unfinished"))
        (tmp_path / "tmp" / "5.eml").write_bytes(SECOND.replace(b"two", b"unfinished too"))
        (tmp_path / ".Sent" / "cur" / "4.M1.host:2,S").write_bytes(FIRST.replace(b"one", b"sent"))
        assert sorted(subjects(tmp_path)) == ["one", "sent", "two"]

    def test_eml_files_are_found_at_any_depth_in_a_fixed_order(self, tmp_path: Path) -> None:
        (tmp_path / "b").mkdir()
        (tmp_path / "b" / "x.eml").write_bytes(SECOND)
        (tmp_path / "a.EML").write_bytes(FIRST)
        (tmp_path / "notes.txt").write_bytes(b"no mail")
        (tmp_path / "INBOX").write_bytes(STAMP + FIRST + STAMP + SECOND)
        found = [(raw.source, raw.position) for raw in read_messages(tmp_path)]
        assert found == [("INBOX", 0), ("INBOX", len(STAMP + FIRST)), ("a.EML", 0), ("b/x.eml", 0)]

    def test_a_pipe_is_not_opened(self, tmp_path: Path) -> None:
        (tmp_path / "a.eml").write_bytes(FIRST)
        os.mkfifo(tmp_path / "b.eml")
        assert subjects(tmp_path) == ["one"]

    def test_one_bad_file_does_not_cost_the_others(self, tmp_path: Path) -> None:
        (tmp_path / "a.eml").write_bytes(b"")
        (tmp_path / "b.eml").write_bytes(FIRST)
        refused: list[InvalidInput] = []
        assert [raw.source for raw in read_messages(tmp_path, refuse=refused.append)] == ["b.eml"]
        assert str(refused[0]) == "path: is empty (got a.eml)"
        with pytest.raises(InvalidInput, match="is empty"):
            list(read_messages(tmp_path))


class TestRefusals:
    def test_each_says_what_is_wrong(self, tmp_path: Path) -> None:
        (tmp_path / "empty.eml").write_bytes(b"\n \n")
        (tmp_path / "photo.eml").write_bytes(bytes(range(128, 256)) * 500)
        (tmp_path / "room").mkdir()
        os.mkfifo(tmp_path / "pipe")
        for name, words in [
            ("gone", "does not exist"),
            ("empty.eml", "is empty"),
            ("photo.eml", "neither a mailbox nor a message"),
            ("room", "holds no mail"),
            ("pipe", "must be a file or a folder"),
            ("nul\x00name", "cannot be read"),
        ]:
            with pytest.raises(InvalidInput, match=words):
                list(read_messages(tmp_path / name))


class TestDigest:
    def test_a_message_is_the_same_wherever_it_lies(self) -> None:
        body = b"Hi\n\nFrom here on\n> quoted\n"
        plain = FIRST + body
        same = [
            plain.replace(b"\n", b"\r\n"),
            plain + b"\n\n",
            b"Status: RO\nX-Mozilla-Status: 0001\n" + plain,
            plain.replace(b"\n\nHello", b"\nX-Keywords: a\n b\n\nHello"),
            plain.replace(b"\nFrom here", b"\n>From here"),
        ]
        assert {collect(raw).digest for raw in same} == {collect(plain).digest}
        assert collect(plain.replace(b"Hi", b"Ho")).digest != collect(plain).digest
        assert collect(plain + b"Status: RO\n").digest != collect(plain).digest


class TestLargeMessages:
    @pytest.mark.slow
    def test_fifty_megabytes_cost_little_memory_and_lose_no_text(self, tmp_path: Path) -> None:
        rows = base64.encodebytes(random.Random(7).randbytes(57 * 1000)) * 680
        file = tmp_path / "big.mbox"
        with file.open("wb") as stream:
            stream.write(STAMP + b'From: jane@example.com\nContent-Type: multipart/mixed; boundary="b"\n\n')
            stream.write(b"--b\nContent-Type: text/plain\n\nSee the file.\n")
            stream.write(
                b'--b\nContent-Type: application/zip; name="all.zip"\nContent-Transfer-Encoding: base64\n\n'
            )
            stream.write(rows)
            stream.write(b"\n--b\nContent-Type: text/plain\n\nBelow the file.\n--b--\n\n" + STAMP + SECOND)
        del rows
        assert file.stat().st_size > 50_000_000
        tracemalloc.start()
        try:
            messages = [parse_message(raw) for raw in read_messages(file)]
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert [message.subject for message in messages] == ["", "two"]
        big = messages[0]
        assert big.body_text == "See the file.\n\nBelow the file."
        assert [(file.name, file.size, file.sha256) for file in big.attachments] == [("all.zip", None, None)]
        assert any(defect.startswith("cut: ") for defect in big.defects)
        assert peak < 60_000_000

    def test_one_endless_line_is_bounded(self) -> None:
        raw = collect(b"Subject: x\n\n" + b"a" * (MESSAGE_LIMIT * 2))
        assert len(raw.raw) < MESSAGE_LIMIT
        assert raw.cut
        assert raw.size == MESSAGE_LIMIT * 2 + 12


class TestWhatIsNoMail:
    @pytest.mark.parametrize(
        "text",
        [
            b"url,contact_email\nhttps://a.example/,jane@example.com\n",
            b"Note: a text\n\nSubject: quoted below\n",
            b"url: https://a.example/\n",
        ],
    )
    def test_is_refused_as_a_file(self, tmp_path: Path, text: bytes) -> None:
        file = tmp_path / "prospects.csv"
        file.write_bytes(text)
        with pytest.raises(InvalidInput, match="none of the headers From, To"):
            list(read_messages(file))

    @pytest.mark.parametrize("name", [b"From", b"DATE", b"Message-Id", b"received", b"Subject", b"To"])
    def test_one_header_is_enough(self, tmp_path: Path, name: bytes) -> None:
        file = tmp_path / "letter"
        file.write_bytes(b"X-Other: 1\n" * 30 + name + b": x\n\nHello\n")
        assert len(list(read_messages(file))) == 1
