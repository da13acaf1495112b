"""Real voice for tests, made offline: speech from espeak-ng, containers from ffmpeg, both out of wheels.

PCM here is always 16-bit little-endian mono at `RATE`. Everything is deterministic: the same call gives the same bytes.
All of it blocks for some 50-200 ms; in a test that measures the event loop, use `asyncio.to_thread`.
"""

import io
import random
import subprocess
import sys
import tempfile
import wave
from array import array
from functools import cache, lru_cache
from pathlib import Path

import imageio_ffmpeg

RATE = 22_050
EXACT = (
    *("-map_metadata", "-1", "-threads", "1"),
    *("-fflags", "+bitexact", "-flags:a", "+bitexact", "-flags:v", "+bitexact"),
)
ONLY_AUDIO_FILES = (
    *("-protocol_whitelist", "file", "-format_whitelist"),
    "ogg,matroska,webm,mov,mp4,m4a,3gp,mp3,wav,flac,aac",
)
SQUARE = "testsrc2=size=240x240:rate=15"

_spoken: dict[tuple[str, str], bytes] = {}


def speak(text: str, voice: str = "en-us") -> bytes:
    """The text as PCM, in an espeak-ng voice ("en-us", a woman's "en-us+f3", "en-gb-x-rp", "de" …)."""
    if (text, voice) not in _spoken:
        program = str(Path(__file__).with_name("espeak.py"))
        # -P: the program's folder holds modules named like the libraries that it might import.
        run = subprocess.run(
            [sys.executable, "-P", program, voice], input=text.encode(), stdout=subprocess.PIPE, check=True, timeout=60
        )
        _spoken[text, voice] = run.stdout
    return _spoken[text, voice]


def spoken() -> list[tuple[str, bytes]]:
    """Everything said so far in this process: texts and their PCM."""
    return [(text, pcm) for (text, _), pcm in _spoken.items()]


def silence(seconds: float) -> bytes:
    return bytes(2 * round(seconds * RATE))


def noise(seconds: float, loudness: float = 0.1, seed: int = 1) -> bytes:
    """White noise; `loudness` is the share of full scale."""
    samples = array("h", random.Random(seed).randbytes(2 * round(seconds * RATE)))
    return array("h", (int(sample * loudness) for sample in samples)).tobytes()


def ogg_opus(pcm: bytes) -> bytes:
    """As Telegram's voice notes: Opus in Ogg, 48 kHz mono."""
    return encode(pcm, "-ar", "48000", "-c:a", "libopus", "-b:a", "32k", "-application", "voip", "-f", "ogg")


def m4a(pcm: bytes) -> bytes:
    """As a phone's recorder: AAC, its index at the end of the file, so that a pipe cannot read it."""
    return encode(pcm, "-ar", "48000", "-c:a", "aac", "-b:a", "64k", "-f", "ipod")


def mp4_video_label(pcm: bytes) -> bytes:
    """As Slack's audio clips: only AAC, in a container that is labelled `video/mp4`."""
    return encode(pcm, "-ar", "48000", "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart", "-f", "mp4")


def mp3(pcm: bytes) -> bytes:
    return encode(pcm, "-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3")


def webm(pcm: bytes) -> bytes:
    """As a browser's recorder: Opus in WebM, written live, so that no header tells the duration."""
    return encode(pcm, "-ar", "48000", "-c:a", "libopus", "-b:a", "32k", "-live", "1", "-f", "webm")


def wav(pcm: bytes) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return buffer.getvalue()


def video_note(pcm: bytes) -> bytes:
    """As Telegram's round messages: a square H.264 video with AAC."""
    seconds = str(len(pcm) / 2 / RATE)
    picture = (
        *("-f", "lavfi", "-t", seconds, "-i", SQUARE),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
    )
    return encode(pcm, *picture, "-ar", "48000", "-c:a", "aac", "-b:a", "64k", "-f", "mp4")


def truncated(audio: bytes, kept: float = 0.5) -> bytes:
    """A file whose upload broke off."""
    return audio[: int(len(audio) * kept)]


def damaged(audio: bytes, share: float = 0.005, seed: int = 1) -> bytes:
    """A file with a share of its bytes replaced by random ones."""
    chance = random.Random(seed)
    broken = bytearray(audio)
    for index in chance.sample(range(len(audio)), int(len(audio) * share)):
        broken[index] = chance.randrange(256)
    return bytes(broken)


@lru_cache(maxsize=16)
def decode(audio: bytes, rate: int) -> bytes:
    """Any of these files as mono PCM at `rate`; empty when there is no audio in it."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in")
        source.write_bytes(audio)
        given = (*ONLY_AUDIO_FILES, "-max_pixels", "1", "-i", f"file:{source}", "-map", "0:a:0")
        return run_ffmpeg(*given, "-ac", "1", "-ar", str(rate), "-f", "s16le", "pipe:1")


@lru_cache(maxsize=256)
def encode(pcm: bytes, *how: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "out")
        given = ("-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0")
        run_ffmpeg(*given, *how, *EXACT, f"file:{made}", stdin=pcm)
        return made.read_bytes()


def run_ffmpeg(*arguments: str, stdin: bytes = b"") -> bytes:
    """What ffmpeg writes to stdout; its exit code is not asked, since half a file is often enough."""
    command = [ffmpeg(), "-hide_banner", "-nostdin", "-v", "error", "-y", *arguments]
    run = subprocess.run(
        command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=False
    )
    return run.stdout


@cache
def ffmpeg() -> str:
    path: str = imageio_ffmpeg.get_ffmpeg_exe()
    return path
