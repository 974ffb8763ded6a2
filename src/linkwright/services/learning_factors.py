"""The factors that are learned about, where each is kept in `ai_learning_data`, what there is to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from linkwright.errors import InvalidInput
from linkwright.services.arguments import check_text
from linkwright.vocabulary import Factor, LearningType, Tone

LONGEST_ARM: Final = 150
MOST_ARMS: Final = 1000

DATA_TYPE: Final[Mapping[Factor, LearningType]] = {
    Factor.TEMPLATE: LearningType.EMAIL_TEMPLATE,
    Factor.TONE: LearningType.TONE_PREFERENCE,
    Factor.MODEL: LearningType.MODEL_PERFORMANCE,
    Factor.SUBJECT_STYLE: LearningType.SUBJECT_PATTERN,
    Factor.SEND_HOUR: LearningType.SEND_TIME,
    Factor.FOLLOW_UP_DELAY: LearningType.FOLLOW_UP_TIMING,
}

# What is chosen between when nobody says; templates and models are those that the user has.
USUAL: Final[Mapping[Factor, Sequence[str]]] = {
    Factor.TONE: tuple(tone.value for tone in Tone),
    Factor.SUBJECT_STYLE: ("plain", "question", "benefit", "personal"),
    Factor.SEND_HOUR: ("8", "9", "10", "11", "13", "14", "15", "16"),
    Factor.FOLLOW_UP_DELAY: ("3", "5", "7", "10"),
}


def factor_of(name: str) -> Factor:
    """Return the factor of a name.

    Raises:
        InvalidInput: there is none.
    """
    try:
        return Factor(name)
    except ValueError:
        raise InvalidInput("factor", f"must be one of {', '.join(Factor)}", name) from None


def key_of(factor: str, arm: str) -> str:
    """Return the key under which an arm's evidence is kept.

    >>> key_of("send_hour", "9")
    'send_hour:9'
    """
    return f"{factor}:{arm}"


def arm_of(factor: str, key: str) -> str | None:
    """Return the arm of a key, or None when the entry is none of the factor's evidence."""
    prefix = f"{factor}:"
    return key.removeprefix(prefix) if key.startswith(prefix) else None


def checked_arms(candidates: Sequence[str]) -> list[str]:
    """Return what may be chosen, each once.

    Raises:
        InvalidInput: there is nothing, too much, or something that is no name of an arm.
    """
    if isinstance(candidates, str) or not isinstance(candidates, Sequence):
        raise InvalidInput("candidates", "must be a list of names")
    if not candidates:
        raise InvalidInput("candidates", "must have at least one")
    if len(candidates) > MOST_ARMS:
        raise InvalidInput("candidates", f"must be at most {MOST_ARMS}", len(candidates))
    for arm in candidates:
        if not (type(arm) is str and arm.isascii() and arm.isprintable()):
            check_text("candidates", arm)
        if not arm.strip() or len(arm) > LONGEST_ARM:
            raise InvalidInput("candidates", f"must each have from 1 to {LONGEST_ARM} characters", arm)
    return list(dict.fromkeys(candidates))
