"""Words that other tools and people use for our states, and the one reader of controlled words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from linkwright.errors import InvalidInput
from linkwright.vocabulary import CampaignStatus, EmailStatus, OpportunityStatus, ResponseType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    Word = TypeVar("Word", bound=StrEnum)

OPPORTUNITY_WORDS: Final = {
    "replied": OpportunityStatus.RESPONDED,
    "answered": OpportunityStatus.RESPONDED,
    "interested": OpportunityStatus.RESPONDED,
    "placed": OpportunityStatus.PUBLISHED,
    "won": OpportunityStatus.PUBLISHED,
    "live": OpportunityStatus.PUBLISHED,
    "link_accepted": OpportunityStatus.PUBLISHED,
    "unsubscribed": OpportunityStatus.SUPPRESSED,
    # The mail went out; that it came back is a fact about the address, kept in the source's own words.
    "bounced": OpportunityStatus.CONTACTED,
}
CAMPAIGN_WORDS: Final = {
    "drafted": CampaignStatus.DRAFT,
    "running": CampaignStatus.ACTIVE,
    "finished": CampaignStatus.COMPLETED,
    "processed": CampaignStatus.COMPLETED,
}
EMAIL_WORDS: Final = {
    "drafted": EmailStatus.DRAFT,
    "pending": EmailStatus.QUEUED,
    # Events of a mail that left; our mail has no such states.
    "opened": EmailStatus.SENT,
    "clicked": EmailStatus.SENT,
    "replied": EmailStatus.SENT,
}
RESPONSE_WORDS: Final = {
    "replied": ResponseType.NEUTRAL,
    "interested": ResponseType.POSITIVE,
    "accepted": ResponseType.POSITIVE,
    "placed": ResponseType.POSITIVE,
    "not_interested": ResponseType.NEGATIVE,
    "declined": ResponseType.NEGATIVE,
    "rejected": ResponseType.NEGATIVE,
    "bounced": ResponseType.BOUNCE,
    "unsubscribed": ResponseType.UNSUBSCRIBE,
    "ooo": ResponseType.OUT_OF_OFFICE,
    "autoreply": ResponseType.AUTO_REPLY,
    "auto": ResponseType.AUTO_REPLY,
}


def parse_word(
    value: object, vocabulary: type[Word], words: Mapping[str, Word] | None = None, *, field: str
) -> Word:
    """Return the vocabulary's member that `value` names, by our word or by one of `words`.

    Letter case does not matter, and blanks and hyphens are underscores.

    Raises:
        InvalidInput: a word that nobody has told us; it is never guessed.
    """
    if isinstance(value, str):
        word = "_".join(value.strip().lower().replace("-", " ").split())
        if words is not None and word in words:
            return words[word]
        for member in vocabulary:
            if member.value == word:
                return member
    raise InvalidInput(field, f"must be one of: {', '.join(vocabulary)}", value)


def opportunity_status(value: object, *, field: str = "status") -> OpportunityStatus:
    """Return the state of a prospect; `replied`, `placed` and others are translated.

    Raises:
        InvalidInput: an unknown word.
    """
    return parse_word(value, OpportunityStatus, OPPORTUNITY_WORDS, field=field)


def campaign_status(value: object, *, field: str = "status") -> CampaignStatus:
    """Return the state of a campaign; `running`, `finished` and others are translated.

    Raises:
        InvalidInput: an unknown word.
    """
    return parse_word(value, CampaignStatus, CAMPAIGN_WORDS, field=field)


def email_status(value: object, *, field: str = "status") -> EmailStatus:
    """Return the state of an email; `opened` and `replied` mean that it was sent.

    Raises:
        InvalidInput: an unknown word.
    """
    return parse_word(value, EmailStatus, EMAIL_WORDS, field=field)


def response_type(value: object, *, field: str = "classification") -> ResponseType:
    """Return the type of an answer; a bare `replied` is neutral.

    Raises:
        InvalidInput: an unknown word.
    """
    return parse_word(value, ResponseType, RESPONSE_WORDS, field=field)
