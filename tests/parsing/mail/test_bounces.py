"""Bounces and complaints: who failed, how badly, and about which mail."""

from __future__ import annotations

import pytest

from linkwright.parsing.mail import bounces, parse_message, read_bounce, read_complaint
from linkwright.parsing.mail.bounces import BounceKind, judge
from tests.parsing.mail.corpus.letters import ORIGINAL_ID, daemon, feedback, letter, report


class TestReadBounce:
    def test_a_report_names_everything(self) -> None:
        bounce = read_bounce(parse_message(report("Ghost@Blog.example.com")))
        assert bounce is not None
        assert (bounce.kind, bounce.recipients, bounce.status) == (
            BounceKind.HARD,
            ("ghost@blog.example.com",),
            "5.1.1",
        )
        assert (bounce.original_message_id, bounce.voice, bounce.failed) == (ORIGINAL_ID, "rfc3464", True)
        assert bounce.diagnostic == "smtp; 550 5.1.1 User unknown"

    def test_the_worst_of_several_recipients_comes_first(self) -> None:
        fields = (
            "Final-Recipient: rfc822; late@example.com\nAction: delayed\nStatus: 4.4.1\n\n"
            "Final-Recipient: rfc822; ghost@example.com\nAction: failed\nStatus: 5.1.1\n\n"
            "Final-Recipient: rfc822; fine@example.com\nAction: delivered\nStatus: 2.0.0\n"
        )
        bounce = read_bounce(parse_message(report("x@example.com", fields=fields)))
        assert bounce is not None
        assert bounce.kind is BounceKind.HARD
        assert bounce.recipients == ("ghost@example.com", "late@example.com")

    def test_junk_in_place_of_an_address_is_left_out(self) -> None:
        fields = "Final-Recipient: rfc822; not an address\nAction: failed\nStatus: 5.1.1\n"
        bounce = read_bounce(parse_message(report("x@example.com", fields=fields, words="Sorry.")))
        assert bounce is not None
        assert bounce.recipients == ()
        assert bounce.original_message_id == ORIGINAL_ID

    def test_the_library_speaks_last_and_may_fail(self, monkeypatch: pytest.MonkeyPatch) -> None:
        raw = daemon("The users named in the report are not here.", subject="Returned mail")

        def junk(_: object) -> object:
            return frozenset(), frozenset(
                {b"no address", b"alex@ours.example.org", b"Gone@Example.net", b"\xff@x"}
            )

        monkeypatch.setattr(bounces, "all_failures", junk)
        bounce = read_bounce(parse_message(raw))
        assert bounce is not None
        assert (bounce.voice, bounce.recipients) == ("flufl.bounce", ("gone@example.net",))

        def broken(_: object) -> object:
            raise UnicodeDecodeError("ascii", b"\xff", 0, 1, "as it does")

        monkeypatch.setattr(bounces, "all_failures", broken)
        bounce = read_bounce(parse_message(raw))
        assert bounce is not None
        assert (bounce.recipients, bounce.kind) == ((), BounceKind.SOFT)

    @pytest.mark.parametrize(
        "raw", [letter("Your mail was undeliverable, mailbox full."), letter("Hi"), feedback("abuse"), b""]
    )
    def test_other_mail_is_no_bounce(self, raw: bytes) -> None:
        assert read_bounce(parse_message(raw)) is None


class TestJudge:
    @pytest.mark.parametrize(
        ("status", "words", "kind"),
        [
            ("5.1.1", "", "hard"),
            ("5.1.0", "", "hard"),
            ("5.0.0", "no such user", "hard"),
            ("5.0.0", "mailbox full", "soft"),
            ("5.2.1", "disabled", "hard"),
            ("5.2.2", "user unknown", "soft"),
            ("5.7.1", "blocked for spam", "soft"),
            ("5.7.1", "user unknown", "hard"),
            ("5.6.0", "", "soft"),
            ("4.2.2", "user unknown", "soft"),
            ("", "550 user unknown", "hard"),
            ("", "552 mailbox is full", "soft"),
            ("", "who knows", "soft"),
        ],
    )
    def test_hard_means_that_the_address_is_dead(self, status: str, words: str, kind: str) -> None:
        assert judge(status, words) == kind


class TestReadComplaint:
    def test_the_reader_and_our_mail_are_named(self) -> None:
        complaint = read_complaint(parse_message(feedback("abuse")))
        assert complaint is not None
        assert complaint.recipients == ("reader@isp.example.net",)
        assert complaint.original_message_id == ORIGINAL_ID

    @pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "virus", "dmarc"])
    def test_a_report_that_complains_about_nobody_is_none(self, kind: str) -> None:
        assert read_complaint(parse_message(feedback(kind))) is None
