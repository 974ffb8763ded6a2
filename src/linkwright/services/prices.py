"""Prices: what a model's tokens cost when they were used. An unknown price is None, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any, Final, NamedTuple

# What runs here costs nothing, and that is said, not guessed.
LOCAL: Final = "local"
OUR_OWN: Final = ("rule:", "template:", "local:")
SMALLEST: Final = 1e-8
"""The smallest sum that the ledger keeps."""

_USAGE: Final = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")


class Price(NamedTuple):
    """An amount of US dollars, and whose word it is."""

    cost: float
    source: str


def most_of(
    provider: str, model: str, *, input_tokens: int, output_tokens: int, at: datetime
) -> float | None:
    """Return what a call may cost at most by the price list of its day, or None where nobody knows.

    No token is taken for cached, and the sum is rounded up to the last digit that the ledger keeps.
    """
    call = {"provider_name": provider, "request_model": model}
    price = price_of({**call, "input_tokens": input_tokens, "output_tokens": output_tokens}, at)
    return None if price is None else ceil(price.cost / SMALLEST) * SMALLEST


def price_of(call: Mapping[str, Any], at: datetime) -> Price | None:
    """Return what a model call cost by the price list of its day, or None where nobody knows.

    The price list comes with `genai-prices` and is never fetched: the same release gives the same sums.
    Tokens that were not counted are no tokens: without input and output there is no price.
    """
    model = call.get("response_model") or call.get("request_model")
    provider = call.get("provider_name")
    if provider == LOCAL or (model is not None and model.startswith(OUR_OWN)):
        return Price(0.0, LOCAL)
    if model is None or (call.get("input_tokens") is None and call.get("output_tokens") is None):
        return None
    # Half a second to import, and only who pays by the token needs it.
    from genai_prices import Usage, __version__, calc_price  # noqa: PLC0415

    usage = Usage(**{name: call.get(name) for name in _USAGE})
    candidates = dict.fromkeys(name for name in (model, call.get("request_model")) if name)
    for name in candidates:
        try:
            found = calc_price(usage, name, provider_id=provider, genai_request_timestamp=at)
        except (LookupError, ValueError):
            continue
        return Price(float(found.total_price), f"genai-prices {__version__}")
    return None
