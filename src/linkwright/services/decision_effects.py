"""Decisions take effect: which letter was written under which, and what its leaving means for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from linkwright.db.rows import run
from linkwright.errors import Conflict, NotFound
from linkwright.outcomes import BY_EMAIL, OF_A_LETTER, OF_A_SEQUENCE, Since, first_due
from linkwright.queries import decisions as queries
from linkwright.services.context import Context
from linkwright.vocabulary import Factor

# Where a letter itself says what was taken.
_SAID_BY: Final = {Factor.TEMPLATE.value: "template_used", Factor.MODEL.value: "ai_model_used"}


async def write_under(
    ctx: Context, user_id: int, decision_ids: Sequence[int], email_id: int, email: Mapping[str, Any]
) -> None:
    """Note the choices that a new letter was written under.

    Where the letter says that another candidate was taken than the one chosen, that is written down:
    the choice was overridden.

    Raises:
        NotFound: the user has no such decision.
        Conflict: it is about another campaign or prospect, is not carried out by a letter, or has one.
    """
    ids = list(dict.fromkeys(decision_ids))
    found = {row.id: row for row in await run(ctx.session, queries.open_choices(user_id, ids))}
    about = {name: email[name] for name in ("campaign_id", "opportunity_id")} | {"email_id": email_id}
    for decision_id in ids:
        if (choice := found.get(decision_id)) is None:
            raise NotFound("decision", decision_id)
        _require_fitting(choice, about)
        took = _taken_instead(choice, email)
        result = await run(ctx.session, queries.write_under(decision_id, about, took))
        if result.first() is None:
            raise Conflict(f"Another email was written under decision {decision_id}.")


async def take_effect(
    ctx: Context, campaign_id: str, email_id: int, left_at: datetime, first_mail_at: datetime
) -> None:
    """Note that the letter left under which decisions were to be carried out; their windows run from now."""
    starts = {Since.EXECUTED: left_at, Since.FIRST_MAIL: first_mail_at}
    values = {
        "key": email_id,
        "key_campaign": campaign_id,
        "left_at": left_at,
        "sequence_due": first_due(OF_A_SEQUENCE, starts),
        "letter_due": first_due(OF_A_LETTER, starts),
    }
    await run(ctx.session, queries.TAKE_EFFECT, values)


def _require_fitting(choice: Row[Any], about: Mapping[str, Any]) -> None:
    if choice.kind not in BY_EMAIL:
        raise Conflict(f"Decision {choice.id} is a {choice.kind}; no letter carries it out.")
    if choice.email_id is not None:
        raise Conflict(f"Decision {choice.id} was carried out by email {choice.email_id}.")
    for name in ("campaign_id", "opportunity_id"):
        if getattr(choice, name) not in {None, about[name]}:
            raise Conflict(f"Decision {choice.id} is about another {name.removesuffix('_id')}.")


def _taken_instead(choice: Row[Any], email: Mapping[str, Any]) -> str | None:
    said = email.get(_SAID_BY.get(choice.factor or "", ""))
    arms = {candidate.get("arm") for candidate in choice.candidates or () if isinstance(candidate, dict)}
    return said if said in arms and said != choice.action else None
