"""What must be true of the histories of every life."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, func, or_, select, tuple_

from linkwright.db.rows import table
from linkwright.lives import LIVES
from linkwright.models.status_changes import StatusChange
from linkwright.monitoring.checks import Check
from linkwright.queries.recounts import CAMPAIGN, EMAIL, OPPORTUNITY
from linkwright.vocabulary import LifeKind, OpportunityStatus

CHANGE: Final = table(StatusChange)

_SUBJECTS: Final[tuple[tuple[LifeKind, Table, ColumnElement[Any]], ...]] = (
    (LifeKind.CAMPAIGN, CAMPAIGN, CHANGE.c.campaign_id),
    (LifeKind.OPPORTUNITY, OPPORTUNITY, CHANGE.c.opportunity_id),
    (LifeKind.EMAIL, EMAIL, CHANGE.c.email_id),
)


def checks() -> Iterator[Check]:
    """Return the checks."""
    for kind, subject, reference in _SUBJECTS:
        yield _ends_in_the_present(kind, subject, reference)
        yield _unbroken(kind, reference)
        yield _legal(kind, reference)


def _ends_in_the_present(kind: LifeKind, subject: Table, reference: ColumnElement[Any]) -> Check:
    # By id: a fact that is imported moves a life at its own time, which may be years ago.
    last = (
        select(reference.label("subject"), func.max(CHANGE.c.id).label("id"))
        .where(CHANGE.c.kind == kind.value)
        .group_by(reference)
        .subquery("last")
    )
    wrong = CHANGE.c.new_status != subject.c.status
    if kind is LifeKind.OPPORTUNITY:
        # Half a million prospects enter as discovered; their history begins with the first move.
        missing = and_(CHANGE.c.id.is_(None), subject.c.status != OpportunityStatus.DISCOVERED.value)
    else:
        missing = CHANGE.c.id.is_(None)
    return Check(
        f"history.{kind.value}_present",
        f"The last move of each {kind.value} led to its present status.",
        "The status was changed past the verbs: set it to last_move, or make the missing move.",
        select(subject.c.id, subject.c.status, CHANGE.c.new_status.label("last_move"))
        .outerjoin(last, last.c.subject == subject.c.id)
        .outerjoin(CHANGE, CHANGE.c.id == last.c.id)
        .where(or_(wrong, missing)),
    )


def _unbroken(kind: LifeKind, reference: ColumnElement[Any]) -> Check:
    before = func.lag(CHANGE.c.new_status).over(partition_by=reference, order_by=CHANGE.c.id)
    moves = (
        select(
            CHANGE.c.id,
            reference.label("subject"),
            before.label("was"),
            CHANGE.c.old_status,
            CHANGE.c.new_status,
        )
        .where(CHANGE.c.kind == kind.value)
        .subquery("moves")
    )
    return Check(
        f"history.{kind.value}_unbroken",
        f"Each move of each {kind.value} begins where the one before it ended.",
        "A move is missing from status_changes: somebody deleted it, or changed the status past the verbs.",
        select(moves.c.id, moves.c.subject.label(kind.value), moves.c.was, moves.c.old_status).where(
            moves.c.was.is_not(None), moves.c.old_status.is_distinct_from(moves.c.was)
        ),
    )


def _legal(kind: LifeKind, reference: ColumnElement[Any]) -> Check:
    legal = [(str(old), str(new)) for old, following in LIVES[kind].items() for new in following]
    return Check(
        f"history.{kind.value}_legal",
        f"Each move of each {kind.value} is one that its life has.",
        "The move was written past the verbs: find out by whom (actor), and what the status should be.",
        select(
            CHANGE.c.id,
            reference.label(kind.value),
            CHANGE.c.old_status,
            CHANGE.c.new_status,
            CHANGE.c.actor,
        ).where(
            CHANGE.c.kind == kind.value,
            CHANGE.c.old_status.is_not(None),
            tuple_(CHANGE.c.old_status, CHANGE.c.new_status).not_in(legal),
        ),
    )
