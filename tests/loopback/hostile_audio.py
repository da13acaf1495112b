"""Files that are sent as voice by accident or malice. Small and quick to make, costly or dangerous to open."""

import random
import struct
import zlib
from collections.abc import Callable, Iterator

from tests.loopback import speech

OPUS_RATE = 48_000
# Code 3: six frames of 20 ms, all of them empty: 120 ms of silence in two bytes.
EMPTY_PACKET, PACKET_SAMPLES = bytes([31 << 3 | 3, 6]), 5_760
PACKETS_PER_PAGE = 255
BEGIN, END = 2, 4


def empty() -> bytes:
    return b""


def text() -> bytes:
    return b"This is not a voice note, it is a page of text.\n" * 200


def random_bytes(size: int = 20_000, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def hls_playlist(target: str) -> bytes:
    """Makes a careless decoder open `target`: a URL, or another learner's file."""
    lines = ("#EXTM3U", "#EXT-X-TARGETDURATION:10", "#EXTINF:10.0,", target, "#EXT-X-ENDLIST")
    return "\n".join(lines).encode() + b"\n"


def ffconcat_playlist(target: str) -> bytes:
    return f"ffconcat version 1.0\nfile '{target}'\n".encode()


def opus_silence_bomb(hours: float = 1.0, channels: int = 1) -> bytes:
    """Silence at 26 bytes a second: an hour in 93 kB, and gigabytes once decoded."""
    packets = round(hours * 3600 * OPUS_RATE / PACKET_SAMPLES)
    return _ogg_opus(packets, channels, granule_step=PACKET_SAMPLES)


def lying_ogg(hours: float = 100.0) -> bytes:
    """Claims `hours` and holds 12 seconds."""
    packets = 100
    return _ogg_opus(packets, 1, granule_step=round(hours * 3600 * OPUS_RATE / packets))


def zero_duration_ogg() -> bytes:
    return _ogg_opus(0, 1, granule_step=0)


def zero_duration_wav() -> bytes:
    return speech.wav(b"")


def wav_without_channels() -> bytes:
    samples = bytes(3_200)
    form = struct.pack("<HHIIHH", 1, 0, 16_000, 32_000, 0, 16)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def video_without_audio() -> bytes:
    picture = ("-f", "lavfi", "-i", speech.SQUARE, "-t", "1", "-c:v", "libx264", "-preset", "ultrafast")
    fragments = ("-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1")
    return speech.run_ffmpeg(*picture, "-pix_fmt", "yuv420p", *speech.EXACT, *fragments)


def mp3_with_huge_cover(pcm: bytes | None = None, side: int = 12_000) -> bytes:
    """A normal MP3 whose cover takes 3 * side² bytes once decoded."""
    picture = b"\0image/png\0\x03\0" + _black_png(side)
    frame = b"APIC" + struct.pack(">I", len(picture)) + b"\0\0" + picture
    header = b"ID3\x03\0\0" + bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return header + frame + speech.mp3(speech.speak("a cover much too large") if pcm is None else pcm)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing at all": empty,
    "a text": text,
    "random bytes": random_bytes,
    "a playlist": lambda: hls_playlist("http://127.0.0.1:9/secret.mp3"),
    "a list of files": lambda: ffconcat_playlist("other.mp3"),
    "an hour of silence": opus_silence_bomb,
    "an hour of stereo silence": lambda: opus_silence_bomb(channels=2),
    "an ogg without duration": zero_duration_ogg,
    "a wav without duration": zero_duration_wav,
    "a wav without channels": wav_without_channels,
    "a video without audio": video_without_audio,
}
"""Everything here in which there is nothing to hear, by name. The rest (`lying_ogg`, `mp3_with_huge_cover`) plays."""


def _ogg_opus(packets: int, channels: int, granule_step: int) -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, channels, 0, OPUS_RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, BEGIN), _page([tags], 1, 0, 0 if packets else END)]
    return b"".join([*pages, *_silent_pages(packets, granule_step)])


def _silent_pages(packets: int, granule_step: int) -> Iterator[bytes]:
    for number, first in enumerate(range(0, packets, PACKETS_PER_PAGE), start=2):
        last = min(first + PACKETS_PER_PAGE, packets)
        kind = END if last == packets else 0
        yield _page([EMPTY_PACKET] * (last - first), number, last * granule_step, kind)


def _page(packets: list[bytes], number: int, granule: int, kind: int) -> bytes:
    body = b"".join(packets)
    lengths = bytes(len(packet) for packet in packets)
    fields = (b"OggS", 0, kind, granule, 1, number, 0, len(packets))
    page = struct.pack("<4sBBqIIIB", *fields) + lengths + body
    return page[:22] + struct.pack("<I", _ogg_checksum(page)) + page[26:]


def _ogg_checksum(page: bytes) -> int:
    crc = 0
    for byte in page:
        crc = (crc << 8 & 0xFFFFFFFF) ^ CHECKSUMS[crc >> 24 ^ byte]
    return crc


def _checksum_of(byte: int) -> int:
    crc = byte << 24
    for _ in range(8):
        crc = (crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc


CHECKSUMS = [_checksum_of(byte) for byte in range(256)]


def _black_png(side: int) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", _zeros(side * (1 + 3 * side))), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _zeros(size: int) -> bytes:
    """`size` zeros, compressed without ever holding them: one flushed block of a megabyte, repeated."""
    block, (whole, rest) = 1 << 20, divmod(size, 1 << 20)
    packer = zlib.compressobj(9)
    start = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    repeated = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    tail = zlib.compressobj(9, wbits=-15)
    end = tail.compress(bytes(rest)) + tail.flush()
    return start + repeated * (whole - 1) + end + struct.pack(">I", (size % 65_521) << 16 | 1)
