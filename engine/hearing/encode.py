"""A program of its own: reads 16 kHz mono s16le samples from standard input and writes them as MP3 to standard output.

pydub gives no handle on the ffmpeg that it starts, leaves files behind when it fails and warns while it is imported.
In a process of its own it can be stopped, its files lie in a folder that is removed, and the bots never load it.
It only ever sees samples that we made, never a learner's file.

    python encode.py FFMPEG < samples > mp3
"""

from __future__ import annotations

import io
import sys

from pydub import AudioSegment

RATE = 16_000
BITRATE = "64k"


def main() -> None:
    AudioSegment.converter = sys.argv[1]
    speech = AudioSegment(data=sys.stdin.buffer.read(), sample_width=2, frame_rate=RATE, channels=1)
    mp3 = io.BytesIO()
    speech.export(mp3, format="mp3", bitrate=BITRATE, parameters=["-map_metadata", "-1", "-threads", "1"])
    sys.stdout.buffer.write(mp3.getvalue())


if __name__ == "__main__":
    main()
