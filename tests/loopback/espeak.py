"""Speaks one text as raw PCM on stdout: `python espeak.py VOICE < text`. 16-bit mono at 22,050 Hz.

A program of its own: espeak-ng keeps its state in globals, so that two voices in one process would mix.
"""

import ctypes
import sys

import espeakng_loader

SYNCHRONOUS, UTF8, CHARACTERS = 2, 1, 1
RATE_PARAMETER, WORDS_PER_MINUTE = 1, 165
NativeCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


def synthesise(text: bytes, voice: bytes) -> bytes:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    if library.espeak_Initialize(SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0) <= 0:
        raise RuntimeError("espeak-ng did not start")
    pcm = bytearray()

    def collect(samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            pcm.extend(ctypes.string_at(samples, count * 2))
        return 0

    callback = NativeCallback(collect)  # kept in a name: espeak-ng holds only a bare pointer to it
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice) != 0:
        raise ValueError(f"espeak-ng has no voice {voice!r}")
    library.espeak_SetParameter(RATE_PARAMETER, WORDS_PER_MINUTE, 0)
    library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, CHARACTERS, 0, UTF8, None, None)
    library.espeak_Synchronize()
    return bytes(pcm)


if __name__ == "__main__":
    sys.stdout.buffer.write(synthesise(sys.stdin.buffer.read(), sys.argv[1].encode()))
