"""One raw message, parsed, whatever is wrong with it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linkwright.parsing.mail import classify, parse_message, reply_keys

MULTIPART = b"""\
From: jane@example.com
Content-Type: multipart/mixed; boundary=out

--out
Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Caf=E9 =80 5
--in
Content-Type: text/html; charset=utf-8

<p>Caf\xc3\xa9</p>
--in--
--out
Content-Type: application/pdf; name*=utf-8''pr%C3%A9cis.pdf
Content-Disposition: attachment
Content-Transfer-Encoding: base64

aGVsbG8=
--out--
"""


class TestHeaders:
    def test_the_usual_ones_are_read(self) -> None:
        message = parse_message(
            b"Received: from a by b; Mon, 5 Jan 2026 08:13:00 +0000\r\n"
            b"Received: from x by a; nonsense\r\n"
            b"From: =?utf-8?Q?J=C3=BCrgen_K?= <Jurgen@Example.COM>\r\n"
            b'To: a@example.org, "B, C" <b@example.net>\r\n'
            b"Cc: a@example.org;\r\n"
            b"Reply-To: desk@example.com\r\n"
            b"Subject: =?utf-8?B?SGVs?=\r\n =?utf-8?B?bG8=?= there\r\n"
            b"Date: Mon, 5 Jan 2026 09:12:00 +0100 (CET)\r\n"
            b"Message-ID: <id@example.com>\r\n"
            b"In-Reply-To: <p3@example.org>\r\n"
            b"References: <p1@example.org> <p2@example.org>\r\n"
            b"\t<p3@example.org>\r\n\r\nHi\r\n"
        )
        assert (message.from_address, message.from_name) == ("jurgen@example.com", "Jürgen K")
        assert [mailbox.address for mailbox in message.to] == ["a@example.org", "b@example.net"]
        assert message.to[1].name == "B, C"
        assert [mailbox.address for mailbox in message.cc] == ["a@example.org"]
        assert message.reply_to == "desk@example.com"
        assert message.subject == "Hello there"
        assert message.sent_at == datetime(2026, 1, 5, 8, 12, tzinfo=UTC)
        assert message.received_at == datetime(2026, 1, 5, 8, 13, tzinfo=UTC)
        assert message.message_id == "id@example.com"
        assert reply_keys(message) == ("p3@example.org", "p2@example.org", "p1@example.org")
        assert message.defects == ()

    @pytest.mark.parametrize(
        ("raw", "subject"),
        [
            (b"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
            (b"=?iso-8859-1*en?q?caf=E9?=", "café"),
            (b"=?martian-7?q?hello?=", "hello"),
            (b"=?utf-8?B?SGVsbG8?=", "Hello"),
            (b"=?utf-8?B?A?= ok", "\ufffd ok"),
            (b"=?utf-8?Q?open", "=?utf-8?Q?open"),
            (b"Re: =?utf-8?Q?two words?= x", "Re: two words x"),
            (b"caf\xc3\xa9", "café"),
            (b"caf\xe9", "café"),
            (b"a\x00b\x07c", "abc"),
            (b"", ""),
        ],
    )
    def test_damaged_words_cost_only_themselves(self, raw: bytes, subject: str) -> None:
        assert parse_message(b"Subject: " + raw + b"\n\nx").subject == subject

    @pytest.mark.parametrize(
        ("raw", "address"),
        [
            (b'"ceo@bank.example.com" <mallory@example.net>', "mallory@example.net"),
            (b"=?utf-8?Q?Jane_Doe_<jane@example.com>?=", "jane@example.com"),
            (b"Jane Doe jane@example.com (Home)", "jane@example.com"),
            (b"undisclosed-recipients:;", None),
            (b"jane@localhost", None),
            (b"jane@@example.com", None),
            (b"", None),
            (b"(" * 5000, None),
        ],
    )
    def test_only_what_has_the_shape_of_an_address_is_one(self, raw: bytes, address: str | None) -> None:
        assert parse_message(b"From: " + raw + b"\n\nx").from_address == address

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"yesterday",
            b"Mon, 5 Jan 0001 09:12:00 +0000",
            b"Mon, 5 Jan 9999 09:12:00 +0000",
            b"Mon, 35 Jan 2026 99:12:00 +0000",
            b"Mon, 5 Jan 2026 09:12:00 +99999999",
            b"Thu, 1 Jan 1970 00:00:00 +0000",
        ],
    )
    def test_an_absurd_date_is_none(self, raw: bytes) -> None:
        assert parse_message(b"Date: " + raw + b"\n\nx").sent_at is None

    def test_a_date_without_a_zone_is_utc(self) -> None:
        message = parse_message(b"Date: 2026-01-05T09:12:00\n\nx")
        assert message.sent_at == datetime(2026, 1, 5, 9, 12, tzinfo=UTC)

    def test_a_line_without_a_colon_costs_no_header_below_it(self) -> None:
        message = parse_message(
            b"From: jane@example.com\nthis is no header\n>From old\nSubject: kept\n\nText\n"
        )
        assert message.subject == "kept"
        assert message.body_text == "Text"
        assert "header line without a colon" in message.defects

    def test_text_right_below_the_headers_is_text(self) -> None:
        message = parse_message(b"Subject: kept\nHello Alex,\nall is well: really\n\nJane\n")
        assert (message.subject, message.body_text) == ("kept", "Hello Alex,\nall is well: really\n\nJane")


class TestBodies:
    def test_parts_are_sorted_by_what_they_are_for(self) -> None:
        message = parse_message(MULTIPART)
        assert message.body_text == "Café € 5"
        assert "<p>Café</p>" in message.body_html
        (file,) = message.attachments
        assert (file.name, file.type, file.size) == ("précis.pdf", "application/pdf", 5)
        assert file.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

    @pytest.mark.parametrize(
        ("label", "data", "text"),
        [
            (b"x-unknown", b"caf\xe9", "café"),
            (b"x-unknown", "naïve €".encode(), "naïve €"),
            (b"iso-8859-1", "naïve €".encode(), "naïve €"),
            (b"us-ascii", b"\x93quoted\x94", "\u201cquoted\u201d"),
            (b"utf-8", "ja ümlaut ähnlich öfter".encode() + b"\xff", "ja ümlaut ähnlich öfter\ufffd"),
            (b"utf-8", b"caf\xe9", "café"),
            (b"rot13", b"hello", "hello"),
            (b"unicode_escape", b"hello \\ud800", "hello \\ud800"),
            (b"utf-16-le", "hé".encode("utf-16-le"), "hé"),
            (b"koi8-r", "привет".encode("koi8-r"), "привет"),
            (b'"', b"hello", "hello"),
        ],
    )
    def test_a_charset_is_believed_as_far_as_the_bytes_bear_it_out(
        self, label: bytes, data: bytes, text: str
    ) -> None:
        raw = b"Content-Type: text/plain; charset=" + label + b"\nContent-Transfer-Encoding: base64\n\n"
        assert parse_message(raw + base64.b64encode(data)).body_text == text

    @pytest.mark.parametrize(
        "label", [b"idna", b"punycode", b"undefined", b"utf-7", b"mbcs", b"rot13", b"zlib"]
    )
    @pytest.mark.parametrize(
        "frame", [b"%s", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n%s\n--b--\n"]
    )
    def test_a_codec_that_is_no_charset_costs_no_message(self, label: bytes, frame: bytes) -> None:
        # Eight-bit text under such a label makes the standard library raise where it only looks.
        part = b"Content-Type: text/plain; charset=" + label + b"\n\ncaf\xe9 hello"

        assert "hello" in parse_message(b"Subject: Hi\n" + frame % part).body_text

    def test_html_alone_becomes_text(self) -> None:
        message = parse_message(
            b"Content-Type: text/html\n\n<style>p{}</style><p>It is <a href='https://example.com/x'>live</a>!</p>"
            b"<div class=gmail_quote>On Monday Alex wrote:<blockquote>Old <b>words</b></blockquote></div>"
        )
        assert message.body_text.startswith("It is live <https://example.com/x>!")
        assert message.reply_text == "It is live <https://example.com/x>!"

    def test_a_forwarded_message_is_not_the_senders_words(self) -> None:
        message = parse_message(
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n"
            b"--b\nContent-Type: message/rfc822\n\n"
            b"Subject: inner\n\nunsubscribe\n--b--\n"
        )
        assert message.body_text == "See below."
        assert [file.type for file in message.attachments] == ["message/rfc822"]

    def test_nothing_unstorable_is_left(self) -> None:
        message = parse_message(
            b"Subject: a\x00\xed\xa0\x80\nFrom: \x00x\x00@example.com\n\nb\x00\xed\xa0\x80\x1b\n"
        )
        for text in (
            message.subject,
            message.body_text,
            message.raw_headers,
            message.reply_text,
            *sum(message.headers, ()),
        ):
            assert "\x00" not in text
            text.encode()

    @pytest.mark.parametrize(
        "raw",
        [b"", b"\n", b"\x00", b"\r\n\r\n", b"no headers at all", b"\xff\xfe\x00", b"--\n--b--", b": x\n\ny"],
    )
    def test_what_is_hardly_a_message_is_still_one(self, raw: bytes) -> None:
        message = parse_message(raw)
        assert len(message.digest) == 64
        assert message.from_address is None

    @pytest.mark.parametrize("depth", [995, 3000])
    def test_deeply_nested_parts_do_not_exhaust_the_stack(self, depth: int) -> None:
        raw = b"From: jane@example.com\nSubject: deep\n"
        raw += b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(depth)
        )
        message = parse_message(raw + b"\nhello\n")
        assert message.subject == "deep"
        assert message.body_text
        assert any(defect.startswith("unreadable structure") for defect in message.defects)


PIECES = st.sampled_from(
    [
        b"From: ",
        b"Subject: =?utf-8?b?",
        b"=?q?",
        b"Content-Type: multipart/report; boundary=b\n",
        b"\n--b\n",
        b"--b--\n",
        b"\n\n",
        b"Content-Type: message/delivery-status\n\n",
        b"Final-Recipient: rfc822; ",
        b"Action: failed\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Type: text/html; charset=",
        b"charset*0*=x''%",
        b"Date: ",
        b"<p>",
        b"<!--",
        b"> ",
        b"On 5 Jan x wrote:\n",
        b"a@b.example.com",
        b"Content-Disposition: attachment; filename*1=",
        b"Message-ID: <",
        b"Return-Path: <>\nSubject: failure notice\n",
        b"\x00",
        b"\xff",
        b"\r\n",
    ]
)


class TestNeverRaises:
    @settings(max_examples=300, deadline=None)
    @given(
        st.one_of(
            st.binary(max_size=400),
            st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=25).map(b"".join),
        )
    )
    @example(b'Content-Type: message/delivery-status; charset="\n\n\xff')
    def test_any_bytes_are_read_the_same_way_twice(self, raw: bytes) -> None:
        message = parse_message(raw)
        assert message == parse_message(raw)
        assert message.digest == parse_message(raw.replace(b"\r", b"")).digest or b"\r" in raw.replace(
            b"\r\n", b""
        )
        reading = classify(message)
        assert reading == classify(message)
        for text in (
            message.subject,
            message.body_text,
            message.reply_text,
            message.from_name,
            message.raw_headers,
        ):
            assert "\x00" not in text
            text.encode()
        assert bool(message.reply_text) == bool(message.body_text)
