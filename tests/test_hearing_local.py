import asyncio
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

import pytest

from engine.failures import Unavailable
from engine.grading import About
from engine.hearing import local
from engine.hearing.local import LocalEars
from engine.ports import Audio, Ears, Transcript

RATE = 16_000
ABOUT = About(conversation="telegram:1", interview="interview-1")


@dataclass(frozen=True)
class Segment:
    text: str


@dataclass(frozen=True)
class Info:
    language: str = "en"


@dataclass
class FakeWhisper:
    """Behaves as faster_whisper.WhisperModel does: segments are computed one by one, while they are asked for."""

    words: tuple[str, ...] = (" K-means puts every point", " into the nearest group.")
    asked: list[dict[str, object]] = field(default_factory=list)
    samples: list[bytes] = field(default_factory=list)
    before_segment: Callable[[int], None] = lambda _number: None
    computed: int = 0

    def transcribe(self, audio: BinaryIO, **options: object) -> tuple[Iterator[Segment], Info]:
        with wave.open(audio) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
            self.samples.append(file.readframes(file.getnframes()))
        self.asked.append(options)
        return self._segments(), Info()

    def _segments(self) -> Iterator[Segment]:
        for number, text in enumerate(self.words):
            self.before_segment(number)
            self.computed += 1
            yield Segment(text)


def audio(
    pcm: bytes = b"\1\2" * RATE, prompt: str = "", keywords: tuple[str, ...] = (), language: str | None = None
) -> Audio:
    return Audio(
        ABOUT, mp3=b"", pcm=pcm, seconds=len(pcm) / 2 / RATE, prompt=prompt, keywords=keywords, language=language
    )


async def test_the_samples_become_words() -> None:
    whisper = FakeWhisper()
    ears: Ears = LocalEars("small", load=lambda _name: whisper)
    heard = await ears.transcribe(audio(b"\1\2" * RATE * 2))
    assert heard == Transcript(
        "K-means puts every point into the nearest group.", model="small", seconds=2.0, language="en"
    )
    assert whisper.samples == [b"\1\2" * RATE * 2]


async def test_the_model_knows_the_question_and_the_terms() -> None:
    whisper = FakeWhisper()
    request = audio(prompt="The question was: What is K-means?", keywords=("K-means", "DBSCAN"), language="en")
    await LocalEars("small", load=lambda _name: whisper).transcribe(request)
    options = whisper.asked[0]
    assert options["initial_prompt"] == "The question was: What is K-means?"
    assert options["hotwords"] == "K-means, DBSCAN"
    assert options["language"] == "en"


async def test_without_a_context_none_is_invented() -> None:
    whisper = FakeWhisper()
    await LocalEars("small", load=lambda _name: whisper).transcribe(audio())
    options = whisper.asked[0]
    assert (options["initial_prompt"], options["hotwords"], options["language"]) == (None, None, None)


async def test_a_silent_recording_is_an_empty_transcript() -> None:
    heard = await LocalEars("small", load=lambda _name: FakeWhisper(words=())).transcribe(audio())
    assert heard.text == ""


async def test_the_model_is_loaded_once_and_only_when_something_is_to_be_heard() -> None:
    loaded: list[str] = []

    def load(name: str) -> FakeWhisper:
        loaded.append(name)
        return FakeWhisper()

    ears = LocalEars("/models/whisper", load)
    assert loaded == []
    await asyncio.gather(*(ears.transcribe(audio()) for _ in range(3)))
    assert loaded == ["/models/whisper"]


async def test_nothing_is_held_up_while_whisper_works() -> None:
    may_go_on = threading.Event()
    whisper = FakeWhisper(before_segment=lambda _number: released(may_go_on))
    task = asyncio.create_task(LocalEars("small", load=lambda _name: whisper).transcribe(audio()))
    await asyncio.sleep(0)
    may_go_on.set()  # Could not be reached if the event loop were waiting too.
    assert (await task).text.startswith("K-means")


async def test_one_recording_is_transcribed_at_a_time() -> None:
    two_at_once = threading.Barrier(2, timeout=0.2)
    met: list[int] = []

    def meet(_number: int) -> None:
        with suppress(threading.BrokenBarrierError):
            met.append(two_at_once.wait())

    ears = LocalEars("small", load=lambda _name: FakeWhisper(before_segment=meet))
    await asyncio.gather(*(ears.transcribe(audio()) for _ in range(3)))
    assert met == []


async def test_a_transcription_that_is_given_up_stops_after_the_segment_in_hand() -> None:
    begun, may_go_on = threading.Event(), threading.Event()

    def slowly(number: int) -> None:
        if number == 0:
            begun.set()
            released(may_go_on)

    first = FakeWhisper(words=("one", "two", "three"), before_segment=slowly)
    ears = LocalEars("small", load=lambda _name: first)
    task = asyncio.create_task(ears.transcribe(audio()))
    await asyncio.to_thread(released, begun)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    may_go_on.set()
    first.words = ()
    await ears.transcribe(audio())  # Waits its turn, so the first is over.
    assert first.computed == 1


def released(event: threading.Event) -> None:
    assert event.wait(timeout=20)


@pytest.mark.parametrize(
    "trouble", [OSError("no such repository"), RuntimeError("CUDA out of memory"), ValueError("big?")]
)
async def test_a_model_that_cannot_be_loaded_may_be_there_later(trouble: Exception) -> None:
    models: Iterator[Exception | FakeWhisper] = iter([trouble, FakeWhisper()])

    def load(_name: str) -> FakeWhisper:
        if isinstance(found := next(models), Exception):
            raise found
        return found

    ears = LocalEars("small", load)
    with pytest.raises(Unavailable, match="Whisper model small"):
        await ears.transcribe(audio())
    assert (await ears.transcribe(audio())).text.startswith("K-means")


async def test_a_failure_in_the_middle_of_a_recording_may_pass() -> None:
    def exhausted(number: int) -> None:
        if number == 1:
            raise MemoryError

    ears = LocalEars("small", load=lambda _name: FakeWhisper(before_segment=exhausted))
    with pytest.raises(Unavailable, match="MemoryError"):
        await ears.transcribe(audio())


@pytest.mark.skipif(local.is_installed(), reason="the extra is installed here")
async def test_without_the_extra_the_mend_is_said() -> None:
    with pytest.raises(Unavailable, match="install the extra"):
        await LocalEars("small").transcribe(audio())


def test_the_loop_may_be_gone_when_whisper_is_ready() -> None:
    """A program that stops does not wait for a model, and the model's thread does not complain about it."""
    begun, may_go_on = threading.Event(), threading.Event()

    def slowly(_number: int) -> None:
        begun.set()
        released(may_go_on)

    async def give_up() -> None:
        ears = LocalEars("small", load=lambda _name: FakeWhisper(before_segment=slowly))
        task = asyncio.create_task(ears.transcribe(audio()))
        await asyncio.to_thread(released, begun)
        task.cancel()

    asyncio.run(give_up())
    working = [thread for thread in threading.enumerate() if thread.name == "viva-whisper"]
    assert [thread.daemon for thread in working] == [True]
    may_go_on.set()
    working[0].join(timeout=20)
    assert not working[0].is_alive()
