"""What clients asked of the fake OpenAI, as scripted brains and assertions see it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]


class Refused(Exception):
    """An error that OpenAI would answer, in its envelope. `violation`: the client's fault, not an outage on purpose."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
        headers: Mapping[str, str] | None = None,
        violation: bool = True,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.headers, self.violation = status, message, dict(headers or {}), violation
        self.envelope: Json = {"error": {"message": message, "type": kind, "param": param, "code": code}}


@dataclass(frozen=True)
class Message:
    role: str
    text: str


@dataclass(frozen=True)
class ChatRequest:
    """One legal chat completion request; `body` is all of it as sent."""

    model: str
    messages: tuple[Message, ...]
    schema_name: str | None
    schema: Json | None
    stream: bool
    body: Json

    @property
    def instructions(self) -> str:
        """What the system and developer messages say."""
        return "\n\n".join(message.text for message in self.messages if message.role in ("system", "developer"))

    @property
    def last(self) -> str:
        """The last user message, or an empty text."""
        return next((message.text for message in reversed(self.messages) if message.role == "user"), "")

    @property
    def text(self) -> str:
        """Every message, in order."""
        return "\n\n".join(message.text for message in self.messages)


@dataclass(frozen=True)
class TranscriptionRequest:
    """One legal transcription request with decodable audio of `seconds`; `fields` are its other parts as sent."""

    model: str
    filename: str
    content_type: str
    audio: bytes = field(repr=False)
    seconds: float
    prompt: str
    keywords: tuple[str, ...]
    language: str | None
    languages: tuple[str, ...]
    response_format: str
    stream: bool
    fields: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class SpeechRequest:
    model: str
    input: str
    voice: str
    response_format: str
    body: Json


Asked = ChatRequest | TranscriptionRequest | SpeechRequest


@dataclass
class Call:
    """One request as it arrived. `time` is the event loop's clock, `attempt` counts the client's own retries from 0.

    `body` is the parsed JSON, or the multipart fields with the file as {filename, content_type, size}. `request` is set
    when all of it was legal. `given_up`: the client left before it had its reply. `ended` is set when the reply is out.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    time: float
    body: Json = field(default_factory=dict)
    request: Asked | None = None
    status: int | None = None
    given_up: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def attempt(self) -> int:
        return int(self.headers.get("x-stainless-retry-count", "0"))


CALL = web.RequestKey("call", Call)
"""Where an incoming request keeps its record."""


def chat_request(body: Json) -> ChatRequest:
    """A checked body as the brains see it."""
    form: Json = body.get("response_format") or {}
    wanted: Json = form.get("json_schema", {})
    return ChatRequest(
        model=body["model"],
        messages=tuple(Message(message["role"], _text(message.get("content"))) for message in body["messages"]),
        schema_name=wanted.get("name"),
        schema=wanted.get("schema"),
        stream=bool(body.get("stream")),
        body=body,
    )


def _text(content: str | list[Json] | None) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""
