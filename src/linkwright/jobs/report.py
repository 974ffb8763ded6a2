"""A campaign's report: everything on its page, read at one instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from linkwright.learning.survival import Curve
from linkwright.queries import roll_ups
from linkwright.queries.dashboards import placed_links
from linkwright.schemas.analytics import AnalyticsRead
from linkwright.schemas.calibration import CalibrationRead
from linkwright.schemas.campaigns import CampaignRead, CampaignStats
from linkwright.schemas.comparison import ComparisonRead, Dimension
from linkwright.schemas.figures import Figures
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.figures import figures_of, reply_curve
from linkwright.services.patterns import Pattern
from linkwright.services.roll_up_records import totals_of
from linkwright.services.roll_ups import days_now
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import PeriodType

LINKS_LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was placed."""

    domain: str
    url: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a report shows."""

    campaign: CampaignRead
    stats: CampaignStats
    figures: Figures
    curve: Curve
    weeks: Sequence[AnalyticsRead]
    links: Sequence[Link]
    comparisons: Sequence[ComparisonRead]
    calibrations: Sequence[CalibrationRead]
    patterns: Sequence[Pattern]
    as_of: datetime

    @property
    def insights(self) -> list[tuple[dict[str, Any], str | None]]:
        """What the numbers prove as of the last week, each with what to do."""
        if not self.weeks:
            return []
        last = self.weeks[-1]
        advice = {one["because"]: one["text"] for one in last.optimization_suggestions or [] if _ours(one)}
        return [(one, advice.get(one["kind"])) for one in last.ai_insights or [] if _ours(one)]


async def read_report(service: BacklinkingDatabaseService, campaign_id: str) -> Report:
    """Read a campaign's report. What no roll-up has stored yet is counted; nothing is written.

    Raises:
        NotFound: the caller has no such campaign.
    """
    async with service.reading() as work:
        return await _read(work, campaign_id)


async def _read(work: UnitOfWork, campaign_id: str) -> Report:
    context = work.context
    now = context.now()
    campaign = CampaignRead.model_validate(await work.campaigns.get(campaign_id))
    totals = totals_of(await days_now(context, campaign_id))
    weeks = await work.analytics.page(campaign_id, period_type=PeriodType.WEEKLY)
    links = await context.session.execute(placed_links(campaign_id, LINKS_LISTED))
    state = (await context.session.execute(roll_ups.state(campaign_id))).first()
    comparisons = [
        await work.comparison.compare(campaign.user_id, dimension, campaign_id=campaign_id)
        for dimension in (Dimension.MODEL, Dimension.PROMPT, Dimension.TEMPLATE, Dimension.TONE)
    ]
    return Report(
        campaign=campaign,
        stats=await work.campaigns.stats(campaign_id),
        figures=figures_of([totals], now, state.counted_at if state else None),
        curve=reply_curve(totals["numbers"], totals["waiting"], now),
        weeks=[AnalyticsRead.model_validate(row) for row in weeks],
        links=[Link(row.domain, row.link_url, row.since) for row in links],
        comparisons=[one for one in comparisons if any(len(kind.arms) > 1 for kind in one.traffic)],
        calibrations=[one for one in await work.calibration.report(campaign.user_id) if one.raw.enough],
        patterns=await work.patterns.patterns(campaign.user_id),
        as_of=now,
    )


def _ours(value: object) -> bool:
    return isinstance(value, dict) and "text" in value
