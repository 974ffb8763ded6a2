"""Which AI answers: the one that the settings name, and without any the one that runs here."""

from __future__ import annotations

from typing import Final

from linkwright.errors import InvalidInput
from linkwright.outreach.ai import AI
from linkwright.outreach.local import local_ai
from linkwright.settings import Settings

LOCAL: Final = "local"


def ai_of(settings: Settings) -> AI:
    """Return the AI of the settings. A provider is called only when somebody pays: see `AI.paid_by`.

    Raises:
        InvalidInput: a provider lacks its key, its address or its package, or is not known.
    """
    local = local_ai(settings.ai_embedding)
    if settings.ai_provider == LOCAL:
        return local
    from linkwright.outreach.connections import MODELS, Account  # noqa: PLC0415  (only who has a key needs it)
    from linkwright.outreach.providers import ProviderAI  # noqa: PLC0415

    model = settings.ai_model or MODELS.get(settings.ai_provider)
    if model is None:
        raise InvalidInput("LINKWRIGHT_AI_MODEL", "is required for a compatible server")
    if settings.ai_provider != "compatible" and not settings.ai_key.get_secret_value():
        raise InvalidInput("LINKWRIGHT_AI_KEY", f"is required for {settings.ai_provider}")
    account = Account(
        settings.ai_provider,
        model,
        settings.ai_key,
        settings.ai_base_url,
        settings.ai_timeout_seconds,
        traced=settings.tracing,
    )
    return ProviderAI(account, local)
