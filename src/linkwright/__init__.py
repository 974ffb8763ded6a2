"""Linkwright: the system of record for AI-run backlink outreach.

Everything an application needs is here; see `linkwright.service` for the verbs, and
`linkwright.schemas` for what each takes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from linkwright.campaign_service import CampaignService
    from linkwright.clock import Clock
    from linkwright.errors import (
        BudgetSpent,
        Conflict,
        DailyLimitReached,
        Damaged,
        DatabaseUnavailable,
        DuplicateRow,
        IllegalMove,
        InvalidInput,
        LinkwrightError,
        NotFound,
        OpportunityLimitReached,
        ProviderFailed,
        SchemaMismatch,
        StorageUnavailable,
        Suppressed,
        UnpricedModel,
    )
    from linkwright.jobs.ai_desk import AIDesk
    from linkwright.service import BacklinkingDatabaseService
    from linkwright.services.pages import Page
    from linkwright.services.sending_claims import Claim
    from linkwright.unit_of_work import UnitOfWork

__all__ = [
    "AIDesk",
    "BacklinkingDatabaseService",
    "BudgetSpent",
    "CampaignService",
    "Claim",
    "Clock",
    "Conflict",
    "DailyLimitReached",
    "Damaged",
    "DatabaseUnavailable",
    "DuplicateRow",
    "IllegalMove",
    "InvalidInput",
    "LinkwrightError",
    "NotFound",
    "OpportunityLimitReached",
    "Page",
    "ProviderFailed",
    "SchemaMismatch",
    "StorageUnavailable",
    "Suppressed",
    "UnitOfWork",
    "UnpricedModel",
]

_HOMES: Final = {
    "AIDesk": "linkwright.jobs.ai_desk",
    "BacklinkingDatabaseService": "linkwright.service",
    "CampaignService": "linkwright.campaign_service",
    "Claim": "linkwright.services.sending_claims",
    "Clock": "linkwright.clock",
    "Page": "linkwright.services.pages",
    "UnitOfWork": "linkwright.unit_of_work",
}


def __getattr__(name: str) -> Any:
    # Only when asked for: SQLAlchemy and Alembic take half a second, which `--help` need not wait for.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "linkwright.errors")), name)


def __dir__() -> list[str]:
    return __all__
