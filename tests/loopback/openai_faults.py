"""Misbehaviour that a test plans for the fake OpenAI: errors, silence, cut streams, broken answers."""

import asyncio
from dataclasses import dataclass, replace

from tests.loopback.openai_catalogue import not_found
from tests.loopback.openai_replies import Answer
from tests.loopback.openai_requests import Json, Refused

CODES = {
    400: "invalid_value",
    401: "invalid_api_key",
    403: "unsupported_country_region_territory",
    404: "model_not_found",
    429: "rate_limit_exceeded",
}
KINDS = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
    500: "server_error",
    502: "server_error",
    503: "service_unavailable_error",
}
KIND_OF_CODE = {"insufficient_quota": "insufficient_quota"}
CHAT = "/chat/completions"
CHAT_ONLY = ("schema", "refusal", "finish_reason", "content", "malformed_json", "empty_choices")
REFUSAL = "I'm sorry, but I can't help with that."


@dataclass
class Fault:
    """What goes wrong with the next `times` matching calls (None: with every one until `heal`).

    path: such as "/chat/completions", or "*". schema: only calls for the response schema of that name.
    status, code, retry_after (seconds): answer this error. model_not_found: answer 404.
    hang: seconds of silence first; True: silence until the client gives up; an Event: until it is set.
    html: 200 with a web page. broken_body: 200 with JSON that does not parse. missing_fields: 200 with hardly anything.
    cut_stream_after: the connection breaks after so many pieces of content (or in the middle of a plain body).
    stall_stream_after: silence after so many pieces. stream_error_after: an error event after so many pieces.
    no_done: the stream ends with neither finish_reason nor [DONE].
    refusal, finish_reason, content (sent unchecked), malformed_json: what the model says instead of the brain's answer.
    empty_choices: no choice at all.
    """

    path: str
    times: int | None = 1
    schema: str | None = None
    status: int | None = None
    code: str | None = None
    retry_after: float | None = None
    hang: bool | float | asyncio.Event = False
    html: bool = False
    broken_body: bool = False
    missing_fields: bool = False
    cut_stream_after: int | None = None
    stall_stream_after: int | None = None
    stream_error_after: int | None = None
    no_done: bool = False
    refusal: bool = False
    finish_reason: str | None = None
    content: str | None = None
    malformed_json: bool = False
    empty_choices: bool = False
    model_not_found: bool = False
    hits: int = 0

    def __post_init__(self) -> None:
        """A planned failure that cannot happen would let a test pass that proves nothing."""
        chosen = [name for name in CHAT_ONLY if getattr(self, name)]
        if chosen and self.path != CHAT:
            raise ValueError(f"{chosen} can only happen to {CHAT}, not to {self.path}")

    def meets(self, path: str, schema: str | None) -> bool:
        left = self.times is None or self.hits < self.times
        return left and self.path in (path, "*") and self.schema in (schema, None)

    async def hold(self, forever: asyncio.Event) -> None:
        """Be silent as planned; `forever` is set when the fake closes."""
        match self.hang:
            case asyncio.Event():
                await self.hang.wait()
            case True:
                await forever.wait()
            case seconds:
                await asyncio.sleep(seconds)

    def raise_error(self, model: str) -> None:
        if self.model_not_found:
            raise not_found(model, violation=False)
        if self.status is not None:
            raise self._error(self.status)

    def _error(self, status: int) -> Refused:
        code = self.code or CODES.get(status)
        kind = KIND_OF_CODE.get(code or "") or KINDS.get(status, "invalid_request_error")
        message = f"Planned failure: {code or status}."
        return Refused(status, message, code=code, kind=kind, headers=self._headers(), violation=False)

    def _headers(self) -> dict[str, str]:
        if self.retry_after is None:
            return {}
        return {"retry-after": f"{self.retry_after:g}", "retry-after-ms": f"{self.retry_after * 1000:g}"}

    def spoil(self, answer: Answer) -> Answer:
        """What the model says under this fault."""
        if self.refusal:
            return replace(answer, content=None, refusal=REFUSAL)
        content = answer.content if self.content is None else self.content
        if self.malformed_json or self.finish_reason == "length":
            content = (content or "")[: len(content or "") // 2]
        if self.finish_reason == "content_filter":
            content = ""
        return replace(answer, content=content, finish_reason=self.finish_reason or answer.finish_reason)

    def strip(self, body: Json) -> Json:
        """A plain reply's body under this fault."""
        if self.missing_fields:
            return {key: value for key, value in body.items() if key in ("id", "object")}
        return body | {"choices": []} if self.empty_choices else body


class Faults:
    """The plan of one fake, first planned first met."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        self._planned.append(fault)

    def clear(self) -> None:
        self._planned.clear()

    def take(self, path: str, schema: str | None = None) -> Fault:
        """The next planned fault for this call, or one in which nothing goes wrong."""
        fault = next((fault for fault in self._planned if fault.meets(path, schema)), Fault(path))
        fault.hits += 1
        return fault

    def never_met(self) -> list[Fault]:
        return [fault for fault in self._planned if not fault.hits]
