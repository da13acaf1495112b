"""Ears over an OpenAI-compatible transcription server."""

from __future__ import annotations

import time

from openai import AsyncOpenAI, Omit, OpenAIError, omit

from engine.failures import Unavailable
from engine.openai.client import unavailable
from engine.openai.prices import audio_cost
from engine.ports import Audio, Ledger, ModelCall, Transcript

MOST_KEYWORDS = 100
MOST_PROMPT_CHARACTERS = 800  # Whisper reads about the last 224 tokens


class ModelEars:
    """`price_per_minute` in US dollars, for the ledger."""

    def __init__(self, client: AsyncOpenAI, model: str, price_per_minute: float, ledger: Ledger) -> None:
        self._client = client
        self._model = model
        self._price = price_per_minute
        self._ledger = ledger

    async def transcribe(self, audio: Audio) -> Transcript:
        started = time.monotonic()
        keywords, prompt = self._context(audio)
        try:
            answer = await self._client.audio.transcriptions.create(
                file=("answer.mp3", audio.mp3, "audio/mpeg"),
                model=self._model,
                prompt=prompt,
                keywords=keywords,
                language=audio.language or omit,
                response_format="json",
            )
        except OpenAIError as error:
            raise unavailable(error, self._model) from error
        text = getattr(answer, "text", None)
        if not isinstance(text, str):
            raise Unavailable(f"{self._model}: the server's answer holds no transcript")
        await self._enter(audio, time.monotonic() - started)
        return Transcript(text, self._model, audio.seconds, _language(answer))

    def _context(self, audio: Audio) -> tuple[list[str] | Omit, str]:
        """Only gpt-transcribe takes keywords; for the others they end the prompt."""
        if self._model.startswith("gpt-transcribe"):
            return list(audio.keywords[:MOST_KEYWORDS]), audio.prompt
        return omit, f"{audio.prompt} {', '.join(audio.keywords)}"[:MOST_PROMPT_CHARACTERS]

    async def _enter(self, audio: Audio, latency: float) -> None:
        cost = audio_cost(audio.seconds, self._price)
        call = ModelCall(audio.about, "transcribe", self._model, 0, 0, 0, audio.seconds, latency, cost)
        await self._ledger.record_call(call)


def _language(answer: object) -> str | None:
    languages = getattr(answer, "languages", None) or []
    code = getattr(languages[0], "code", None) if languages else None
    return code if isinstance(code, str) else None
