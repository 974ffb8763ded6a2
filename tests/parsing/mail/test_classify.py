from __future__ import annotations

import pytest

from linkwright.parsing.mail import classify, parse_message
from linkwright.vocabulary import ResponseType
from tests.parsing.mail.corpus.letters import GMAIL, OUR_MAIL, OUTLOOK, letter


class TestUnsubscribe:
    @pytest.mark.parametrize(
        "words",
        [
            "remove me",
            "Remove",
            "STOP",
            "Please stop emailing me",
            "take me off your list",
            "Take us off this list please",
            "do not contact me again",
            "Don't email me anymore",
            "don\u2019t ever write to me again",
            "no more emails please",
            "opt out",
            "Opt me out",
            "UNSUBSCRIBE!!!",
            "unsubscibe",
            "please delete my email from your database",
            "I do not wish to be contacted",
            "cease and desist",
            "leave me alone",
            "quit emailing us",
            "Abmelden",
            "Bitte keine weiteren Mails",
            "Schreiben Sie mir nicht mehr",
            "désabonnez-moi",
            "Ne me contactez plus",
            "darme de baja",
            "no me envíen más correos",
            "cancellatemi dalla lista",
            "non scrivetemi più",
            "descadastrar",
            "não me envie mais emails",
            "afmelden aub",
            "mail mij niet meer",
            "proszę o usunięcie z listy",
        ],
    )
    @pytest.mark.parametrize("tail", ["", GMAIL, OUTLOOK], ids=["bare", "gmail", "outlook"])
    def test_no_wish_to_leave_is_missed(self, words: str, tail: str) -> None:
        reading = classify(parse_message(letter(words + tail)))
        assert reading.kind is ResponseType.UNSUBSCRIBE

    @pytest.mark.parametrize(
        "words",
        [
            "Don't hesitate to send more.",
            "I don't want to unsubscribe, tell me more.",
            "We'd like a post on unsubscribe rates.",
            "Please don't send anything before Friday.",
            "We never stop learning.",
            "Remove the second link, please.",
            "Non-stop fun.",
        ],
    )
    def test_words_near_it_are_not_taken_for_it(self, words: str) -> None:
        assert classify(parse_message(letter(words))).kind is not ResponseType.UNSUBSCRIBE

    def test_our_footer_quoted_in_html_makes_nobody_leave(self) -> None:
        raw = letter(
            f"<p>Sounds great!</p><blockquote>{OUR_MAIL}</blockquote>",
            content_type="text/html; charset=utf-8",
        )
        assert classify(parse_message(raw)).kind is ResponseType.POSITIVE


class TestEvidence:
    def test_a_reading_says_what_it_rests_on(self) -> None:
        reading = classify(parse_message(letter("Not interested, thanks.")))
        assert reading.kind is ResponseType.NEGATIVE
        assert reading.evidence == ("body: Not interested",)

    def test_silence_is_unclear_and_not_sure(self) -> None:
        reading = classify(parse_message(b""))
        assert (reading.kind, reading.evidence) == (ResponseType.NEUTRAL, ())
        assert reading.confidence < 0.5
