"""What calls cost in US dollars, from a kept price table; None where the table has no price."""

from __future__ import annotations

from genai_prices import Usage, calc_price
from openai.types.completion_usage import CompletionUsage


def text_cost(model: str, usage: CompletionUsage) -> float | None:
    details = usage.prompt_tokens_details
    priced = Usage(
        input_tokens=usage.prompt_tokens,
        cache_read_tokens=(details.cached_tokens or 0) if details else 0,
        output_tokens=usage.completion_tokens,
    )
    try:
        return float(calc_price(priced, model_ref=model, provider_id="openai").total_price)
    except LookupError:
        return None


def audio_cost(seconds: float, price_per_minute: float) -> float:
    return seconds / 60 * price_per_minute
