"""Several verbs, one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from linkwright.services.analytics import Analytics
from linkwright.services.attribution import Attribution
from linkwright.services.budgets import Budgets
from linkwright.services.calibration import Calibrations
from linkwright.services.campaigns import Campaigns
from linkwright.services.comparison import Comparisons
from linkwright.services.context import Context
from linkwright.services.dashboards import Dashboards
from linkwright.services.decisions import Decisions
from linkwright.services.delivery import Delivery
from linkwright.services.emails import Emails
from linkwright.services.erasure import Erasures
from linkwright.services.evidence import Evidence
from linkwright.services.inbound import Inbound
from linkwright.services.learning import Learning
from linkwright.services.opportunities import Opportunities
from linkwright.services.patterns import Patterns
from linkwright.services.pooling import Pooling
from linkwright.services.recommend import Recommending
from linkwright.services.responses import Responses
from linkwright.services.retention import Retention
from linkwright.services.reviews import Reviews
from linkwright.services.sending import Sending
from linkwright.services.status_changes import StatusChanges
from linkwright.services.stories import Stories
from linkwright.services.suppressions import Suppressions
from linkwright.services.templates import Templates
from linkwright.services.users import Users


@dataclass(frozen=True)
class UnitOfWork:
    """One transaction, with the verbs of every noun.

    Whoever opened it commits it, by leaving the block without an error:

        async with service.begin() as work:
            campaign = await work.campaigns.create(7, {"name": "Spring", "keywords": ["running"]})
            await work.campaigns.start(campaign.id)

    Use it from one task: the verbs share one connection. After an error from the database
    (`Conflict`, `DatabaseUnavailable`) leave the block; nothing of it is kept.
    """

    context: Context

    @cached_property
    def users(self) -> Users:
        """Owners of everything else."""
        return Users(self.context)

    @cached_property
    def campaigns(self) -> Campaigns:
        """Outreach efforts and their lives."""
        return Campaigns(self.context)

    @cached_property
    def opportunities(self) -> Opportunities:
        """Pages where a link could be earned."""
        return Opportunities(self.context)

    @cached_property
    def emails(self) -> Emails:
        """What was written, and how it travelled."""
        return Emails(self.context)

    @cached_property
    def sending(self) -> Sending:
        """How emails leave."""
        return Sending(self.context)

    @cached_property
    def delivery(self) -> Delivery:
        """What happened to emails on their way."""
        return Delivery(self.context)

    @cached_property
    def responses(self) -> Responses:
        """What came back."""
        return Responses(self.context)

    @cached_property
    def reviews(self) -> Reviews:
        """How responses are read, by models and by people."""
        return Reviews(self.context)

    @cached_property
    def inbound(self) -> Inbound:
        """Every received message, matched or not."""
        return Inbound(self.context)

    @cached_property
    def suppressions(self) -> Suppressions:
        """Who may not be contacted."""
        return Suppressions(self.context)

    @cached_property
    def erasures(self) -> Erasures:
        """Who asked to be erased."""
        return Erasures(self.context)

    @cached_property
    def templates(self) -> Templates:
        """Texts to write from."""
        return Templates(self.context)

    @cached_property
    def learning(self) -> Learning:
        """What worked, for whom."""
        return Learning(self.context)

    @cached_property
    def recommending(self) -> Recommending:
        """What to choose next."""
        return Recommending(self.context)

    @cached_property
    def evidence(self) -> Evidence:
        """Outcomes, counted into what is known of each choice."""
        return Evidence(self.context)

    @cached_property
    def patterns(self) -> Patterns:
        """What works, as far as it can be said."""
        return Patterns(self.context)

    @cached_property
    def pooling(self) -> Pooling:
        """What works for most users."""
        return Pooling(self.context)

    @cached_property
    def decisions(self) -> Decisions:
        """What was decided, and what came of it."""
        return Decisions(self.context)

    @cached_property
    def budgets(self) -> Budgets:
        """What campaigns may spend on AI."""
        return Budgets(self.context)

    @cached_property
    def calibration(self) -> Calibrations:
        """How far confidences can be taken as probabilities."""
        return Calibrations(self.context)

    @cached_property
    def comparison(self) -> Comparisons:
        """Which of several does better."""
        return Comparisons(self.context)

    @cached_property
    def attribution(self) -> Attribution:
        """What came of decisions, by rule."""
        return Attribution(self.context)

    @cached_property
    def stories(self) -> Stories:
        """Why things are as they are."""
        return Stories(self.context)

    @cached_property
    def history(self) -> StatusChanges:
        """Who moved what, why and when."""
        return StatusChanges(self.context)

    @cached_property
    def dashboards(self) -> Dashboards:
        """What all of a user's campaigns come to."""
        return Dashboards(self.context)

    @cached_property
    def analytics(self) -> Analytics:
        """What days, weeks and months came to."""
        return Analytics(self.context)

    @cached_property
    def retention(self) -> Retention:
        """What may be kept for how long, and what was removed."""
        return Retention(self.context)
