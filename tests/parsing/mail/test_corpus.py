"""How often the rules say what a person says, on messages they were and were not written against."""

from __future__ import annotations

from collections import Counter

import pytest

from linkwright.parsing.mail import classify, parse_message
from linkwright.vocabulary import Intent, ResponseType
from tests.parsing.mail.corpus.dev import DEV
from tests.parsing.mail.corpus.held_out import HELD_OUT
from tests.parsing.mail.corpus.later import LATER
from tests.parsing.mail.corpus.letters import ORIGINAL_ID, Labelled

MACHINE = {
    ResponseType.BOUNCE: "bounce",
    ResponseType.COMPLAINT: "complaint",
    ResponseType.AUTO_REPLY: "automatic",
    ResponseType.OUT_OF_OFFICE: "automatic",
}


def who(kind: ResponseType) -> str:
    return MACHINE.get(kind, "human")


def score(corpus: tuple[Labelled, ...]) -> tuple[float, float, float, list[str]]:
    counts: Counter[str] = Counter()
    wrong = []
    with_intent = 0
    for labelled in corpus:
        reading = classify(parse_message(labelled.raw))
        counts["who"] += who(reading.kind) == who(labelled.kind)
        counts["kind"] += reading.kind == labelled.kind
        with_intent += labelled.intent is not None
        counts["intent"] += labelled.intent is not None and reading.intent == labelled.intent
        if reading.kind != labelled.kind or labelled.intent not in {None, reading.intent}:
            said, read = f"{labelled.kind}/{labelled.intent}", f"{reading.kind}/{reading.intent}"
            wrong.append(f"{labelled.name}: {said} read as {read} {reading.evidence}")
    return (
        counts["who"] / len(corpus),
        counts["kind"] / len(corpus),
        counts["intent"] / max(with_intent, 1),
        wrong,
    )


class TestAccuracy:
    @pytest.mark.parametrize(("name", "corpus"), [("dev", DEV), ("held out", HELD_OUT), ("later", LATER)])
    def test_machines_and_people_are_told_apart(self, name: str, corpus: tuple[Labelled, ...]) -> None:
        people, kinds, intents, wrong = score(corpus)
        print(f"{name}, {len(corpus)}: who {people:.3f}, kind {kinds:.3f}, intent {intents:.3f}")
        print("\n".join(wrong))
        assert people == 1
        assert kinds >= 0.94

    @pytest.mark.parametrize(
        "labelled", [item for item in DEV + HELD_OUT if item.bounce], ids=lambda item: item.name
    )
    def test_a_bounce_names_its_kind_its_address_and_our_mail(self, labelled: Labelled) -> None:
        bounce = classify(parse_message(labelled.raw)).bounce
        assert bounce is not None
        assert bounce.kind == labelled.bounce
        assert bounce.recipients[0] == labelled.recipient
        if b"Message-ID: <" + ORIGINAL_ID.encode() in labelled.raw:
            assert bounce.original_message_id == ORIGINAL_ID

    @pytest.mark.parametrize(
        "labelled",
        [item for item in DEV + HELD_OUT if item.kind is ResponseType.UNSUBSCRIBE],
        ids=lambda item: item.name,
    )
    def test_no_wish_to_leave_is_missed(self, labelled: Labelled) -> None:
        assert classify(parse_message(labelled.raw)).kind is ResponseType.UNSUBSCRIBE

    @pytest.mark.parametrize(
        "labelled",
        [item for item in DEV + HELD_OUT if item.kind is not ResponseType.UNSUBSCRIBE],
        ids=lambda item: item.name,
    )
    def test_our_own_quoted_footer_makes_nobody_leave(self, labelled: Labelled) -> None:
        reading = classify(parse_message(labelled.raw))
        assert reading.kind is not ResponseType.UNSUBSCRIBE
        assert reading.intent is not Intent.UNSUBSCRIBE_REQUEST
