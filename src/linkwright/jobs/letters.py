"""What a letter to one prospect is filled with, and the letter."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from linkwright.errors import InvalidInput
from linkwright.jobs.campaign_file import CampaignFile
from linkwright.jobs.campaign_file_templates import Template
from linkwright.jobs.letter_variables import PROSPECT_NAMES
from linkwright.jobs.names import first_name
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.templating import Missing, Rendered, Value, render
from linkwright.vocabulary import DeciderKind


@dataclass(frozen=True, slots=True)
class Earlier:
    """The letter that a follow-up follows."""

    subject: str
    sent_at: datetime


def write_letter(
    template: Template,
    file: CampaignFile,
    prospect: OpportunityRead,
    *,
    earlier: Earlier | None,
    now: datetime,
) -> Rendered | Missing:
    """Fill a template for one prospect, or say what is missing."""
    used = {name.partition(".")[0] for name in template.variables}
    variables = letter_variables(file, prospect, earlier=earlier, now=now)
    try:
        filling = {name: value for name, value in variables.items() if name in used}
        return render(template.subject, template.text, template.html, filling)
    except InvalidInput as error:
        # A description of 30,000 characters blocks a letter that quotes it, not the run.
        return Missing(problems=(str(error),))


def letter_variables(
    file: CampaignFile, prospect: OpportunityRead, *, earlier: Earlier | None, now: datetime
) -> dict[str, Value]:
    """Return every name that `letter_variables.known_names` promises, empty or not."""
    variables: dict[str, Value] = {name: getattr(prospect, name, None) for name in PROSPECT_NAMES}
    variables["first_name"] = first_name(prospect.contact_name)
    campaign = file.campaign
    variables["campaign"] = {
        "name": campaign.name,
        "keyword": campaign.keywords[0],
        "keywords": campaign.keywords,
        "content_pillars": campaign.content_pillars,
        "target_industries": campaign.target_industries,
    }
    variables["sender"] = file.sender.variables()
    if earlier is not None:
        variables["previous_subject"] = _without_re(earlier.subject)
        variables["previous_sent_on"] = f"{earlier.sent_at.day} {earlier.sent_at:%B}"
        variables["days_since"] = (now - earlier.sent_at).days
    return variables


def letter_decision(template: Template) -> dict[str, Any]:
    """Return what the ledger says of a letter: which template wrote it, in which version. No model did."""
    name = f"template:{template.name}"
    said = "\x00".join(f"{field}\x00{source}" for field, source in template.sources())
    digest = sha256(said.encode()).hexdigest()
    return {
        "decided_by": DeciderKind.RULE.value,
        "decider": name,
        "request_model": name,
        "prompt_name": template.name,
        "prompt_version": digest[:12],
        "prompt_digest": digest,
    }


def _without_re(subject: str) -> str:
    """Return a subject without the marks of a reply, so that a follow-up has one and not three."""
    while subject[:3].lower() == "re:":
        subject = subject[3:].lstrip()
    return subject
