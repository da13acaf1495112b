"""The listener: a recording's bytes in, words out, by way of a private folder, a bounded conversion, and ears."""

from __future__ import annotations

from collections.abc import AsyncIterator

from engine.failures import Unusable
from engine.hearing import convert
from engine.hearing.transcripts import clean, is_hallucination
from engine.hearing.workspace import workspace
from engine.ports import Audio, Ears, Listening, Speech, Transcript
from engine.said import Heard

LARGEST = 100 * 1024 * 1024


class SpeechListener:
    """`engine.ports.Listener`: the recording is gone from the disk when it has been decoded."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears

    async def listen(self, chunks: AsyncIterator[bytes], listening: Listening) -> Speech:
        async with workspace() as work:
            path = await work.save(chunks, LARGEST)
            decoded = await convert.to_speech(path, claimed_seconds=listening.claimed_seconds)
        transcript = await self._ears.transcribe(await _audio(decoded, listening))
        text = _said(transcript, decoded, listening)
        heard = Heard(transcript.model, round(decoded.seconds, 1), transcript.language)
        return Speech(text, heard, decoded.cut_off)


async def _audio(decoded: convert.Speech, listening: Listening) -> Audio:
    return Audio(
        about=listening.about,
        mp3=await convert.to_upload(decoded),
        pcm=decoded.pcm,
        seconds=decoded.seconds,
        prompt=listening.prompt,
        keywords=listening.keywords,
    )


def _said(transcript: Transcript, decoded: convert.Speech, listening: Listening) -> str:
    """The transcript, tidied. Raises Unusable for one that nobody can have said."""
    phantom = is_hallucination(
        transcript.text,
        decoded.seconds,
        speech_seconds=decoded.speech_seconds,
        prompt=listening.prompt,
        keywords=listening.keywords,
    )
    text = clean(transcript.text)
    if phantom or not text:
        raise Unusable("nothing_said", f"{decoded.seconds:.1f} s without words")
    return text
