"""Statements about prospects."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, String, Update, bindparam, case, func, select, tuple_, update

from linkwright.db.expressions import each_text
from linkwright.db.rows import table
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.decisions import AIDecision
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.queries.ownership import owned
from linkwright.vocabulary import OpportunityStatus

Key = tuple[float, float, int]
"""Where a page ended: relevance, authority, id."""


def by_id(opportunity_id: int, owner: int | None) -> Select[BacklinkOpportunity]:
    """One prospect."""
    statement = select(BacklinkOpportunity).where(BacklinkOpportunity.id == opportunity_id)
    return owned(statement, BacklinkOpportunity.campaign_id, owner)


def locked(
    opportunity_id: int, owner: int | None, *, from_children: bool = False
) -> Select[BacklinkOpportunity]:
    """One prospect, as it is now, held until the transaction ends.

    Who wants to delete it holds it `from_children`, too: nobody can refer to it meanwhile.
    """
    # Otherwise not FOR UPDATE: that would also wait for every email that merely refers to the prospect.
    held = by_id(opportunity_id, owner).with_for_update(key_share=not from_children)
    return held.execution_options(populate_existing=True)


def campaign_of(opportunity_id: int, owner: int | None) -> Select[str]:
    """The id of a prospect's campaign."""
    statement = select(BacklinkOpportunity.campaign_id).where(BacklinkOpportunity.id == opportunity_id)
    return owned(statement, BacklinkOpportunity.campaign_id, owner)


def campaign_locked(campaign_id: str, owner: int | None) -> Select[int, int | None, int | None]:
    """A campaign's owner, limit and number of prospects, held until the transaction ends.

    Who adds prospects holds the campaign, so what is counted stays counted.
    """
    statement = select(
        BacklinkingCampaign.user_id,
        BacklinkingCampaign.max_opportunities,
        BacklinkingCampaign.total_opportunities,
    ).where(BacklinkingCampaign.id == campaign_id)
    if owner is not None:
        statement = statement.where(BacklinkingCampaign.user_id == owner)
    return statement.with_for_update(key_share=True)


def owner_of(campaign_id: str) -> Select[int]:
    """The user whose campaign it is."""
    return select(BacklinkingCampaign.user_id).where(BacklinkingCampaign.id == campaign_id)


def page(campaign_id: str, status: str | None, limit: int, after: Key | None) -> Select[BacklinkOpportunity]:
    """The best prospects of a campaign that come after a key, best first.

    An index has this order, so a page costs the same wherever it begins.
    """
    order = (
        BacklinkOpportunity.ai_relevance_score,
        BacklinkOpportunity.ai_authority_score,
        BacklinkOpportunity.id,
    )
    statement = select(BacklinkOpportunity).where(BacklinkOpportunity.campaign_id == campaign_id)
    if status is not None:
        statement = statement.where(BacklinkOpportunity.status == status)
    if after is not None:
        statement = statement.where(tuple_(*order) < tuple_(*after))
    return statement.order_by(*(column.desc() for column in order)).limit(limit)


def ids_by_url(campaign_id: str, urls: Iterable[str]) -> Select[str, int | None]:
    """Each URL with the id of the campaign's prospect that has it, or NULL."""
    asked = each_text.table(urls, "asked")
    # For each URL a subquery that wants the order of the unique index, and so has to be answered by it:
    # see `in_index_order`.
    page = BacklinkOpportunity
    known = (
        select(page.id)
        .where(page.campaign_id == campaign_id, page.url >= asked.c.value, page.url <= asked.c.value)
        .order_by(page.campaign_id, page.url)
        .limit(1)
        .scalar_subquery()
    )
    return select(asked.c.value, known)


def known_of(ids: Sequence[int], *, filled: Sequence[str], compared: Sequence[str]) -> Select[Any]:
    """What several prospects have: of the columns `filled` only whether, 1 or NULL, of `compared` the value.

    A prospect's texts and analysis are some kilobytes, which then stay where they are.
    """
    of = table(BacklinkOpportunity).c
    there = {
        name: of[name] != "" if isinstance(of[name].type, String) else of[name].is_not(None)
        for name in filled
    }
    return select(
        of.id,
        of.status,
        *(case((something, 1)).label(name) for name, something in there.items()),
        *(of[name] for name in compared),
    ).where(of.id.in_(ids))


def fill_in(columns: Sequence[str]) -> Update:
    """Set columns of one prospect, by the parameters `row_id` and those of the columns' names.

    On the table and not on the class: it is executed with many sets of parameters.
    """
    of = table(BacklinkOpportunity)
    return (
        update(of).where(of.c.id == bindparam("row_id")).values({name: bindparam(name) for name in columns})
    )


def suppress(ids: Sequence[int]) -> Update:
    """Suppress prospects."""
    return (
        update(BacklinkOpportunity)
        .where(BacklinkOpportunity.id.in_(ids))
        .values(status=OpportunityStatus.SUPPRESSED.value)
        .execution_options(synchronize_session=False)
    )


def children(campaign_id: str, opportunity_id: int) -> Select[int, int]:
    """Count what was written to a prospect, and what was decided about it."""
    emails, decisions = (
        select(func.count())
        .select_from(of)
        .where(of.campaign_id == campaign_id, of.opportunity_id == opportunity_id)
        .scalar_subquery()
        for of in (BacklinkingEmail, AIDecision)
    )
    return select(emails, decisions)


def count_up(
    campaign_id: str, *, total: int = 0, contacted: int = 0, responded: int = 0, links: int = 0
) -> Update:
    """Add to a campaign's counters."""
    added = {
        BacklinkingCampaign.total_opportunities: total,
        BacklinkingCampaign.contacted_opportunities: contacted,
        BacklinkingCampaign.responded_opportunities: responded,
        BacklinkingCampaign.successful_links: links,
    }
    changed = {column: func.coalesce(column, 0) + number for column, number in added.items() if number}
    return (
        update(BacklinkingCampaign)
        .where(BacklinkingCampaign.id == campaign_id)
        .values(changed)
        # An object that the session holds is refreshed when it is asked for, not guessed at.
        .execution_options(synchronize_session=False)
    )
