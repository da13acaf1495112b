"""The voices of the tests are heard again in every container, and hostile files are as hostile as they claim."""

import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.loopback import hostile_audio, recognition, speech

PHRASES = (
    "K-means clustering groups points around centroids.",
    "K-means clustering groups points around medoids.",
    "The bias-variance tradeoff balances two kinds of error.",
    "I don't know.",
)
ENCODERS = (
    speech.ogg_opus,
    speech.m4a,
    speech.mp4_video_label,
    speech.mp3,
    speech.webm,
    speech.wav,
    speech.video_note,
)
Encoder = Callable[[bytes], bytes]


@pytest.mark.parametrize("encode", ENCODERS)
def test_every_phrase_is_heard_again_in_every_container(encode: Encoder) -> None:
    assert [recognition.heard(encode(speech.speak(phrase))) for phrase in PHRASES] == list(PHRASES)


@pytest.mark.parametrize("encode", ENCODERS)
def test_the_same_call_gives_the_same_bytes(encode: Encoder) -> None:
    pcm = speech.speak(PHRASES[0])
    first = encode(pcm)
    speech.encode.cache_clear()
    assert encode(pcm) == first


def test_voices_differ() -> None:
    assert speech.speak(PHRASES[0], "en-us+f3") != speech.speak(PHRASES[0], "en-us")
    assert recognition.heard(speech.wav(speech.speak(PHRASES[0], "en-us+f3"))) == PHRASES[0]


def test_a_voice_that_does_not_exist_is_refused() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        speech.speak("Hello", "klingon-opera")


def test_each_container_is_what_it_says() -> None:
    pcm = speech.speak(PHRASES[3])
    starts = {encode.__name__: encode(pcm)[:12] for encode in ENCODERS}
    assert starts["ogg_opus"].startswith(b"OggS")
    assert starts["m4a"][4:12] == b"ftypM4A "
    assert starts["mp4_video_label"][4:12] == starts["video_note"][4:12] == b"ftypisom"
    assert starts["mp3"].startswith(b"ID3")
    assert starts["webm"].startswith(b"\x1aE\xdf\xa3")
    assert starts["wav"].startswith(b"RIFF")


def test_a_phones_recording_has_its_index_at_the_end_and_a_clip_at_the_start() -> None:
    phone, clip = speech.m4a(speech.speak(PHRASES[0])), speech.mp4_video_label(speech.speak(PHRASES[0]))
    assert phone.index(b"moov") > phone.index(b"mdat")
    assert clip.index(b"moov") < clip.index(b"mdat")


def test_a_live_recording_does_not_tell_its_duration() -> None:
    assert b"\x44\x89" not in speech.webm(speech.speak(PHRASES[0]))[:400]


def test_silence_and_noise_are_nothing_that_was_said() -> None:
    speech.speak(PHRASES[0])
    assert recognition.heard(speech.mp3(speech.silence(3.3))) == ""
    assert recognition.heard(speech.mp3(speech.noise(3.3))) == ""
    assert recognition.seconds(speech.wav(speech.noise(1.5))) == 1.5


def test_half_a_recording_is_not_heard_as_the_whole() -> None:
    recording = speech.mp3(speech.speak(PHRASES[2]))
    assert 0 < recognition.seconds(speech.truncated(recording)) < recognition.seconds(recording) * 0.6
    assert recognition.heard(speech.truncated(recording)) == ""


def test_damage_spares_most_of_a_file() -> None:
    recording = speech.mp3(speech.speak(PHRASES[2]))
    damaged = speech.damaged(recording)
    changed = sum(one != other for one, other in zip(recording, damaged, strict=True))
    assert 0 < changed <= len(recording) * 0.005
    assert speech.damaged(recording) == damaged


SOUNDLESS = [name for name in hostile_audio.HOSTILE if "hour" not in name]


@pytest.mark.parametrize("name", SOUNDLESS)
def test_there_is_nothing_to_hear_in(name: str) -> None:
    assert recognition.seconds(hostile_audio.HOSTILE[name]()) == 0


@pytest.mark.parametrize("channels", [1, 2])
def test_a_bomb_is_small_and_plays_for_long(channels: int) -> None:
    bomb = hostile_audio.opus_silence_bomb(hours=0.1, channels=channels)
    assert recognition.seconds(bomb) == pytest.approx(360)
    assert len(bomb) < 10_000
    assert len(hostile_audio.opus_silence_bomb()) < 100_000


def test_a_liar_claims_a_hundred_hours_and_plays_twelve_seconds(tmp_path: Path) -> None:
    liar = hostile_audio.lying_ogg()
    assert recognition.seconds(liar) == pytest.approx(12)
    assert "Duration: 100:00:00" in described(liar, tmp_path)


def test_a_cover_of_432_megabytes_fits_in_half_a_megabyte(tmp_path: Path) -> None:
    song = hostile_audio.mp3_with_huge_cover()
    assert len(song) < 600_000
    assert "12000x12000" in described(song, tmp_path)
    assert recognition.heard(song) == "a cover much too large"
    assert zlib.decompress(hostile_audio._zeros(3 << 20 | 77)) == bytes(3 << 20 | 77)


def described(audio: bytes, folder: Path) -> str:
    """What ffmpeg says about a file."""
    file = folder / "audio"
    file.write_bytes(audio)
    command = [speech.ffmpeg(), "-hide_banner", "-max_pixels", "1", "-i", str(file)]
    return subprocess.run(command, capture_output=True, check=False, timeout=30, text=True).stderr
