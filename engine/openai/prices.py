"""What calls cost in US dollars, from a kept price table; None where the table has no price."""

from __future__ import annotations

from genai_prices import Usage, calc_price
from openai.types.completion_usage import CompletionUsage


def text_cost(model: str, usage: CompletionUsage) -> float | None:
    details = usage.prompt_tokens_details
    try:
        priced = Usage(
            input_tokens=usage.prompt_tokens,
            cache_read_tokens=cached_tokens(usage),
            cache_write_tokens=(details.cache_write_tokens or 0) if details else 0,
            output_tokens=usage.completion_tokens,
        )
        return float(calc_price(priced, model_ref=model, provider_id="openai").total_price)
    except (LookupError, ValueError):  # no such model there, or counts that contradict each other
        return None


def cached_tokens(usage: CompletionUsage) -> int:
    """How many of the prompt's tokens the provider had read before."""
    details = usage.prompt_tokens_details
    cached = (details.cached_tokens or 0) if details else 0
    return max(0, min(cached, usage.prompt_tokens))


def audio_cost(seconds: float, price_per_minute: float) -> float:
    return seconds / 60 * price_per_minute
