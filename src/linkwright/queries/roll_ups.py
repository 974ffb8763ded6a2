"""Statements of the roll-up: whose facts are new, what their stories are, and what is stored of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    CompoundSelect,
    Delete,
    Insert,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    union,
    update,
)

from linkwright.db.upsert import insert_or_refresh, insert_or_update, mark_from
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.decisions import AIDecision
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.events import EmailEvent
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.models.roll_ups import RollUpDay, RollUpShare, RollUpState
from linkwright.models.status_changes import StatusChange
from linkwright.queries.roll_up_stories import OF_CAMPAIGN

Ids = CompoundSelect[int] | Select[int]

_PAGE, _EMAIL, _RESPONSE, _DECISION = BacklinkOpportunity, BacklinkingEmail, BacklinkingResponse, AIDecision
_WATCHED: Final[Mapping[str, Any]] = {
    "opportunities": BacklinkOpportunity,
    "emails": BacklinkingEmail,
    "responses": BacklinkingResponse,
    "status_changes": StatusChange,
    "email_events": EmailEvent,
    "decisions": AIDecision,
}
"""Tables whose rows say that something happened to a prospect. What changes a fact and writes none of them
marks the prospect's share itself: `services.roll_up_marks`."""


def alone_in(campaign_id: str, owner: int | None) -> Select[str]:
    """Select a campaign of the owner, and wait until nobody is writing anything into it.

    A plain FOR UPDATE, unlike everywhere else: whoever inserts a fact holds a key-share lock on its
    campaign until the commit. So while this is held, no fact with a smaller id is still under way.
    """
    table = BacklinkingCampaign
    statement = select(table.id).where(table.id == campaign_id).with_for_update()
    return statement if owner is None else statement.where(table.user_id == owner)


def newest() -> Select[Any]:
    """Select the last id of each table in which facts are written, whosever they are."""
    return select(
        *(
            select(func.coalesce(func.max(table.id), 0)).scalar_subquery().label(name)
            for name, table in _WATCHED.items()
        )
    )


def everybody(campaign_id: str) -> Ids:
    """Select all prospects, and the one that stands for the campaign."""
    return union(
        select(literal(OF_CAMPAIGN).label("opportunity_id")),
        select(_PAGE.id).where(_PAGE.campaign_id == campaign_id),
    )


def touched(campaign_id: str, seen: Mapping[str, int]) -> Ids:
    """Select the prospects about which something was written after the ids in `seen`."""
    return union(*_touched(campaign_id, seen))


def _touched(campaign_id: str, seen: Mapping[str, int]) -> Iterator[Select[Any]]:
    change, event = StatusChange, EmailEvent

    def new(table: Any, name: str) -> Any:
        # Concatenated, so that no index on the campaign is taken: the key of the table leads past all that
        # was seen, and the campaign's own index would lead through it.
        return and_(table.id > seen.get(name, 0), table.campaign_id.concat("") == campaign_id)

    of_event = and_(_EMAIL.campaign_id == event.campaign_id, _EMAIL.id == event.email_id)
    yield select(_PAGE.id.label("opportunity_id")).where(
        _PAGE.campaign_id == campaign_id, _PAGE.id > seen.get("opportunities", 0)
    )
    yield select(_EMAIL.opportunity_id).where(
        _EMAIL.campaign_id == campaign_id, _EMAIL.id > seen.get("emails", 0)
    )
    yield select(_RESPONSE.opportunity_id).where(
        _RESPONSE.campaign_id == campaign_id, _RESPONSE.id > seen.get("responses", 0)
    )
    yield select(change.opportunity_id).where(
        new(change, "status_changes"), change.opportunity_id.is_not(None)
    )
    yield select(_EMAIL.opportunity_id).join(event, of_event).where(new(event, "email_events"))
    yield select(func.coalesce(_DECISION.opportunity_id, OF_CAMPAIGN)).where(new(_DECISION, "decisions"))


def since(campaign_id: str, moment: datetime) -> Ids:
    """Select the prospects of which any fact is of this moment or later, known to have changed or not."""
    of_event = and_(_EMAIL.campaign_id == EmailEvent.campaign_id, _EMAIL.id == EmailEvent.email_id)
    moments = {
        _PAGE: ("discovered_at", "analyzed_at", "contacted_at", "responded_at", "published_at",
                "link_placement_date"),
        _EMAIL: ("created_at", "sent_at", "delivered_at", "bounced_at"),
        _RESPONSE: ("received_at",),
        _DECISION: ("decided_at",),
    }  # fmt: skip

    def late(table: Any) -> Any:
        columns = (getattr(table, name) for name in moments[table])
        return and_(table.campaign_id == campaign_id, or_(*(column >= moment for column in columns)))

    return union(
        select(literal(OF_CAMPAIGN).label("opportunity_id")),
        select(_PAGE.id).where(late(_PAGE)),
        select(_EMAIL.opportunity_id).where(late(_EMAIL)),
        select(_RESPONSE.opportunity_id).where(late(_RESPONSE)),
        select(func.coalesce(_DECISION.opportunity_id, OF_CAMPAIGN)).where(late(_DECISION)),
        select(_EMAIL.opportunity_id)
        .join(EmailEvent, of_event)
        .where(EmailEvent.campaign_id == campaign_id, EmailEvent.occurred_at >= moment),
        # What was counted once and is not there any more.
        select(RollUpShare.opportunity_id).where(RollUpShare.campaign_id == campaign_id)
        .where(RollUpShare.opportunity_id.not_in(everybody(campaign_id))),
    )  # fmt: skip


def mark(campaign_id: str, ids: Ids, now: datetime) -> Insert:
    """Mark the shares of prospects as out of date; who has none yet gets an empty one."""
    found = ids.subquery()
    rows = select(
        literal(campaign_id),
        found.c.opportunity_id,
        literal(now, RollUpShare.stale_since.type),
        literal({}, RollUpShare.numbers.type),
    )
    return mark_from(
        RollUpShare,
        ["campaign_id", "opportunity_id", "stale_since", "numbers"],
        rows,
        key=["campaign_id", "opportunity_id"],
        set_={"stale_since": now},
    )


def pending(campaign_id: str, seen: Mapping[str, int]) -> Ids:
    """Select the prospects whom the next roll-up would count."""
    share = RollUpShare
    marked = select(share.opportunity_id).where(
        share.campaign_id == campaign_id, share.stale_since.is_not(None)
    )
    return union(*_touched(campaign_id, seen), marked)


def shares(campaign_id: str, ids: Ids) -> Select[Any]:
    """Select prospects with what is stored of their shares, if anything is."""
    found, share = ids.subquery(), RollUpShare
    of_them = and_(share.campaign_id == campaign_id, share.opportunity_id == found.c.opportunity_id)
    return select(found.c.opportunity_id, share.numbers).outerjoin_from(found, share, of_them)


MARK: Final = (
    update(RollUpShare)
    .where(
        RollUpShare.campaign_id == bindparam("key_campaign"),
        RollUpShare.opportunity_id == bindparam("key"),
    )
    .values(stale_since=bindparam("now"))
    .execution_options(synchronize_session=False)
)
"""Mark one prospect's share as out of date. Who has none is counted anyway."""


def stale(campaign_id: str, after: int, limit: int) -> Select[int, dict[str, Any]]:
    """Select shares that are out of date in the order of their prospects, and hold them."""
    share = RollUpShare
    return (
        select(share.opportunity_id, share.numbers)
        .where(
            share.campaign_id == campaign_id,
            share.stale_since.is_not(None),
            share.opportunity_id > after,
        )
        .order_by(share.opportunity_id)
        .limit(limit)
        .with_for_update()
    )


SAVE_SHARE: Final = (
    update(RollUpShare)
    .where(
        RollUpShare.campaign_id == bindparam("key_campaign"),
        RollUpShare.opportunity_id == bindparam("key"),
    )
    .values(numbers=bindparam("numbers"), stale_since=None)
)


def drop_shares(campaign_id: str, ids: Collection[int]) -> Delete:
    """Forget the shares of prospects that are gone."""
    share = RollUpShare
    return delete(share).where(share.campaign_id == campaign_id, share.opportunity_id.in_(ids))


def days(campaign_id: str, only: Collection[date] | None = None) -> Select[date, dict[str, Any]]:
    """Select what a campaign's days add up from."""
    statement = select(RollUpDay.day, RollUpDay.numbers).where(RollUpDay.campaign_id == campaign_id)
    return statement.order_by(RollUpDay.day) if only is None else statement.where(RollUpDay.day.in_(only))


def save_days(rows: Sequence[Mapping[str, Any]]) -> Insert:
    """Insert days, or put other numbers in their place."""
    return insert_or_refresh(
        RollUpDay, rows, key=["campaign_id", "day"], columns=["numbers"], touched="numbers"
    )


def state(campaign_id: str, *, held: bool = False) -> Select[Any]:
    """Select how far a campaign's facts were seen. Who holds it is the only one to count."""
    table = RollUpState
    statement = select(table.seen, table.totals, table.counted_at).where(table.campaign_id == campaign_id)
    return statement.with_for_update() if held else statement


def see(campaign_id: str, seen: Mapping[str, int], now: datetime) -> Insert:
    """Note how far a campaign's facts were seen."""
    values = {"campaign_id": campaign_id, "seen": dict(seen), "totals": {}, "counted_at": now}
    return insert_or_update(RollUpState, values, key=["campaign_id"], update={"seen": dict(seen)})


def save_totals(campaign_id: str, totals: Mapping[str, Any], now: datetime) -> Update:
    """Keep what all days of a campaign add up to."""
    table = RollUpState
    statement = update(table).where(table.campaign_id == campaign_id)
    return statement.values(totals=dict(totals), counted_at=now)


def counted() -> Select[str]:
    """Select the campaigns that were ever rolled up."""
    return select(RollUpState.campaign_id).order_by(RollUpState.campaign_id)


def every_share(campaign_id: str) -> Select[Any]:
    """Select what every prospect adds to the days of a campaign."""
    return select(RollUpShare.numbers).where(RollUpShare.campaign_id == campaign_id)


def forget(campaign_id: str) -> tuple[Delete, ...]:
    """Delete all that analytics are added up from: the next roll-up counts it anew."""
    return tuple(
        delete(table).where(table.campaign_id == campaign_id)
        for table in (RollUpShare, RollUpDay, RollUpState)
    )
