"""Ears over an OpenAI-compatible transcription server."""

from __future__ import annotations

import time

import httpx2
from openai import APIStatusError, AsyncOpenAI, Omit, omit

from engine.failures import Unavailable, Unusable
from engine.openai.client import CALL_SECONDS, CONNECT_SECONDS
from engine.openai.failures import translated
from engine.openai.ledger import enter
from engine.openai.prices import audio_cost
from engine.openai.text import mended, printable
from engine.ports import Audio, Ledger, ModelCall, Transcript

MOST_KEYWORDS = 100
MOST_PROMPT_CHARACTERS = 800  # Whisper reads about the last 224 tokens


class ModelEars:
    """`price_per_minute` in US dollars, for the ledger; `patience` in seconds, on top of the recording's own length."""

    def __init__(
        self,
        client: AsyncOpenAI,
        model: str,
        price_per_minute: float,
        ledger: Ledger,
        patience: float = CALL_SECONDS,
    ) -> None:
        self._client = client
        self._model = model
        self._price = price_per_minute
        self._ledger = ledger
        self._patience = patience

    async def transcribe(self, audio: Audio) -> Transcript:
        """Raises Unavailable, and Unusable when the server cannot do anything with this recording."""
        started = time.monotonic()
        with translated(self._model):
            answer = await self._ask(audio)
        text = getattr(answer, "text", None)
        if not isinstance(text, str):
            raise Unavailable(f"{self._model}: the server's answer holds no transcript")
        await enter(self._ledger, self._bill(audio, time.monotonic() - started))
        return Transcript(mended(text), self._model, audio.seconds, _language(answer))

    async def _ask(self, audio: Audio) -> object:
        keywords, prompt = self._context(audio)
        try:
            return await self._client.audio.transcriptions.create(
                file=("answer.mp3", audio.mp3, "audio/mpeg"),
                model=self._model,
                prompt=prompt,
                keywords=keywords,
                language=audio.language or omit,
                response_format="json",
                timeout=httpx2.Timeout(self._patience + audio.seconds, connect=CONNECT_SECONDS),
            )
        except APIStatusError as error:
            reason = _unusable(error)
            if reason:
                raise Unusable(reason, f"{self._model} refuses {audio.seconds:.1f} s of audio") from None
            raise

    def _context(self, audio: Audio) -> tuple[list[str] | Omit, str]:
        """Only gpt-transcribe takes keywords; for the others they end the prompt, as many as there is room for."""
        prompt = printable(audio.prompt)[:MOST_PROMPT_CHARACTERS]
        if self._model.startswith("gpt-transcribe"):
            return list(audio.keywords[:MOST_KEYWORDS]), prompt
        for keyword in audio.keywords:
            longer = f"{prompt}, {keyword}" if prompt else keyword
            if len(longer) > MOST_PROMPT_CHARACTERS:
                break
            prompt = longer
        return omit, prompt

    def _bill(self, audio: Audio, latency: float) -> ModelCall:
        cost = audio_cost(audio.seconds, self._price)
        return ModelCall(audio.about, "transcribe", self._model, 0, 0, 0, audio.seconds, latency, cost)


def _unusable(error: APIStatusError) -> str | None:
    """The reason of an Unusable when the server will never take this recording; None when that is not to blame."""
    if error.status_code == 413:
        return "too_big"
    if error.status_code != 400:
        return None
    if error.code == "audio_too_short":
        return "nothing_said"
    return "not_audio" if error.param == "file" else None


def _language(answer: object) -> str | None:
    languages = getattr(answer, "languages", None)
    first = languages[0] if isinstance(languages, list) and languages else None
    code = getattr(first, "code", None)
    return code if isinstance(code, str) else None
