"""Which of several templates a prospect's first letter is written from: chosen once, and written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from linkwright.db.rows import run
from linkwright.jobs.campaign_file import CampaignFile
from linkwright.jobs.campaign_file_templates import Template
from linkwright.queries import ai_work as queries
from linkwright.schemas.draws import SLICE, UNIFORM
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import Factor

_SEED_BITS: Final = 62


@dataclass(frozen=True, slots=True)
class Choice:
    """What a letter is written from, and the decision that says so; None where there was no choice."""

    template: Template
    decision_id: int | None = None


async def choose_template(
    work: UnitOfWork,
    user_id: int,
    file: CampaignFile,
    prospect: OpportunityRead,
    fitting: Sequence[Template],
    left_out: Sequence[Template],
) -> Choice:
    """Choose between the templates that can be filled for a prospect; `left_out` are those that cannot.

    A choice that no letter has been written under yet stands: whoever is held back is chosen for once.
    """
    if len(fitting) + len(left_out) == 1:
        return Choice(fitting[0])
    by_name = {template.name: template for template in fitting}
    statement = queries.open_choice(prospect.campaign_id, prospect.id, Factor.TEMPLATE)
    before = (await run(work.context.session, statement)).first()
    if before is not None and before.action in by_name:
        return Choice(by_name[before.action], before.id)
    context: dict[str, Any] = {}
    if _point("experiment", file, prospect) < file.choices.experiment:
        context[SLICE] = UNIFORM
    if left_out:
        context["cannot_be_filled"] = [template.name for template in left_out]
    found = await work.recommending.recommend(
        user_id,
        prospect.campaign_id,
        Factor.TEMPLATE,
        list(by_name),
        context or None,
        opportunity_id=prospect.id,
        seed=_bits("choice", file, prospect),
    )
    return Choice(by_name[found.choice], found.decision_id)


def _bits(what: str, file: CampaignFile, prospect: OpportunityRead) -> int:
    """Return a seed that is the same whenever it is asked for: a run that was killed draws the same again."""
    campaign = file.campaign
    said = f"{what}\x00{campaign.user.email}\x00{campaign.name}\x00{prospect.url}"
    return int.from_bytes(sha256(said.encode()).digest()[:8], "big") >> (64 - _SEED_BITS)


def _point(what: str, file: CampaignFile, prospect: OpportunityRead) -> float:
    return _bits(what, file, prospect) / 2.0**_SEED_BITS
