"""The reader's own spam filter is believed, but not against a wish to be left alone."""

import pytest

from linkwright.parsing.mail import classify, parse_message
from linkwright.vocabulary import ResponseType

REPLY = b"From: joel@peak.example\nIn-Reply-To: <1@us.example>\nX-Spam-Flag: %s\n\n%s\n"


class TestASpamFlag:
    def test_makes_spam_of_an_answer(self) -> None:
        reading = classify(parse_message(REPLY % (b"YES", b"Claim your $1000 gift card now")))
        assert reading.kind is ResponseType.SPAM

    @pytest.mark.parametrize("flag", [b"NO", b""])
    def test_says_nothing_unless_it_says_yes(self, flag: bytes) -> None:
        reading = classify(parse_message(REPLY % (flag, b"Yes please, send me a draft")))
        assert reading.kind is ResponseType.POSITIVE

    def test_does_not_outrank_a_wish_to_be_left_alone(self) -> None:
        reading = classify(parse_message(REPLY % (b"YES", b"Please unsubscribe me")))
        assert reading.kind is ResponseType.UNSUBSCRIBE
