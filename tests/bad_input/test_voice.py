"""Recordings that are too short, too long, silent, broken, or none at all: each is told kindly, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bots.slack import files
from bots.telegram.channel import LARGEST_DOWNLOAD
from engine import words
from tests.bad_input.house import (
    HEARD,
    Line,
    SlackHouse,
    SlackLine,
    TelegramHouse,
    TelegramLine,
    answer_to,
    fresh,
    progress_of,
    scorecard_of,
)
from tests.loopback import hostile_audio, speech

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = "I would compare the two numbers with each other and then ask the people who collected them."
CUT_OFF = "The recording looks cut off: I could hear only the first part of it."
NO_SPEECH = "I could not hear any speech in that recording."
NO_RECORDING = "I could not open that file as a recording."
NO_SOUND = "That recording has no sound in it."
TOO_LONG = "That recording is longer than ten minutes."
TOO_BIG = "That recording is too big for me to fetch."
MB = 1 << 20


@dataclass(frozen=True)
class Note:
    """A recording as it is sent. `seconds` and `size` are what the platform claims of it, None for the truth."""

    audio: Callable[[], bytes]
    expected: str = ""
    mime: str = "audio/ogg"
    seconds: int = 3
    size: int | None = None


def voice() -> bytes:
    return speech.ogg_opus(speech.speak(SAID))


NO_ANSWERS = {
    "0 seconds": Note(hostile_audio.zero_duration_ogg, NO_RECORDING, seconds=0),
    "0 seconds of WAV": Note(hostile_audio.zero_duration_wav, NO_SOUND, "audio/wav", 0),
    "no bytes": Note(lambda: b"", NO_RECORDING, seconds=0),
    "a slip of the finger": Note(lambda: speech.ogg_opus(speech.silence(0.3)), NO_SPEECH, seconds=0),
    "3 hours": Note(lambda: hostile_audio.opus_silence_bomb(hours=3), TOO_LONG, seconds=10_800),
    "3 hours that claim to be 3 seconds": Note(lambda: hostile_audio.opus_silence_bomb(hours=3), TOO_LONG),
    "3 seconds that claim to be 3 hours": Note(lambda: hostile_audio.lying_ogg(hours=3), NO_SPEECH, seconds=10_800),
    "silence": Note(lambda: speech.ogg_opus(speech.silence(3)), NO_SPEECH),
    "noise": Note(lambda: speech.ogg_opus(speech.noise(3)), NO_SPEECH),
    "almost nothing of it arrived": Note(lambda: speech.truncated(voice(), 0.005), NO_RECORDING),
    "a playlist": Note(lambda: hostile_audio.hls_playlist("http://127.0.0.1:9/secret.mp3"), NO_RECORDING),
    "a list of files": Note(lambda: hostile_audio.ffconcat_playlist("/etc/passwd"), NO_RECORDING),
    "a text": Note(hostile_audio.text, NO_RECORDING),
    "random bytes": Note(hostile_audio.random_bytes, NO_RECORDING),
    "a picture": Note(lambda: b"\x89PNG\r\n\x1a\n" + bytes(500), NO_RECORDING),
    "a video without sound": Note(hostile_audio.video_without_audio, NO_SOUND, "video/mp4"),
}
ANSWERS = {
    "a voice note": Note(voice, seconds=5),
    "a video with sound": Note(lambda: speech.video_note(speech.speak(SAID)), mime="video/mp4", seconds=5),
    "a kind that is not what it says": Note(lambda: speech.mp3(speech.speak(SAID)), mime="audio/ogg", seconds=5),
    "an enormous cover picture": Note(
        lambda: hostile_audio.mp3_with_huge_cover(speech.speak(SAID)), mime="audio/mpeg", seconds=5
    ),
}


async def record(line: Line, note: Note) -> None:
    """As a voice note where it could be one, else as a file."""
    audio = note.audio()
    if isinstance(line, SlackLine):
        await line.place.thread(line.thread).share_audio(
            line.user, audio, mimetype=note.mime, duration_ms=note.seconds * 1000, size=note.size
        )
    elif isinstance(line, TelegramLine):
        send = line.chat.send_video if note.mime.startswith("video/") else line.chat.send_voice
        await send(audio, note.seconds, note.mime, size=note.size)


@pytest.mark.parametrize("what", NO_ANSWERS)
async def test_a_recording_without_speech_is_no_answer_and_the_learner_reads_why(line: Line, what: str) -> None:
    await line.begin()
    listened = line.home.echo.listened
    await record(line, NO_ANSWERS[what])
    reply = await line.hears()
    assert f"{NO_ANSWERS[what].expected} Please record it again, or type your answer." in reply
    assert "Question 1 is still open." in reply
    assert line.home.echo.listened == listened, "nobody pays for a transcription of nothing"
    assert "Question 2/5" in await answer_to(line, fresh())
    assert "1/5 done (1 answered, 0 skipped)" in await progress_of(line)


@pytest.mark.parametrize("what", ANSWERS)
async def test_a_recording_with_speech_is_an_answer_whatever_it_comes_in(line: Line, what: str) -> None:
    await line.begin()
    await record(line, ANSWERS[what])
    reply = await line.hears()
    assert f"I heard:\n{HEARD}" in reply
    assert CUT_OFF not in reply
    assert "Question 2/5" in reply
    assert f"Good: You said “{HEARD}”." in await scorecard_of(line)


async def test_a_recording_whose_end_is_missing_counts_as_far_as_it_goes(line: Line) -> None:
    await line.begin()
    await record(line, Note(lambda: speech.truncated(voice(), 0.6), seconds=6))
    reply = await line.hears()
    assert CUT_OFF in reply
    assert f"I heard:\n{HEARD}" in reply
    assert "Question 2/5" in reply


# 25 MB


async def test_25_mb_are_too_much_for_telegram_and_are_not_fetched(telegram: TelegramHouse) -> None:
    """Telegram gives no bot more than 20 MB; some clients do not even tell the size."""
    line = telegram.newcomer()
    await line.begin()
    fetched = len(telegram.fake.calls_of("getFile"))
    await line.chat.send_voice(voice(), 3, "audio/ogg", size=25 * MB)
    assert f"{TOO_BIG} Please record it again, or type your answer." in await line.hears()
    assert len(telegram.fake.calls_of("getFile")) == fetched
    await line.chat.send_voice(bytes(LARGEST_DOWNLOAD + 1), 3, "audio/ogg", fields={"file_size": None})
    assert f"{TOO_BIG} Please record it again, or type your answer." in await line.hears()
    assert "0/5 done" in await progress_of(line)


async def test_25_mb_of_speech_are_heard_in_slack(slack: SlackHouse) -> None:
    line = slack.newcomer()
    await line.begin()
    once = speech.speak(SAID) + speech.silence(1)
    audio = speech.wav((once * (25 * MB // len(once) + 1))[: 25 * MB])
    await record(line, Note(lambda: audio, mime="audio/wav", seconds=590))
    assert f"I heard:\n{HEARD}" in await line.hears()


async def test_more_than_slack_may_be_asked_for_is_not_fetched(slack: SlackHouse) -> None:
    line = slack.newcomer()
    await line.begin()
    await record(line, Note(voice, size=files.LARGEST + 1))
    assert f"{TOO_BIG} Please record it again, or type your answer." in await line.hears()


# Files that are not there


async def test_a_recording_that_telegram_does_not_give_out_is_asked_for_again(telegram: TelegramHouse) -> None:
    line = telegram.newcomer()
    await line.begin()
    gone = "Bad Request: wrong file_id or the file is temporarily unavailable"
    telegram.fake.fail("getFile", status=400, body=gone)
    await record(line, ANSWERS["a voice note"])
    assert "I could not open that recording. Please record it again, or type your answer." in await line.hears()


async def test_a_recording_that_was_deleted_in_slack_is_asked_for_again(slack: SlackHouse) -> None:
    line = slack.newcomer()
    await line.begin()
    slack.fake.fail("download", status=404)
    await record(line, ANSWERS["a voice note"])
    assert f"{NO_RECORDING} Please record it again, or type your answer." in await line.hears()


# At the wrong moment


async def test_a_recording_is_not_listened_to_while_no_question_is_open(telegram: TelegramHouse) -> None:
    line, answer = telegram.newcomer(), fresh()
    listened = telegram.echo.listened
    await record(line, ANSWERS["a voice note"])
    assert "Which role do you want to practise for?" in await line.hears()
    telegram.echo.withhold(answer)
    await line.begin()
    await answer_to(line, answer)
    await line.command("grade")
    await line.hears()
    await record(line, ANSWERS["a voice note"])
    assert await line.hears() == words.STILL_GRADING
    telegram.echo.release(answer)
    await line.hears()
    await record(line, ANSWERS["a voice note"])
    assert await line.hears() == words.NOTHING_RUNNING
    assert telegram.echo.listened == listened


async def test_two_recordings_at_once_are_one_answer(line: Line) -> None:
    await line.begin()
    await record(line, ANSWERS["a voice note"])
    await record(line, ANSWERS["a voice note"])
    assert "Question 2/5" in await line.hears()
    assert words.LATE in await line.hears()
    assert "1/5 done (1 answered, 0 skipped)" in await progress_of(line)


# What was heard


async def test_what_was_heard_is_quoted_letter_by_letter_and_calls_nobody(line: Line) -> None:
    line.home.echo.hears = "I would ask <!channel> and <@U1> and @here and @ben_okoro about <b>both</b> numbers"
    try:
        await line.begin()
        await record(line, ANSWERS["a voice note"])
        shown = (await line.hears()).replace("\u2060", "")
        assert f"I heard:\n{line.home.echo.hears}" in shown
        assert f"You said “{line.home.echo.hears}”." in (await scorecard_of(line)).replace("\u2060", "")
    finally:
        line.home.echo.hears = HEARD
    assert line.called() == []


async def test_a_transcript_that_nobody_can_have_spoken_is_not_believed(line: Line) -> None:
    line.home.echo.hears = "number " * 100_000
    try:
        await line.begin()
        await record(line, ANSWERS["a voice note"])
        reply = await line.hears()
    finally:
        line.home.echo.hears = HEARD
    assert "I could not make out any words in that recording. Please record it again" in reply
