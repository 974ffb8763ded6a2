"""Every deliberate failure of Linkwright.

LinkwrightError
├── InvalidInput            a value breaks a rule; names the field, the rule and the value
├── NotFound                no such thing for this owner (also: it belongs to somebody else)
├── Conflict                the request is sound, the present state forbids it
│   ├── DuplicateRow        the same thing is already recorded
│   ├── IllegalMove         a life cannot go from this state to that one
│   ├── DailyLimitReached   the campaign has used up today's emails
│   ├── BudgetSpent         the campaign has no money left for a call to an AI
│   ├── UnpricedModel       a campaign with a limit may not call a model whose price nobody knows
│   ├── OpportunityLimitReached   the campaign has as many prospects as it may
│   └── Suppressed          this person may not be contacted
├── ProviderFailed          an AI provider gave no answer that could be used
├── StorageUnavailable      where files go cannot do it now: full, not writable; or a tool is missing
├── Damaged                 a backup or an archive is not what was written
└── DatabaseUnavailable     the database cannot do it now, or not with this program
    └── SchemaMismatch      the schema is behind, ahead or unknown

Constructors take facts, never sentences, so that every message is worded once, here.
"""

from __future__ import annotations

SHOWN_CHARACTERS = 80
NAMED_PROBLEMS = 3


def shown(value: object) -> str:
    """Return `value` as it may appear in a message: short, printable, on one line."""
    text = value if isinstance(value, str) else _written(value)
    text = (
        text.encode("unicode_escape", "backslashreplace").decode("ascii") if not text.isprintable() else text
    )
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}… ({len(text)} characters)"


def _written(value: object) -> str:
    # A message about a bad value must not fail of the value: nested too deeply, a number of 5,000 digits.
    try:
        return repr(value)
    except Exception:  # noqa: BLE001
        return f"<{type(value).__name__}>"


class LinkwrightError(Exception):
    """The root: whatever Linkwright raises on purpose is one of these."""


class InvalidInput(LinkwrightError):
    """A value that breaks a rule.

    `problems` lists every broken rule as (field, rule), so a caller can mark all of a
    form's mistakes at once; `field`, `rule` and `value` are those of the first.
    """

    def __init__(
        self,
        field: str,
        rule: str,
        value: object = None,
        *,
        row: int | None = None,
        problems: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.field, self.rule, self.value, self.row = field, rule, value, row
        self.problems = problems or ((field, rule),)
        place = f"row {row}, {field}" if row is not None else field
        got = "" if value is None else f" (got {shown(value)})"
        others = [f"; {name}: {broken}" for name, broken in self.problems[1:NAMED_PROBLEMS]]
        left = len(self.problems) - NAMED_PROBLEMS
        more = "".join(others) + (f"; and {left} more" if left > 0 else "")
        super().__init__(f"{place}: {rule}{got}{more}")

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling between test workers and processes."""
        return (_rebuild_invalid_input, (self.field, self.rule, self.value, self.row, self.problems))


def _rebuild_invalid_input(
    field: str, rule: str, value: object, row: int | None, problems: tuple[tuple[str, str], ...]
) -> InvalidInput:
    return InvalidInput(field, rule, value, row=row, problems=problems)


class NotFound(LinkwrightError):
    """No such thing for this owner.

    Somebody else's thing is told apart from a missing one nowhere, or ids could be probed.
    """

    def __init__(self, kind: str, identity: object) -> None:
        self.kind, self.identity = kind, identity
        super().__init__(f"There is no {kind} {shown(identity)}.")

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling."""
        return (type(self), (self.kind, self.identity))


class Conflict(LinkwrightError):
    """The request is sound, but the present state forbids it."""


class DuplicateRow(Conflict):
    """The same thing is already recorded."""

    def __init__(self, kind: str, key: object) -> None:
        self.kind, self.key = kind, key
        article = "an" if kind[:1] in "aeio" else "a"
        super().__init__(f"There already is {article} {kind} {shown(key)}.")


class IllegalMove(Conflict):
    """A life cannot go from this state to that one."""

    def __init__(self, kind: str, identity: object, *, old: str, new: str, rule: str = "") -> None:
        self.kind, self.identity, self.old, self.new, self.rule = kind, identity, old, new, rule
        why = f": {rule}" if rule else ""
        super().__init__(f"{kind.capitalize()} {shown(identity)} is {old} and cannot become {new}{why}.")


class DailyLimitReached(Conflict):
    """The campaign has used up the emails it may send in one UTC day."""

    def __init__(self, campaign_id: str, limit: int) -> None:
        self.campaign_id, self.limit = campaign_id, limit
        super().__init__(
            f"Campaign {campaign_id} has used up its {limit} emails for the day; "
            "raise max_emails_per_day or wait until midnight UTC."
        )


class BudgetSpent(Conflict):
    """The campaign has no money left for a call to an AI. Nothing was asked, and nothing was paid."""

    def __init__(self, campaign: str, *, limit: float, spent: float, reserved: float, wanted: float) -> None:
        self.campaign, self.limit, self.wanted = campaign, limit, wanted
        self.spent, self.reserved = spent, reserved
        super().__init__(
            f"Campaign {shown(campaign)} may spend {limit:.4f} USD on AI: {spent:.4f} is spent, "
            f"{reserved:.4f} is set aside for calls under way, and this call may cost {wanted:.4f}; "
            "raise its limit (`linkwright campaigns budget`), or wait until the calls under way are answered."
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling."""
        return (_rebuild_budget_spent, (self.campaign, self.limit, self.spent, self.reserved, self.wanted))


def _rebuild_budget_spent(
    campaign: str, limit: float, spent: float, reserved: float, wanted: float
) -> BudgetSpent:
    return BudgetSpent(campaign, limit=limit, spent=spent, reserved=reserved, wanted=wanted)


class UnpricedModel(Conflict):
    """A campaign with a limit may not call a model at an unknown price: nothing would keep the limit."""

    def __init__(self, campaign: str, model: str) -> None:
        self.campaign, self.model = campaign, model
        super().__init__(
            f"Nobody knows the price of {shown(model)}, and campaign {shown(campaign)} has a limit; use "
            "another model, allow it to call unpriced ones (`linkwright campaigns budget --allow-unpriced`), "
            "or take its limit away."
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling."""
        return (type(self), (self.campaign, self.model))


class OpportunityLimitReached(Conflict):
    """The campaign may not have as many prospects as it would."""

    def __init__(self, campaign_id: str, limit: int) -> None:
        self.campaign_id, self.limit = campaign_id, limit
        super().__init__(
            f"Campaign {campaign_id} may have at most {limit} prospects, and this would make more; "
            "raise max_opportunities or bring fewer."
        )


class Suppressed(Conflict):
    """This person may not be contacted.

    The message leaves the address out: it ends up in logs, and the person asked to be left alone.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The recipient may not be contacted (suppressed: {reason}).")


class ProviderFailed(LinkwrightError):
    """An AI provider gave no answer that could be used. Nothing was written; asking again may help.

    The message says neither what was asked nor what came back: both may hold secrets.
    """

    def __init__(self, provider: str, reason: str) -> None:
        self.provider, self.reason = provider, reason
        super().__init__(f"{provider} {reason}.")

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling."""
        return (type(self), (self.provider, self.reason))


class StorageUnavailable(LinkwrightError):
    """Where files go cannot do it now: full, not writable, not there; or a tool for it is missing.

    Nothing half-written is left under the name that was asked for.
    """

    def __init__(self, problem: str, advice: str) -> None:
        self.problem, self.advice = problem, advice
        super().__init__(f"{problem} {advice}")

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling."""
        return (type(self), (self.problem, self.advice))


class Damaged(LinkwrightError):
    """A backup or an archive is not what was written. It was refused as a whole."""

    def __init__(self, what: str, problem: str) -> None:
        self.what, self.problem = what, problem
        super().__init__(f"{what} is damaged: {problem}. Nothing of it was taken over.")

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling."""
        return (type(self), (self.what, self.problem))


class DatabaseUnavailable(LinkwrightError):
    """The database cannot do it now: gone, locked, read-only or full. Nothing was written."""

    def __init__(self, problem: str, advice: str) -> None:
        self.problem, self.advice = problem, advice
        super().__init__(f"{problem} {advice}")


class SchemaMismatch(DatabaseUnavailable):
    """The database's schema is not the one this program knows."""
