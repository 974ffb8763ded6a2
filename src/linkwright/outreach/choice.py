"""Which AI answers: the one that the settings name, and without any the one that runs here."""

from __future__ import annotations

from linkwright.errors import InvalidInput
from linkwright.outreach.ai import AI
from linkwright.outreach.local import local_ai
from linkwright.settings import Settings


def ai_of(settings: Settings) -> AI:
    """Return the AI of the settings.

    Raises:
        InvalidInput: a provider lacks its key, its address or its package, or is not known.
    """
    local = local_ai(settings.ai_embedding)
    if settings.ai_provider == "local":
        return local
    from linkwright.outreach.providers import MODELS, Account, ProviderAI  # noqa: PLC0415  (only who has a key needs it)

    model = settings.ai_model or MODELS.get(settings.ai_provider)
    if model is None:
        raise InvalidInput("LINKWRIGHT_AI_MODEL", "is required for a compatible server")
    if settings.ai_provider != "compatible" and not settings.ai_key.get_secret_value():
        raise InvalidInput("LINKWRIGHT_AI_KEY", f"is required for {settings.ai_provider}")
    account = Account(
        settings.ai_provider, model, settings.ai_key, settings.ai_base_url, settings.ai_timeout_seconds
    )
    return ProviderAI(account, local)
