import random
from array import array
from collections.abc import Iterator
from itertools import islice
from math import pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.hearing.energy import QUIETEST, SECOND, measure
from tests.loopback import speech

RATE = SECOND // 2
ANSWER = "K means clustering puts every point into the group whose centre is nearest, and then moves the centres."
ROOM = -52.0


def spoken(text: str) -> bytes:
    return speech.decode(speech.wav(speech.speak(text)), RATE)


def through_opus(pcm: bytes) -> bytes:
    return speech.decode(
        speech.run_ffmpeg(*GIVEN, "-c:a", "libopus", "-b:a", "24k", "-f", "ogg", "pipe:1", stdin=pcm), RATE
    )


GIVEN = ("-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0")


def silence(seconds: float) -> bytes:
    return bytes(2 * round(seconds * RATE))


def at(decibels: float, pcm: bytes) -> bytes:
    return array("h", (round(sample * 10 ** (decibels / 20)) for sample in array("h", pcm))).tobytes()


def mixed(one: bytes, other: bytes) -> bytes:
    length = max(len(one), len(other))
    pairs = zip(array("h", one.ljust(length, b"\0")), array("h", other.ljust(length, b"\0")), strict=True)
    return array("h", (max(-32768, min(32767, a + b)) for a, b in pairs)).tobytes()


def hiss(seconds: float, dbfs: float) -> bytes:
    chance = random.Random(2)
    return _levelled((chance.gauss(0, 1) for _ in range(round(seconds * RATE))), dbfs)


def fan(seconds: float, dbfs: float) -> bytes:
    """Rumble that swells slowly, and the motor's hum."""
    return _levelled(islice(_fan(), round(seconds * RATE)), dbfs)


def _fan() -> Iterator[float]:
    chance, rumble, at_sample = random.Random(3), 0.0, 0
    while True:
        rumble = 0.97 * rumble + 0.03 * chance.gauss(0, 6)
        swell = 1 + 0.15 * sin(2 * pi * 0.7 * at_sample / RATE)
        yield swell * rumble + 0.4 * sin(2 * pi * 120 * at_sample / RATE)
        at_sample += 1


def _levelled(values: Iterator[float], dbfs: float) -> bytes:
    kept = list(values)
    loudness = (sum(value * value for value in kept) / len(kept)) ** 0.5
    factor = 32768 * 10 ** (dbfs / 20) / loudness
    return array("h", (round(value * factor) for value in kept)).tobytes()


NOTHING = {
    "no signal": silence(10),
    "a quiet room": hiss(10, ROOM),
    "a loud hiss": hiss(10, -25),
    "a fan": fan(10, -40),
    "a loud fan": fan(10, -25),
    "a fan far away": fan(10, -60),
    "a click in silence": silence(4) + array("h", [20_000] * 400).tobytes() + silence(4),
}


@pytest.mark.parametrize("sound", NOTHING)
def test_a_recording_in_which_nobody_speaks_is_speechless(sound: str) -> None:
    assert measure(NOTHING[sound]).speechless


@pytest.mark.parametrize("sound", ["a quiet room", "a fan"])
def test_noise_is_still_speechless_after_a_voice_codec(sound: str) -> None:
    assert measure(through_opus(NOTHING[sound])).speechless


@pytest.mark.parametrize("decibels", [0, -10, -20, -30])
def test_a_voice_in_a_quiet_room_is_never_taken_for_noise(decibels: float) -> None:
    voice = mixed(hiss(10, ROOM), at(decibels, silence(1) + spoken(ANSWER)))
    assert not measure(voice).speechless
    assert not measure(through_opus(voice)).speechless


@pytest.mark.parametrize("decibels", [0, -10, -20])
def test_a_voice_next_to_a_fan_is_never_taken_for_noise(decibels: float) -> None:
    assert not measure(mixed(fan(12, -40), at(decibels, silence(3) + spoken(ANSWER)))).speechless


@pytest.mark.parametrize("decibels", [0, -10])
@pytest.mark.parametrize("short", ["Yes.", "I don't know."])
def test_a_short_answer_in_a_long_noisy_recording_is_not_lost(short: str, decibels: float) -> None:
    assert not measure(mixed(fan(20, -40), at(decibels, silence(8) + spoken(short)))).speechless


@pytest.mark.parametrize("short", ["Yes.", "No!", "Precision and recall"])
def test_the_shortest_answers_are_not_judged_by_their_evenness(short: str) -> None:
    assert not measure(at(-20, spoken(short))).speechless


def test_loudness_is_the_mean_level() -> None:
    assert measure(hiss(2, -30)).loudness_dbfs == pytest.approx(-30, abs=0.1)
    assert measure(silence(2)).loudness_dbfs == QUIETEST


@pytest.mark.parametrize("background", [hiss(20, ROOM), fan(20, -40)], ids=["room", "fan"])
@pytest.mark.parametrize("text", [ANSWER, "Thank you."])
def test_the_time_of_speech_is_about_what_was_spoken(text: str, background: bytes) -> None:
    voice = spoken(text)
    found = measure(mixed(background, silence(5) + voice)).speech_seconds
    assert found == pytest.approx(len(voice) / SECOND, rel=0.3, abs=0.3)


def test_a_slammed_door_does_not_hide_a_quiet_voice() -> None:
    slam = hiss(0.4, -14)
    found = measure(mixed(hiss(14, ROOM), silence(1) + slam + silence(2) + at(-20, spoken(ANSWER)))).speech_seconds
    assert found is not None
    assert found > 3


def test_the_time_of_speech_is_not_guessed_in_loud_noise() -> None:
    assert measure(mixed(fan(12, -30), at(-20, spoken(ANSWER)))).speech_seconds is None


@given(st.binary(min_size=SECOND // 10, max_size=SECOND * 2).map(lambda some: some[: len(some) // 2 * 2]))
def test_any_samples_can_be_measured(pcm: bytes) -> None:
    energy = measure(pcm)
    assert QUIETEST <= energy.loudness_dbfs <= 0.1
    assert energy.speech_seconds is None or 0 <= energy.speech_seconds <= len(pcm) / SECOND
