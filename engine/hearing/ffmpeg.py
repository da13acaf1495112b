"""Where ffmpeg is, and the one way in which it may open a stranger's file."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

from engine.failures import Unavailable
from engine.hearing.child import limited

RATE = 16_000
CPU_SECONDS = 20

# Without both lists a "voice note" that is really a playlist opens other learners' files and addresses in our network.
FORMATS = "ogg,matroska,webm,mov,mp4,m4a,3gp,mp3,wav,flac,aac,amr"
CODECS = "opus,vorbis,aac,mp3,mp3float,flac,alac,amrnb,amrwb,pcm_s16le,pcm_s24le,pcm_s32le,pcm_u8,pcm_f32le"

MEND = "install it (apt install ffmpeg, brew install ffmpeg), or pip install imageio-ffmpeg, or set FFMPEG_PATH"


def find_ffmpeg() -> str:
    """The absolute path of ffmpeg: `FFMPEG_PATH`, else on the `PATH`, else the one in the package imageio-ffmpeg.

    Raises Unavailable, saying how to mend it. May take a moment the first time: call it in a thread.
    """
    return _find(os.environ.get("FFMPEG_PATH"), os.environ.get("PATH"))


@functools.lru_cache(maxsize=4)
def _find(named: str | None, path: str | None) -> str:
    if named:
        found = shutil.which(named, path=path)
        if not found:
            raise Unavailable(f"FFMPEG_PATH is {named}, and no program is there: {MEND}")
    else:
        found = shutil.which("ffmpeg", path=path) or _bundled()
    return os.path.abspath(found)


def _bundled() -> str:
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError, OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"There is no ffmpeg: {MEND}") from error


def decode_command(ffmpeg: str, path: Path, max_seconds: int) -> list[str]:
    """Decodes the first audio track of `path` to 16 kHz mono s16le on standard output, `max_seconds` and one more.

    No playlists, no other files, no network, no metadata, no pictures; bounded processor time and memory.
    """
    end = ("-t", str(max_seconds + 1))
    command = [ffmpeg, "-hide_banner", "-nostdin", "-v", "error"]
    command += ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-codec_whitelist", CODECS]
    # A cover picture of 12,000 x 12,000 pixels costs half a gigabyte although nobody looks at it.
    command += ["-max_pixels", "1", "-probesize", "5M", "-analyzeduration", "10M", "-threads", "1"]
    # "file:" because a name may look like a protocol.
    command += [*end, "-i", f"file:{path.absolute()}"]
    command += ["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1"]
    command += ["-ac", "1", "-ar", str(RATE), *end, "-f", "s16le", "pipe:1"]
    return limited(command, cpu=CPU_SECONDS, file_size=0)
