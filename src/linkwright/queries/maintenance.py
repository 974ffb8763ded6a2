"""Statements on the record of upkeep."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Delete, Select, Update, delete, insert, select, update

from linkwright.db.rows import table
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.maintenance import MaintenanceRun
from linkwright.models.roll_ups import RollUpState
from linkwright.vocabulary import MaintenanceOutcome

RUN: Final = table(MaintenanceRun)
_CAMPAIGN: Final = table(BacklinkingCampaign)
_STATE: Final = table(RollUpState)

BEGIN: Final = insert(RUN).returning(RUN.c.id)


def note(run_id: int, steps: list[Any]) -> Update:
    """Write down what a run has done so far."""
    return update(RUN).where(RUN.c.id == run_id).values(steps=steps)


def end(run_id: int, outcome: str, steps: list[Any], ended_at: datetime) -> Update:
    """Write down how a run ended."""
    return update(RUN).where(RUN.c.id == run_id).values(outcome=outcome, steps=steps, ended_at=ended_at)


def forget(before: datetime) -> Delete:
    """Delete the runs that began before a moment."""
    return delete(RUN).where(RUN.c.started_at < before)


def last_done() -> Select[Any]:
    """Select when the last run that went well ended; no row where none ever did."""
    return (
        select(RUN.c.ended_at)
        .where(RUN.c.outcome == MaintenanceOutcome.DONE.value)
        .order_by(RUN.c.ended_at.desc())
        .limit(1)
    )


def rolled_up_longest_ago() -> Select[Any]:
    """Select every campaign, those first that were never rolled up, then those of which it is longest ago."""
    return (
        select(_CAMPAIGN.c.id, _CAMPAIGN.c.name)
        .outerjoin(_STATE, _STATE.c.campaign_id == _CAMPAIGN.c.id)
        .order_by(_STATE.c.counted_at.is_not(None), _STATE.c.counted_at, _CAMPAIGN.c.id)
    )
