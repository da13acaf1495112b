"""The real client against the fake OpenAI, and the shortest way to ask something."""

from typing import Any

from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam

from tests.loopback import speech
from tests.loopback.openai import FakeOpenAI

LUNA = "gpt-6-luna"
CHAT, TRANSCRIPTIONS = "/chat/completions", "/audio/transcriptions"
PHRASE = "K-means clustering groups points around centroids."
STRICT: dict[str, Any] = {
    "type": "object",
    "properties": {"grade": {"type": "integer", "minimum": 1, "maximum": 10}},
    "required": ["grade"],
    "additionalProperties": False,
}


def client_of(fake: FakeOpenAI, max_retries: int = 0) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=fake.base_url, api_key=fake.api_key, max_retries=max_retries, timeout=20)


def asked(text: str = "Hello", instructions: str = "Be kind.") -> list[ChatCompletionMessageParam]:
    return [{"role": "developer", "content": instructions}, {"role": "user", "content": text}]


async def say(client: AsyncOpenAI, text: str = "Hello", **options: Any) -> Any:
    return await client.chat.completions.create(**{"model": LUNA, "messages": asked(text), **options})


def as_format(name: str = "assessment", schema: object = None) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema or STRICT}}


def voice(phrase: str = PHRASE) -> bytes:
    return speech.mp3(speech.speak(phrase))


async def transcribe(client: AsyncOpenAI, audio: bytes | None = None, name: str = "voice.mp3", **options: Any) -> Any:
    file = (name, voice() if audio is None else audio)
    return await client.audio.transcriptions.create(**{"file": file, "model": "gpt-transcribe", **options})
