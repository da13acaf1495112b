"""Ears on this machine: Whisper through faster-whisper, the optional extra `local`. No recording leaves the machine.

Implements the port `Ears`, `async def transcribe(self, audio: Audio) -> Transcript`, and reads the samples of `Audio`.
"""

from __future__ import annotations

import asyncio
import importlib.util
import io
import threading
import wave
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import BinaryIO, Protocol, TypeVar

from engine.failures import Unavailable
from engine.ports import Audio, Transcript

T = TypeVar("T")

RATE = 16_000
MEND = "install the extra: pip install '.[local]'"


class Segment(Protocol):
    @property
    def text(self) -> str: ...


class Info(Protocol):
    @property
    def language(self) -> str: ...


class Model(Protocol):
    """What we use of `faster_whisper.WhisperModel`. Each segment is computed when it is asked for."""

    def transcribe(
        self,
        audio: BinaryIO,
        *,
        language: str | None,
        initial_prompt: str | None,
        hotwords: str | None,
        vad_filter: bool,
        condition_on_previous_text: bool,
    ) -> tuple[Iterable[Segment], Info]: ...


def is_installed() -> bool:
    return importlib.util.find_spec("faster_whisper") is not None


def load_whisper(model: str) -> Model:
    """`model` is a size ("small") or a repository on the Hugging Face hub, downloaded the first time, or a folder."""
    from faster_whisper import WhisperModel

    loaded: Model = WhisperModel(model)
    return loaded


class LocalEars:
    """Transcribes one recording at a time, in a thread, with a model that is loaded at the first one.

    Raises Unavailable for all that goes wrong: a missing package, model or graphics card, too little memory.
    """

    def __init__(self, model: str, load: Callable[[str], Model] = load_whisper) -> None:
        self._name = model
        self._load = load
        self._model: Model | None = None
        self._in_use = threading.Lock()

    async def transcribe(self, audio: Audio) -> Transcript:
        given_up = threading.Event()
        try:
            return await _in_thread(partial(self._transcribe, audio, given_up))
        finally:
            given_up.set()

    def _transcribe(self, audio: Audio, given_up: threading.Event) -> Transcript:
        with self._in_use:
            try:
                return self._listen(audio, given_up)
            except ImportError as error:
                raise Unavailable(f"faster-whisper is missing; {MEND}") from error
            except (OSError, RuntimeError, ValueError, MemoryError) as error:
                raise Unavailable(f"Whisper model {self._name}: {type(error).__name__}: {error}") from error

    def _listen(self, audio: Audio, given_up: threading.Event) -> Transcript:
        if self._model is None:
            self._model = self._load(self._name)
        segments, info = self._model.transcribe(
            _wav(audio.pcm),
            language=audio.language,
            initial_prompt=audio.prompt or None,
            hotwords=", ".join(audio.keywords) or None,
            # Both keep it from inventing words where nobody speaks, and from writing one sentence over and over again.
            vad_filter=True,
            condition_on_previous_text=False,
        )
        text = "".join(segment.text for segment in _until(given_up, segments)).strip()
        return Transcript(text=text, model=self._name, seconds=audio.seconds, language=info.language)


def _until(given_up: threading.Event, segments: Iterable[Segment]) -> Iterator[Segment]:
    """A recording of minutes takes as long; nobody waits for the rest of one that was given up."""
    rest = iter(segments)
    while not given_up.is_set() and (segment := next(rest, None)):
        yield segment


def _wav(pcm: bytes) -> BinaryIO:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(pcm)
    file.seek(0)
    return file


def _in_thread(work: Callable[[], T]) -> asyncio.Future[T]:
    """A daemon thread, since those of a pool are waited for at exit, however long they take."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(how: Callable[[], None]) -> None:
        # The loop may be closed, and whoever waited gone.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: None if future.done() else how())

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            settle(partial(future.set_exception, error))
        else:
            settle(partial(future.set_result, result))

    threading.Thread(target=run, name="viva-whisper", daemon=True).start()
    return future
