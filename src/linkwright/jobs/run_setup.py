"""The campaign file becomes a user, a campaign and templates, or brings those up to date."""

from typing import Any

from linkwright.errors import InvalidInput
from linkwright.jobs.campaign_file import CampaignFile
from linkwright.jobs.campaign_file_templates import Template
from linkwright.jobs.run_report import SettingChanged
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.templates import BacklinkingTemplate
from linkwright.templating import html_template_from_text
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import CampaignStatus

_TEMPLATES_AT_ONCE = 1000


async def set_up_campaign(
    work: UnitOfWork, user_id: int, file: CampaignFile
) -> tuple[BacklinkingCampaign, list[SettingChanged] | None]:
    """Return the campaign of the file and what was changed to what the file says; None of a new one.

    A draft is started: from then on what somebody approves may leave. A campaign that was
    paused or ended stays so, because somebody wanted that.

    Raises:
        Conflict: two of the user's campaigns have the name.
        InvalidInput: the database refuses a value that the file may hold.
    """
    wanted = _campaign_values(file)
    budget = file.campaign.limits.ai_budget
    found = await work.campaigns.named(user_id, file.campaign.name)
    if found is None:
        made = await work.campaigns.create(user_id, wanted | {"name": file.campaign.name})
        if budget is not None:
            await work.budgets.set(made.id, {"cost_limit": budget})
        return await work.campaigns.start(made.id), None
    changed = [
        SettingChanged(name, old, value)
        for name, value in sorted(wanted.items())
        if (old := getattr(found, name)) != value
    ]
    if changed:
        found = await work.campaigns.update(found.id, wanted)
    if budget is not None:
        before = await work.budgets.get(found.id)
        if before.cost_limit != budget:
            allows = {"allows_unpriced": before.allows_unpriced}
            await work.budgets.set(found.id, {"cost_limit": budget} | allows)
            changed.append(SettingChanged("ai_budget", before.cost_limit, budget))
    if found.status in {CampaignStatus.DRAFT, CampaignStatus.SCHEDULED}:
        status, found = found.status, await work.campaigns.start(found.id)
        changed.append(SettingChanged("status", status, found.status))
    return found, changed


async def set_up_templates(work: UnitOfWork, user_id: int, file: CampaignFile) -> tuple[list[str], list[str]]:
    """Make the file's templates or bring them up to date; return the names of the new and of the changed.

    A template that the file no longer has stays: letters and other campaigns name it.

    Raises:
        InvalidInput: two templates of the user have one name, so it is not clear which is meant.
    """
    present = await _own_templates(work, user_id)
    new: list[str] = []
    changed: list[str] = []
    for template in file.templates:
        values = template_values(template)
        known = present.get(template.name, [])
        if len(known) > 1:
            raise InvalidInput("templates", "two templates of this user have this name", template.name)
        if not known:
            await work.templates.create(user_id, values | {"name": template.name})
            new.append(template.name)
            continue
        values["is_active"] = True  # A file that has it again takes it out of retirement.
        if any(getattr(known[0], name) != value for name, value in values.items()):
            await work.templates.update(known[0].id, values)
            changed.append(template.name)
    return new, changed


def template_values(template: Template) -> dict[str, Any]:
    """Return what is stored of a template."""
    text, html = template.text, template.html
    return {
        "description": template.description,
        "category": template.category.value,
        "subject_template": template.subject,
        # Every stored template has HTML.
        "body_template_html": html_template_from_text(text or "") if html is None else html,
        "body_template_text": text,
    }


def _campaign_values(file: CampaignFile) -> dict[str, Any]:
    campaign = file.campaign
    return {
        "description": campaign.description,
        "keywords": campaign.keywords,
        "target_industries": campaign.target_industries or None,
        "content_pillars": campaign.content_pillars or None,
        "ai_model_preference": campaign.ai_model_preference,
        "tone_preference": campaign.tone_preference.value,
        "personalization_level": campaign.personalization_level.value,
        "priority": campaign.priority.value,
        **campaign.limits.model_dump(exclude={"ai_budget"}),
    }


async def _own_templates(work: UnitOfWork, user_id: int) -> dict[str, list[BacklinkingTemplate]]:
    by_name: dict[str, list[BacklinkingTemplate]] = {}
    after: int | None = None
    while True:
        page = await work.templates.page(user_id, active=None, limit=_TEMPLATES_AT_ONCE, after=after)
        for template in page:
            if template.created_by_user_id == user_id:
                by_name.setdefault(template.name, []).append(template)
        if len(page) < _TEMPLATES_AT_ONCE:
            return by_name
        after = page[-1].id
