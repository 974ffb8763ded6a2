"""What may be chosen: the arms there are, less what the campaign's preferences rule out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.rows import run
from linkwright.errors import InvalidInput
from linkwright.queries import recommend as queries
from linkwright.services.learning_factors import USUAL, checked_arms
from linkwright.vocabulary import Factor, PersonalizationLevel


async def allowed(
    session: AsyncSession,
    user_id: int,
    factor: Factor,
    preferences: Any,
    candidates: Sequence[str] | None,
    tried: Collection[str],
) -> tuple[list[str], list[dict[str, str]]]:
    """Return the arms that may be chosen, and those that may not, with the reason.

    `preferences` are the campaign's; `tried` are the arms of which something is known.

    Raises:
        InvalidInput: nothing may be chosen.
    """
    preferred = _preference(factor, preferences)
    if candidates is not None:
        arms = checked_arms(candidates)
    elif factor == Factor.TEMPLATE:
        arms = [row.name for row in await run(session, queries.templates(user_id))]
    else:
        arms = list(USUAL.get(factor, ())) or sorted(tried)
    excluded = []
    if preferred is not None:
        reason = f"the campaign prefers {preferred}"
        excluded = [{"arm": arm, "reason": reason} for arm in arms if not _fits(arm, preferred)]
        arms = [arm for arm in arms if _fits(arm, preferred)]
        if not arms and candidates is None:
            arms = [preferred]
    if not arms:
        said = "must have one that the campaign's preference allows" if excluded else "must be given"
        raise InvalidInput("candidates", f"{said}: there is no {factor} to choose")
    return arms, excluded


def _preference(factor: Factor, preferences: Any) -> str | None:
    """Return what a campaign leaves no choice about."""
    if factor == Factor.MODEL and preferences.ai_model_preference not in {None, "", "auto"}:
        return str(preferences.ai_model_preference)
    bound = preferences.personalization_level in {PersonalizationLevel.NONE, PersonalizationLevel.LOW}
    if factor == Factor.TONE and bound and preferences.tone_preference:
        return str(preferences.tone_preference)
    return None


def _fits(arm: str, preferred: str) -> bool:
    """Whether an arm is what is preferred; a provider is so by any of its models.

    >>> _fits("openai:gpt-4o-mini", "openai"), _fits("openai:gpt-4o-mini", "openai:gpt-4o")
    (True, False)
    """
    return arm == preferred or arm.startswith(f"{preferred}:")
