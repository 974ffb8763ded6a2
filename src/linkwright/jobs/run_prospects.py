"""Prospects on their way to a letter: judged by the file's rules, and approved where it says so."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any

from linkwright.errors import IllegalMove
from linkwright.jobs.campaign_file import CampaignFile
from linkwright.jobs.qualifying import Verdict, judge, spam_score_of
from linkwright.jobs.run_desk import RunDesk
from linkwright.jobs.run_letters import page_of_the_site
from linkwright.jobs.run_report import Errand, RunReport
from linkwright.queries import runs as queries
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import OpportunityStatus, PropensityKind

BATCH = 200
JUDGE = "rule:qualify"

Step = Callable[[UnitOfWork, OpportunityRead], Awaitable[None]]


async def judge_prospects(desk: RunDesk, file: CampaignFile, report: RunReport) -> None:
    """Judge everybody who is still only discovered.

    Those who are held stay as they are and are judged again next time: by then somebody may
    have found the address or looked up the number.
    """
    rules_digest = sha256(file.qualify.model_dump_json().encode()).hexdigest()[:16]

    async def step(work: UnitOfWork, prospect: OpportunityRead) -> None:
        verdict = judge(file.qualify, prospect)
        if verdict.outcome == "held":
            return
        seen = _what_was_seen(prospect, rules_digest)
        if verdict.outcome == "qualified":
            await work.opportunities.qualify(prospect.id, verdict.reason, decision=seen)
        else:
            await work.opportunities.reject(prospect.id, verdict.reason, decision=seen)
        report.count(f"prospects {verdict.outcome}")

    await _each(desk, report.campaign_id, OpportunityStatus.DISCOVERED, JUDGE, step)


async def approve_prospects(desk: RunDesk, file: CampaignFile, report: RunReport) -> None:
    """Approve the qualified, if the file says that the rules may."""
    if file.approval.prospects != "rule":
        return

    async def step(work: UnitOfWork, prospect: OpportunityRead) -> None:
        if prospect.user_override_decision is not None:
            return  # Somebody said hold or research; a rule does not overrule a person.
        await work.opportunities.approve(prospect.id, "approval.prospects is rule")
        report.count("prospects approved")

    await _each(desk, report.campaign_id, OpportunityStatus.QUALIFIED, file.approval.actor, step)


async def list_held(desk: RunDesk, file: CampaignFile, report: RunReport) -> None:
    """Say of whom too little is known. Nobody need look for the address of a site that has its letter."""

    async def step(work: UnitOfWork, prospect: OpportunityRead) -> None:
        verdict = judge(file.qualify, prospect)
        if verdict.outcome == "held" and await page_of_the_site(work, prospect) is None:
            report.errand(_errand(prospect, verdict))

    await _each(desk, report.campaign_id, OpportunityStatus.DISCOVERED, JUDGE, step)


async def _each(desk: RunDesk, campaign_id: str, status: OpportunityStatus, actor: str, step: Step) -> None:
    """Take a step with every prospect in a state, in batches that are a transaction each."""
    after = 0
    while True:
        async with desk.work(actor) as work:
            statement = queries.in_state(campaign_id, (status,), after=after, limit=BATCH)
            rows = (await work.context.session.scalars(statement)).all()
            for prospect in [OpportunityRead.model_validate(row) for row in rows]:
                # Whoever moved it since it was read knows more than the rules.
                with suppress(IllegalMove):
                    await step(work, prospect)
                after = prospect.id
        if len(rows) < BATCH:
            return


def _what_was_seen(prospect: OpportunityRead, rules_digest: str) -> dict[str, Any]:
    """Return what the ledger is to know of a rule's verdict: it is a decision too, and can turn out wrong."""
    return {
        "decider": "campaign file, [qualify]",
        "policy_version": rules_digest,
        "context": {
            "domain_authority": prospect.domain_authority,
            "spam_score": spam_score_of(prospect),
            "ai_relevance_score": None if prospect.analyzed_at is None else prospect.ai_relevance_score,
            "has_contact_email": prospect.contact_email is not None,
            "primary_topics": prospect.primary_topics,
        },
        "candidates": [{"arm": "qualify"}, {"arm": "reject"}],
        "propensity": 1.0,
        "propensity_kind": PropensityKind.DETERMINISTIC.value,
    }


def _errand(prospect: OpportunityRead, verdict: Verdict) -> Errand:
    what = "Find an address" if verdict.reason == "no contact address" else "Judge the prospect"
    who = prospect.title or prospect.domain
    return Errand(
        what, who, f"{verdict.reason} · {prospect.url}", url=prospect.url, opportunity_id=prospect.id
    )
