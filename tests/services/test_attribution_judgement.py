"""The laws of attribution: whatever came in whatever order, each outcome has one value, and keeps it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from linkwright.outcomes import RULES, rules_for
from linkwright.services.attribution_judgement import CENSORED, Answer, Facts, Judged, Letter, Word, judge
from linkwright.vocabulary import DecisionKind, Factor

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
FOREVER = START + timedelta(days=400)
HOURS = st.integers(0, 24 * 90)


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


@st.composite
def histories(draw: st.DrawFn) -> Facts:
    """A thread of letters, with answers to them."""
    sent = [0, *sorted(draw(st.lists(HOURS, max_size=3, unique=True)))]
    letters = tuple(Letter(number, "sent", at(hours)) for number, hours in enumerate(sent, 1))
    answers = tuple(
        Answer(number, draw(st.sampled_from(letters)).id, at(hours), draw(st.booleans()))
        for number, hours in enumerate(draw(st.lists(HOURS, max_size=4)), 1)
    )
    link = draw(st.none() | HOURS)
    return Facts(letters, answers, {}, START, None if link is None else at(link))


def chosen(facts: Facts, factor: Factor, email: int) -> Judged:
    letter = facts.letters[email % len(facts.letters)]
    return Judged(7, DecisionKind.CHOOSE.value, factor.value, "a", START, letter.sent_at, "a", letter.id)


Choice = tuple[Factor, int]
Choices = st.tuples(st.sampled_from(Factor), st.integers(0, 3))


@given(histories(), Choices, st.randoms())
def test_the_order_in_which_things_are_told_does_not_matter(
    facts: Facts, choice: Choice, dice: Random
) -> None:
    factor, email = choice
    answers, letters = list(facts.answers), list(facts.letters)
    dice.shuffle(answers)
    decision = chosen(facts, factor, email)
    dice.shuffle(letters)
    told = replace(facts, answers=tuple(answers), letters=tuple(letters))

    one, other = judge(decision, facts, FOREVER), judge(decision, told, FOREVER)
    assert {(each.name, each.value) for each in one.findings} == {
        (each.name, each.value) for each in other.findings
    }


@given(histories(), Choices, HOURS, HOURS)
def test_what_was_found_is_found_again_later(facts: Facts, choice: Choice, one: int, two: int) -> None:
    factor, email = choice
    decision = chosen(facts, factor, email)
    sooner, later = sorted((at(one), at(two)))

    then, now = judge(decision, facts, sooner), judge(decision, facts, later)
    values = {each.name: each.value for each in now.findings}
    assert all(values[each.name] == each.value for each in then.findings)


@given(histories(), Choices)
def test_in_the_end_every_rule_has_spoken_and_nothing_is_due(facts: Facts, choice: Choice) -> None:
    factor, email = choice
    decision = chosen(facts, factor, email)
    verdict = judge(decision, facts, FOREVER)

    assert verdict.due is None
    names = [each.name for each in verdict.findings]
    assert len(names) == len(set(names))
    for rule in rules_for("choose", factor.value):
        in_time = decision.executed_at is not None and decision.executed_at < START + rule.window
        if rule.since != "first_mail" or in_time:
            assert rule.name in names


@given(histories())
def test_one_answer_is_earned_by_one_letter(facts: Facts) -> None:
    for answer in facts.answers:
        alone = replace(facts, answers=(answer,))
        earned = [
            letter.id
            for number, letter in enumerate(facts.letters)
            if any(
                each.name == "human_reply" and each.value == 1
                for each in judge(chosen(alone, Factor.SEND_HOUR, number), alone, FOREVER).findings
            )
        ]
        assert len(earned) <= 1


def test_every_rule_names_each_outcome_once() -> None:
    for rules in RULES.values():
        names = [rule.name for rule in rules]
        assert len(names) == len(set(names))


def test_an_override_and_a_bounce_leave_nothing_to_know() -> None:
    facts = Facts((Letter(1, "sent", START),), (Answer(1, 1, at(1), positive=True),))
    decision = chosen(facts, Factor.TONE, 0)

    assert judge(replace(decision, executed_action="b"), facts, FOREVER) == CENSORED
    bounced = replace(facts, letters=(Letter(1, "bounced", START),))
    assert judge(decision, bounced, FOREVER) == CENSORED
    assert judge(replace(decision, executed_at=None), facts, FOREVER) == CENSORED


def test_an_answer_that_a_clock_puts_before_its_letter_is_still_an_answer_to_it() -> None:
    facts = Facts((Letter(1, "sent", START),), (Answer(1, 1, START - timedelta(minutes=3), positive=True),))

    found = {
        each.name: each.value for each in judge(chosen(facts, Factor.SEND_HOUR, 0), facts, at(1)).findings
    }
    assert found == {"human_reply": 1.0, "positive_reply": 1.0}


def letter_of(days: float = 0) -> tuple[Letter, Judged]:
    """A letter and the choice of its hour."""
    sent = START + timedelta(days=days)
    choice = Judged(7, DecisionKind.CHOOSE.value, Factor.SEND_HOUR.value, "9", START, sent, "9", 1)
    return Letter(1, "sent", sent), choice


def test_a_complaint_counts_within_its_thirty_days() -> None:
    letter, choice = letter_of()
    for days, value in ((29, 1.0), (31, 0.0)):
        facts = Facts((letter,), (), {1: START + timedelta(days=days)}, START)
        said = {each.name: each.value for each in judge(choice, facts, FOREVER).findings}
        assert said["complaint"] == value


def test_a_link_that_was_there_before_the_letter_is_not_its_doing() -> None:
    letter, choice = letter_of(days=5)
    first = Letter(2, "sent", START)
    for days, value in ((4, 0.0), (6, 1.0)):
        facts = Facts((first, letter), (), {}, START, START + timedelta(days=days))
        said = {each.name: each.value for each in judge(choice, facts, FOREVER).findings}
        assert said["link_live"] == value


def test_a_letter_after_the_window_says_neither_yes_nor_no() -> None:
    """The sequence's three weeks ran from the first mail; a choice made in week five was in none of them."""
    first, late = Letter(1, "sent", START), START + timedelta(days=30)
    choice = Judged(7, DecisionKind.CHOOSE.value, Factor.TEMPLATE.value, "a", late, late, "a", 2)
    facts = Facts(
        (first, Letter(2, "sent", late)), (Answer(1, 2, late + timedelta(days=1), True),), {}, START
    )

    said = {each.name for each in judge(choice, facts, FOREVER).findings}
    assert said == {"link_live", "complaint"}


def test_a_person_s_word_counts_that_came_after_a_reading_and_within_sixty_days() -> None:
    reading = Judged(7, DecisionKind.CLASSIFY.value, None, "positive", START, START, response_id=3)

    def agreement(*words: tuple[int, float, str]) -> list[float]:
        said = tuple(
            Word(id_, START + timedelta(days=days), None, 3, {"response_type": kind})
            for id_, days, kind in words
        )
        return [each.value for each in judge(reading, Facts(words=said), FOREVER).findings]

    assert agreement((8, 1, "positive")) == [1.0]
    assert agreement((8, 1, "negative"), (9, 2, "positive")) == [0.0]
    # What was said before it was about another reading.
    assert agreement((6, 0, "negative")) == []
    assert agreement((6, 0, "negative"), (8, 1, "positive")) == [1.0]
    assert agreement((8, 61, "negative")) == []


def test_the_first_answer_is_the_proof() -> None:
    letter, choice = letter_of()
    later, first = (Answer(id_, 1, START + timedelta(days=days), True) for id_, days in ((1, 5), (2, 3)))

    found = judge(choice, Facts((letter,), (later, first), {}, START), FOREVER).findings

    assert [each.evidence for each in found if each.value] == ["response:2", "response:2"]
