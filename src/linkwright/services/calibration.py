"""Calibration: what confidences are worth, learned from what came of the decisions they were about.

Per kind, model and prompt version. What mends a group's confidences is stored in `ai_learning_data`
(`calibration`), with all its versions: a decision names the one its `confidence` came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from linkwright.errors import NotFound
from linkwright.models.learning import AILearningData
from linkwright.outcomes import Rule, rules_for
from linkwright.queries import calibration as queries
from linkwright.queries import learning as learning_queries
from linkwright.queries import users as user_queries
from linkwright.schemas.calibration import CalibrationQuery, CalibrationRead
from linkwright.schemas.validation import parse
from linkwright.services.calibration_groups import Group, Pairs, group_of, grouped
from linkwright.services.context import Context
from linkwright.services.ownership import require_same_user, require_user
from linkwright.vocabulary import DecisionKind, LearningType

# Older outcomes tell of a model as it was.
MOST_OUTCOMES: Final = 50_000
# A calibrator is learned anew when there are so many more outcomes, or fewer, since those it knows.
_GROWTH: Final = 0.1


class Calibrations:
    """Calibration, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def report(self, user_id: int, kind: str | None = None) -> list[CalibrationRead]:
        """Return what a user's confidences were worth, per kind, model and prompt. Nothing is stored.

        Raises:
            InvalidInput: `kind` is not known.
            NotFound: there is no such user, or the caller is bound to another.
        """
        asked = parse(CalibrationQuery, {"kind": kind})
        await require_user(self._context, user_id)
        groups = await self._groups(user_id, asked.kind)
        rows = await self._session.scalars(queries.calibrators(user_id))
        standing = {row.data_key: row for row in rows}
        return [_read(group, pairs, standing.get(group.key)) for group, pairs in groups.items()]

    async def learn(self, user_id: int, kind: str | None = None) -> list[CalibrationRead]:
        """Learn from a user's outcomes what makes confidences probabilities, and report.

        From now on decisions are recorded with `confidence` beside `confidence_raw`. A calibrator that
        knows nearly all there is stands; another gets the next version. Again changes nothing.

        Raises:
            InvalidInput: `kind` is not known.
            NotFound: there is no such user, or the caller is bound to another.
        """
        asked = parse(CalibrationQuery, {"kind": kind})
        require_same_user(self._context, user_id)
        # Held, so that two who learn at once do not give two calibrators one version.
        held = user_queries.user(user_id).with_for_update(key_share=True)
        if await self._session.scalar(held) is None:
            raise NotFound("user", user_id)
        groups = await self._groups(user_id, asked.kind)
        if not groups:
            return []
        from linkwright.services import calibration_reports as reports  # noqa: PLC0415  (loads NumPy)

        standing = {row.data_key: row for row in await self._session.scalars(queries.calibrators(user_id))}
        for group, calibrator in reports.learn(groups).items():
            count = len(groups[group].said)
            row = standing.get(group.key)
            if row is None or abs(count - row.data_value["outcomes"]) > _GROWTH * row.data_value["outcomes"]:
                version = {**calibrator.as_values(), "outcomes": count}
                standing[group.key] = await self._store(user_id, group, version, row)
        return [_read(group, pairs, standing.get(group.key)) for group, pairs in groups.items()]

    async def _groups(self, user_id: int, kind: str | None) -> dict[Group, Pairs]:
        rules = _rules(kind)
        if not rules:
            return {}
        statement = queries.outcomes_of_confidences(user_id, rules, self._context.now(), limit=MOST_OUTCOMES)
        return grouped((await self._session.execute(statement)).all())

    async def _store(
        self, user_id: int, group: Group, version: dict[str, Any], before: AILearningData | None
    ) -> AILearningData:
        now = self._context.now()
        versions = [
            *(before.data_value["versions"] if before else ()),
            version | {"learned_at": now.isoformat()},
        ]
        value = {
            "kind": group.kind,
            "model": group.model,
            "prompt": group.prompt,
            "outcomes": version["outcomes"],
            "version": len(versions),
            "versions": versions,
        }
        values = {
            "user_id": user_id,
            "data_type": LearningType.CALIBRATION.value,
            "data_key": group.key,
            "data_value": value,
            "success_score": 0.0,
            "usage_count": 0,
            "last_used": now,
            "created_at": now,
            "updated_at": now,
        }
        stored = await self._session.scalars(learning_queries.store(values, frozenset({"data_value"})))
        row: AILearningData = stored.one()
        return row


async def calibrated(context: Context, user_id: int, decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return the calibrated confidence of a decision and the calibrator's name, or nothing.

    The calibrator is that of its prompt, or else of its model, or else of its kind.
    """
    raw = decision.get("confidence_raw")
    if raw is None or decision.get("confidence") is not None or decision["kind"] not in _rules(None):
        return {}
    model = decision.get("request_model") or decision.get("decider")
    group = group_of(decision["kind"], model, decision.get("prompt_name"), decision.get("prompt_version"))
    keys = [one.key for one in group.with_parents()]
    rows = {row.data_key: row for row in await context.session.scalars(queries.calibrators(user_id, keys))}
    row = next((rows[key] for key in keys if key in rows), None)
    if row is None:
        return {}
    import numpy as np  # noqa: PLC0415  (whoever has no calibrator does not load NumPy)

    from linkwright.learning.recalibration import calibrator_of  # noqa: PLC0415

    mend = calibrator_of(row.data_value["versions"][-1])
    return {"confidence": float(mend(np.array([raw]))[0]), "calibrator": _name(row)}


def _rules(kind: str | None) -> dict[str, Rule]:
    """Return, for each kind whose confidence speaks of an outcome, the rule of that outcome."""
    kinds = [DecisionKind(kind)] if kind else list(DecisionKind)
    return {one.value: rules[0] for one in kinds if (rules := rules_for(one))}


def _name(row: AILearningData) -> str:
    return f"calibration:{row.id}:v{row.data_value['version']}"


def _read(group: Group, pairs: Pairs, row: AILearningData | None) -> CalibrationRead:
    from linkwright.services import calibration_reports as reports  # noqa: PLC0415  (loads NumPy)

    later, mended = reports.told_later(pairs)
    found: dict[str, Any] = {
        "kind": group.kind,
        "model": group.model,
        "prompt": group.prompt,
        "outcome": _rules(group.kind)[group.kind].name.value,
        "raw": reports.measures(pairs),
        "later": later,
        "mended": mended,
        "still_needed": reports.still_needed(pairs),
    }
    if row is not None:
        last = row.data_value["versions"][-1]
        found |= {"calibrator": _name(row), "method": last["method"], "version": row.data_value["version"]}
        found |= {"learned_at": row.updated_at}
    return CalibrationRead.model_validate(found)
