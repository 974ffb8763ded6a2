"""What may become of each class of data, and why the rest is refused. Pure.

The record is proven by counting it again: what numbers are counted from is not deleted, or leaves behind what
they are counted from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from linkwright.errors import InvalidInput
from linkwright.vocabulary import DataClass, RetentionAction

MOST_DAYS: Final = 36_500
_STRIP, _DELETE, _ARCHIVE = RetentionAction.STRIP, RetentionAction.DELETE, RetentionAction.ARCHIVE
_ARCHIVED: Final = "set `campaigns archive DAYS`, which moves whole campaigns out"


@dataclass(frozen=True, slots=True)
class Rule:
    """One class: since when its age counts, what its one action takes, and why others are refused."""

    since: str
    action: RetentionAction
    does: str
    refused: Mapping[RetentionAction, str] = field(default_factory=dict)


RULES: Final[Mapping[DataClass, Rule]] = {
    DataClass.EMAIL_BODIES: Rule(
        "the email left, or was written where it was cancelled",
        _STRIP,
        "both bodies and what was filled in; drafts and what waits to be sent keep theirs",
        {
            _DELETE: "counters, analytics and learning are counted from emails: use strip",
            _ARCHIVE: f"a body is not moved alone: use strip, or {_ARCHIVED}",
        },
    ),
    DataClass.RESPONSE_BODIES: Rule(
        "the response came",
        _STRIP,
        "both bodies and the reply that was suggested",
        {
            _DELETE: "counters, analytics and learning are counted from responses: use strip",
            _ARCHIVE: f"a body is not moved alone: use strip, or {_ARCHIVED}",
        },
    ),
    DataClass.PROMPTS: Rule(
        "the text was last used; of a prompt that an email holds, since the email left",
        _DELETE,
        "prompts and answers of models; decisions keep the digests",
        {
            _STRIP: "a prompt has nothing but its text: use delete",
            _ARCHIVE: f"a prompt is not moved alone: use delete, or {_ARCHIVED}",
        },
    ),
    DataClass.RAW_INBOUND: Rule(
        "the message was read from its mailbox",
        _STRIP,
        "headers, bodies and what is known of attachments; who, when, subject and digest stay",
        {
            _DELETE: "a mailbox that is read again would bring deleted messages back as new ones: use strip",
            _ARCHIVE: f"a message is not moved alone: use strip, or {_ARCHIVED}",
        },
    ),
    DataClass.EVENTS: Rule(
        "it happened",
        _DELETE,
        "what an email's own columns say too; of opens and clicks the first moment and the number stay, and"
        " bounces, complaints and unsubscriptions stay as evidence",
        {
            _STRIP: "there is little in an event but that it happened: use delete",
            _ARCHIVE: f"events are not moved alone: use delete, or {_ARCHIVED}",
        },
    ),
    DataClass.DECISIONS: Rule(
        "it was decided",
        _STRIP,
        "reasons and long texts; what was decided, its probabilities, cost and outcome stay",
        {
            _DELETE: "costs, outcomes, calibration and all that is learned are counted from decisions: use"
            f" strip, or {_ARCHIVED}",
            _ARCHIVE: f"decisions are not moved alone: use strip, or {_ARCHIVED}",
        },
    ),
    DataClass.ANALYTICS_DAILY: Rule(
        "the day began",
        _DELETE,
        "the stored records of days, with what was written beside them; weeks and months stay, and a day"
        " that is asked for is added up from the facts",
        {
            _STRIP: "a day's record is nothing but numbers: use delete",
            _ARCHIVE: f"days are not moved alone: use delete, or {_ARCHIVED}",
        },
    ),
    DataClass.CAMPAIGNS: Rule(
        "the campaign was over",
        _ARCHIVE,
        "a campaign that is over, with all that hangs on it, as `linkwright archive run` does",
        {
            _DELETE: "templates and learning would lose what the campaign taught: use archive, and then a"
            " policy for archives",
            _STRIP: "a campaign has no content of its own: use archive, or policies for what it holds",
        },
    ),
    DataClass.ARCHIVES: Rule(
        "the campaign was archived",
        _DELETE,
        "the archive's files, for good; its numbers stay in the database",
        {
            _STRIP: "an archive is read-only: use delete",
            _ARCHIVE: "it is one already: use delete",
        },
    ),
}


def check_policy(data_class: DataClass, action: RetentionAction, days: int | None) -> None:
    """Refuse what a class does not allow.

    Raises:
        InvalidInput: the action is not the class's, or the days are missing, below 1, or beside the point.
    """
    if action is RetentionAction.KEEP:
        if days is not None:
            raise InvalidInput("days", "must not be given where everything is kept", days)
        return
    rule = RULES[data_class]
    if action is not rule.action:
        raise InvalidInput(
            "action", f"must be {rule.action} for {data_class}: {rule.refused[action]}", action
        )
    if days is None:
        raise InvalidInput("days", "must say for how many days it is kept")
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput("days", f"must be from 1 to {MOST_DAYS}", days)


@dataclass(frozen=True, slots=True)
class Due:
    """One policy as it binds one user now: what is older than `before` goes."""

    user_id: int
    data_class: DataClass
    action: RetentionAction
    days: int
    before: datetime

    def written(self) -> dict[str, Any]:
        """Return what the record of a removal says of the policy."""
        return {
            "user_id": self.user_id,
            "data_class": self.data_class.value,
            "action": self.action.value,
            "days": self.days,
            "before": self.before,
        }


def in_force(policies: Iterable[Any], users: Iterable[int], now: datetime) -> list[Due]:
    """Return the policies that bind each user: their own, else the one for everybody.

    A campaign is archived after what it holds was stripped, and an archive removed last of all.
    """
    known = {(one.user_id, one.data_class): one for one in policies}
    found = []
    for user_id in users:
        for data_class in DataClass:
            one = known.get((user_id, data_class)) or known.get((None, data_class))
            if one is not None and one.action != RetentionAction.KEEP:
                before = now - timedelta(days=one.days)
                action = RetentionAction(one.action)
                found.append(Due(user_id, data_class, action, one.days, before))
    return found
