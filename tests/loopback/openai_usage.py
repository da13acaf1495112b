"""Token counts as the fake OpenAI bills them: four characters are a token, long repeated prefixes are cached."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from tests.loopback.openai_requests import ChatRequest, Json

CHARACTERS_PER_TOKEN = 4
SHORTEST_CACHED, CACHE_STEP = 1_024, 128
DEFAULT_EFFORT = "medium"
REASONING_TOKENS = {"none": 0, "minimal": 16, "low": 64, "medium": 256, "high": 1_024, "xhigh": 2_048, "max": 4_096}


@dataclass(frozen=True)
class PromptTokens:
    total: int
    cached: int
    written: int


def count(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def reasoning_tokens(request: ChatRequest) -> int:
    """Billed for thinking. An effort that the client left unset is not free: it is the model's default."""
    return REASONING_TOKENS[request.body.get("reasoning_effort") or DEFAULT_EFFORT]


def usage(prompt: PromptTokens, answered: int, reasoned: int) -> Json:
    """The `usage` object of a chat completion."""
    completion = answered + reasoned
    return {
        "prompt_tokens": prompt.total,
        "completion_tokens": completion,
        "total_tokens": prompt.total + completion,
        "prompt_tokens_details": {
            "cached_tokens": prompt.cached,
            "cache_write_tokens": prompt.written,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": reasoned,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


class PromptCache:
    """Remembers the prefixes of earlier prompts per model, in steps of 128 tokens from 1,024 on."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def admit(self, request: ChatRequest) -> PromptTokens:
        """Count a prompt against the earlier ones, then remember it."""
        prompt = _as_prompt(request)
        prefixes = list(_prefixes(request.model, prompt))
        cached = max((tokens for tokens, digest in prefixes if digest in self._known), default=0)
        longest = max((tokens for tokens, _ in prefixes), default=0)
        self._known.update(digest for _, digest in prefixes)
        return PromptTokens(count(prompt), cached, longest - cached)


def _as_prompt(request: ChatRequest) -> str:
    """The schema comes first: at OpenAI too it is a prefix to the first message."""
    schema = json.dumps(request.schema) if request.schema else ""
    return schema + "".join(f"<{message.role}>{message.text}" for message in request.messages)


def _prefixes(model: str, prompt: str) -> Iterator[tuple[int, bytes]]:
    digest, step = hashlib.sha256(model.encode()), CACHE_STEP * CHARACTERS_PER_TOKEN
    for end in range(step, len(prompt) + 1, step):
        digest.update(prompt[end - step : end].encode("utf-8", "surrogatepass"))
        tokens = end // CHARACTERS_PER_TOKEN
        if tokens >= SHORTEST_CACHED:
            yield tokens, digest.digest()
