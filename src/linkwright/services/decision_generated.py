"""A letter that was generated: the decision behind it, and the columns of the email that say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from linkwright.errors import InvalidInput
from linkwright.services.decision_rows import decided_by, note
from linkwright.services.decision_texts import digest_of, keep
from linkwright.services.email_held import Held
from linkwright.vocabulary import DecisionKind

_MILLISECONDS: Final = 1000
_LONGEST_MODEL: Final = 50
# The column of an email, and where a decision says the same.
_SAME: Final = {
    "ai_model_used": "request_model",
    "ai_prompt_used": "rendered_prompt",
    "ai_confidence_score": "confidence_raw",
}
_KEPT: Final = ("body_html", "ai_prompt_used")
GENERATED: Final = (*_SAME, "ai_temperature", "ai_generation_time")


def generated(email: dict[str, Any], more: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what the ledger says of a letter that an AI or a rule wrote; None of one that a person wrote.

    What only one of the two says, `email` or `more`, is then said by both.

    Raises:
        InvalidInput: they contradict each other.
    """
    if not (more or any(email.get(column) for column in _SAME)):
        return None
    said = dict(more or {})
    for column, name in _SAME.items():
        _agree(email, column, said, name)
    model = email.get("ai_model_used")
    temperature, took = email.get("ai_temperature"), email.get("ai_generation_time")
    if more and "parameters" in more:
        temperature = email["ai_temperature"] = (more["parameters"] or {}).get("temperature")
    if more and more.get("duration_ms") is not None:
        took = email["ai_generation_time"] = more["duration_ms"] / _MILLISECONDS
    body = email.get("body_html")
    return {
        "kind": DecisionKind.GENERATE.value,
        "decided_by": said.get("decided_by") or decided_by(model),
        "request_model": said.get("request_model") or model,
        "rendered_prompt": email.get("ai_prompt_used"),
        # The column's default is 0.0, so a 0 says nothing.
        "confidence_raw": said.get("confidence_raw") or email.get("ai_confidence_score") or None,
        "parameters": None if temperature is None else {"temperature": temperature},
        "duration_ms": None if took is None else round(took * _MILLISECONDS),
        "output_digest": None if body is None else digest_of(body),
        "campaign_id": email["campaign_id"],
        "opportunity_id": email["opportunity_id"],
    }


def _agree(email: dict[str, Any], column: str, said: Mapping[str, Any], name: str) -> None:
    mine, theirs = email.get(column), said.get(name)
    if not mine and theirs is not None:
        email[column] = theirs[:_LONGEST_MODEL] if column == "ai_model_used" else theirs
    elif mine and theirs is not None and mine not in (theirs, said.get("response_model")):
        raise InvalidInput(column, f"must be what decision.{name} says", mine)


async def note_edit(held: Held, changes: Mapping[str, Any]) -> None:
    """Keep what an edit takes out of a generated letter; one that was generated anew is a new decision."""
    anew = not changes.keys().isdisjoint(GENERATED)
    if not anew and changes.keys().isdisjoint(_KEPT):
        return
    row = await held.read()
    if row.ai_model_used or row.ai_prompt_used:
        old = [text for name in _KEPT if name in changes and (text := getattr(row, name))]
        await keep(held.ctx, held.user_id, old)
    if anew:
        now = {name: changes.get(name, getattr(row, name)) for name in (*GENERATED, "body_html")}
        about = {"campaign_id": held.campaign_id, "opportunity_id": held.opportunity_id}
        if (entry := generated(now | about, None)) is not None:
            held.counts += await note(held.ctx, held.user_id, {**entry, "email_id": held.email_id})
