import asyncio
import os
import resource
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.failures import Unusable
from engine.hearing.child import environment, run
from engine.hearing.convert import to_speech
from tests.loopback import hostile_audio, speech

ANSWER = "Overfitting means that the model has learnt the noise."

REASONS = {
    "nothing at all": "not_audio",
    "a text": "not_audio",
    "random bytes": "not_audio",
    "a playlist": "not_audio",
    "a list of files": "not_audio",
    "an hour of silence": "too_long",
    "an hour of stereo silence": "too_long",
    "an ogg without duration": "not_audio",
    "a wav without duration": "no_audio",
    "a wav without channels": "not_audio",
    "a video without audio": "no_audio",
}


def received(folder: Path, audio: bytes) -> Path:
    path = folder / "in"
    path.write_bytes(audio)
    return path


async def refused(path: Path) -> str:
    with pytest.raises(Unusable) as refusal:
        await to_speech(path)
    return refusal.value.reason


@pytest.mark.parametrize("kind", hostile_audio.HOSTILE)
async def test_a_file_with_nothing_to_hear_is_refused_for_good(kind: str, tmp_path: Path) -> None:
    assert await refused(received(tmp_path, hostile_audio.HOSTILE[kind]())) == REASONS[kind]


async def test_days_of_silence_in_a_small_file_cost_no_more_than_ten_minutes(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert await refused(received(tmp_path, hostile_audio.opus_silence_bomb(hours=48, channels=2))) == "too_long"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 10


async def test_many_channels_are_no_way_around_the_limit(tmp_path: Path) -> None:
    silence = ("-f", "lavfi", "-i", "anullsrc=channel_layout=7.1:sample_rate=48000", "-t", "700")
    bomb = speech.run_ffmpeg(*silence, "-c:a", "flac", "-compression_level", "0", "-f", "flac", "pipe:1")
    assert len(bomb) < 2_000_000
    assert await refused(received(tmp_path, bomb)) == "too_long"


async def test_a_length_that_the_file_only_claims_is_not_believed(tmp_path: Path) -> None:
    assert await refused(received(tmp_path, hostile_audio.lying_ogg(hours=100))) == "silent"


async def test_an_enormous_cover_picture_is_not_looked_at(tmp_path: Path) -> None:
    pcm = speech.speak(ANSWER)
    heard = await to_speech(received(tmp_path, hostile_audio.mp3_with_huge_cover(pcm)))
    assert heard.seconds == pytest.approx(len(pcm) / 2 / speech.RATE, abs=0.2)


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10.0,\n{target}\n#EXT-X-ENDLIST\n",
    "hls with a key": (
        '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n#EXTINF:10.0,\n{target}\n'
        "#EXT-X-ENDLIST\n"
    ),
    "hls of hls": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000\n{target}\n",
    "ffconcat": "ffconcat version 1.0\nfile '{target}'\n",
    "dash": (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT10S"><Period><AdaptationSet mimeType="audio/mp4"><Representation id="a" '
        'bandwidth="64000" codecs="mp4a.40.2"><BaseURL>{target}</BaseURL><SegmentBase indexRange="0-100"/>'
        "</Representation></AdaptationSet></Period></MPD>"
    ),
    "m3u": "{target}\n",
    "smil": '<smil><body><audio src="{target}"/></body></smil>',
}


@pytest.mark.parametrize("extension", ["", ".ogg", ".m3u8"])
@pytest.mark.parametrize("kind", PLAYLISTS)
async def test_a_playlist_makes_no_request_into_our_network(kind: str, extension: str, tmp_path: Path) -> None:
    async with listening() as (port, visitors):
        path = tmp_path / f"in{extension}"
        path.write_text(PLAYLISTS[kind].format(target=f"http://127.0.0.1:{port}/voice.ogg"))
        assert await refused(path) == "not_audio"
        assert visitors == []


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[int, list[str]]]:
    visitors: list[str] = []

    async def visited(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visitors.append("somebody")
        writer.close()

    server = await asyncio.start_server(visited, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], visitors


@pytest.mark.parametrize("how", ["next to it", "absolute", "as a file address"])
@pytest.mark.parametrize("kind", PLAYLISTS)
async def test_a_playlist_does_not_play_another_learners_voice(kind: str, how: str, tmp_path: Path) -> None:
    other = tmp_path / "other.mp3"
    other.write_bytes(speech.mp3(speech.speak(ANSWER)))
    target = {"next to it": "other.mp3", "absolute": str(other), "as a file address": f"file://{other}"}[how]
    assert await refused(received(tmp_path, PLAYLISTS[kind].format(target=target).encode())) == "not_audio"


async def test_a_session_description_opens_no_port(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        described = f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n"
        assert await refused(received(tmp_path, described.encode())) == "not_audio"


@pytest.mark.parametrize("kind", ["an hour of stereo silence", "an enormous cover"])
async def test_a_small_file_cannot_make_the_decoder_large(kind: str, tmp_path: Path) -> None:
    """Careless decoders took 4 GB and 0.5 GB for these. In a process of its own, whose only child is the decoder."""
    made = hostile_audio.HOSTILE.get(kind, hostile_audio.mp3_with_huge_cover)()
    known = environment() | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ended = await run([sys.executable, "-c", WEIGH, str(received(tmp_path, made))], most=1000, seconds=60, env=known)
    assert 1_000 < int(ended.out) < 150_000, "kilobytes"


WEIGH = """
import asyncio, contextlib, pathlib, resource, sys
from engine.failures import Unusable
from engine.hearing.convert import to_speech
with contextlib.suppress(Unusable):
    asyncio.run(to_speech(pathlib.Path(sys.argv[1])))
unit = 1024 if sys.platform == "darwin" else 1
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // unit)
"""
