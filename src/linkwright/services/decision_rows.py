"""One decision becomes one row: completed, priced, and counted in its campaign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from linkwright.db.rows import run
from linkwright.errors import Conflict, InvalidInput, NotFound
from linkwright.outcomes import BY_EMAIL, Since, first_due, rules_for
from linkwright.queries import budgets as budget_queries
from linkwright.queries import decisions as queries
from linkwright.queries import templates as template_queries
from linkwright.schemas.decisions import DecisionCreate
from linkwright.schemas.validation import parse
from linkwright.services.calibration import calibrated
from linkwright.services.context import Context
from linkwright.services.decision_texts import TEXTS, digests_of, keep
from linkwright.services.email_rules import moment
from linkwright.services.prices import OUR_OWN, price_of
from linkwright.vocabulary import DeciderKind, DecisionKind, Factor, OutcomeState

UNPRICED: Final = ("decision", "unpriced")
"""The campaign's count of what a model decided at a price that nobody knows."""

# A verb that writes a decision says these itself.
_THE_VERBS: Final = frozenset(
    {"campaign_id", "opportunity_id", "email_id", "response_id", "kind", "factor", "action"}
)
# What has to agree when a key comes again: the same worker, repeating itself.
IDENTITY: Final = ("kind", "decided_by", "campaign_id", "opportunity_id", "email_id", "response_id", "action")
_DECIDERS: Final = {"user": DeciderKind.USER, "policy": DeciderKind.POLICY}
_NOTHING: Final = dict.fromkeys(column.key for column in queries.DECISION.c if column.key != "id")


async def note(
    ctx: Context,
    user_id: int,
    entry: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
    *,
    calibrates: bool = True,
) -> Counter[tuple[str, str]]:
    """Write down what a verb decides, in its transaction; return what it adds to the campaign's counts.

    `entry` is the verb's own word, checked already. `more` is what the caller adds about the model call;
    it may not contradict the verb. Who calls has made sure that all of it is the user's, and knows,
    perhaps, that the user has no calibrator to ask for.

    Raises:
        InvalidInput: `more` has an unknown key, breaks a rule, or says what the verb says.
        NotFound: its template is not the user's.
        Conflict: its idempotency key belongs to a decision about something else.
    """
    values, texts = dict(entry), {name: entry[name] for name in TEXTS if entry.get(name)}
    if more:
        if said := sorted(_THE_VERBS & more.keys()):
            raise InvalidInput(f"decision.{said[0]}", "is said by the verb itself", more[said[0]])
        together = {**entry, **more}
        if entry.get("context") and isinstance(more.get("context"), Mapping):
            together["context"] = {**more["context"], **entry["context"]}
        shape = parse(DecisionCreate, together)
        await require_template(ctx, user_id, shape.template_id)
        values = shape.model_dump(exclude_none=True)
        texts = {name: values[name] for name in TEXTS if name in values}
        await keep(ctx, user_id, (text for name, text in texts.items() if name in more))
    reservation = values.pop("reservation_id", None)
    values = {name: value for name, value in values.items() if name not in TEXTS} | digests_of(texts)
    row = completed(_NOTHING | values | {"user_id": user_id}, ctx.now())
    if calibrates:
        row |= await calibrated(ctx, user_id, row)
    found = (await run(ctx.session, queries.NOTE, row)).first()
    await settle(ctx, row["campaign_id"], reservation)
    counts: Counter[tuple[str, str]] = Counter()
    if found is None:
        await _require_the_same(ctx, row)
    elif row["campaign_id"] is not None:
        if row["cost"]:
            cost = {"key": row["campaign_id"], "cost": row["cost"]}
            await run(ctx.session, queries.ADD_COST, cost)
        counts += unpriced(row)
    return counts


def completed(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return a decision's row with everything that follows from what was said.

    Raises:
        InvalidInput: it was decided in the future, by more than clocks differ.
    """
    at = row["decided_at"] = moment(row.get("decided_at"), "decided_at", now)
    row["outcome_state"] = OutcomeState.PENDING.value
    if row["cost"] is None and (price := price_of(row, at)) is not None:
        row["cost"], row["price_source"] = price
    if row["cost"] is not None:
        row["currency"] = "USD"
    if row["error_type"] is not None:
        # It decided nothing: nothing takes effect, and nothing will come of it.
        row["outcome_state"], row["outcome_due_at"] = OutcomeState.CENSORED.value, None
    elif not _waits_for_a_letter(row):
        row["executed_at"], row["executed_action"] = at, row["action"]
        if row["decided_by"] != DeciderKind.USER and row.get("outcome_due_at") is None:
            row["outcome_due_at"] = _first_look(row, at)
    return row


async def settle(ctx: Context, campaign_id: str | None, reservation_id: int | None) -> None:
    """Give back what was set aside for a call that is in the ledger now, with what it really cost."""
    if campaign_id is not None and reservation_id is not None:
        of = {"key_campaign": campaign_id, "key": reservation_id}
        await run(ctx.session, budget_queries.SETTLE, of)


def _first_look(row: Mapping[str, Any], at: datetime) -> datetime | None:
    """Return when to look for what came of something that was decided about a prospect."""
    if row["opportunity_id"] is None:
        return None
    # The first mail leaves now at the earliest: then somebody looks whether there was one.
    starts = {Since.DECIDED: at, Since.FIRST_MAIL: at}
    return first_due(rules_for(row["kind"], row["factor"]), starts)


def unpriced(row: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    """Return the count of a decision at an unknown price."""
    by_model = row["decided_by"] == DeciderKind.MODEL
    return Counter({UNPRICED: 1}) if by_model and row["cost"] is None else Counter()


def decided_by(model: str | None) -> str:
    """Return who decides under a model's name: our own rules and templates are called so."""
    return (DeciderKind.RULE if model and model.startswith(OUR_OWN) else DeciderKind.MODEL).value


def verdict_of(actor: str) -> dict[str, Any]:
    """Return what the ledger says first of somebody's yes or no: that of a person, a policy or a rule."""
    kind = _DECIDERS.get(actor.partition(":")[0], DeciderKind.RULE)
    return {"kind": DecisionKind.CHOOSE.value, "decided_by": kind.value, "decider": actor}


def _waits_for_a_letter(row: Mapping[str, Any]) -> bool:
    if row["kind"] != DecisionKind.CHOOSE:
        return row["kind"] in BY_EMAIL
    # What a person chooses about a prospect or a letter, they do.
    return row["factor"] in set(Factor) or (row["factor"] is None and row["decided_by"] != DeciderKind.USER)


async def require_template(ctx: Context, user_id: int, template_id: int | None) -> None:
    """Refuse a template that the user cannot read.

    Raises:
        NotFound: it is another user's, or there is none.
    """
    if template_id is not None:
        found = await ctx.session.scalar(template_queries.template(template_id, user_id))
        if found is None:
            raise NotFound("template", template_id)


async def _require_the_same(ctx: Context, row: Mapping[str, Any]) -> None:
    key = row["idempotency_key"]
    before = (await ctx.session.scalars(queries.by_key(row["user_id"], key))).one()
    if any(getattr(before, name) != row[name] for name in IDENTITY):
        raise Conflict(f"The idempotency key {key} belongs to decision {before.id}, which is another.")
