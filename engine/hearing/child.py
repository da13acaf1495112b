"""Runs a program that must not outlive us, fill the memory, take for ever or hold up the event loop. POSIX only."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from engine.failures import Unavailable

LONGEST_COMPLAINT = 8192
CHUNK = 1 << 16
MEMORY = 1 << 30
NICENESS = 10
# A program that reads strangers' files finds none of our tokens in its environment.
HANDED_DOWN = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "HOME", "LANG")


@dataclass(frozen=True)
class Ended:
    """`out` is what it wrote, `complaint` the first 8 KB of its standard error (for the log), `code` its exit code,
    negative for a signal. `overflowed`: it was stopped because it wrote more than it may."""

    out: bytes
    complaint: str
    code: int
    overflowed: bool


async def run(
    argv: Sequence[str], *, most: int, seconds: float, feed: bytes = b"", env: Mapping[str, str] | None = None
) -> Ended:
    """Runs `argv` in a process group of its own, with `feed` as its input, and keeps `most` bytes of its output.

    The whole group is dead when this ends, also when it is cancelled. Raises Unavailable when `argv` cannot be
    started or takes longer than `seconds`.
    """
    process = await _start(argv, feed, env)
    try:
        async with asyncio.timeout(seconds):
            return await _attend(process, most, feed)
    except BaseException as error:
        await _bury(process)
        if isinstance(error, TimeoutError):
            raise Unavailable(f"{argv[0]} took longer than {seconds:g} s") from error
        raise


def environment(*more: str) -> dict[str, str]:
    """What a child may know: where programs and libraries are, and the variables named in `more`."""
    return {name: os.environ[name] for name in (*HANDED_DOWN, *more) if name in os.environ}


def limited(argv: Sequence[str], *, cpu: int, file_size: int) -> list[str]:
    """The same command, behind everybody else who wants a processor, and under limits for memory (1 GiB), processor
    seconds and file size, where there are `nice` and `prlimit`."""
    nice, prlimit = shutil.which("nice"), shutil.which("prlimit")
    argv = [nice, "-n", str(NICENESS), *argv] if nice else list(argv)
    if prlimit is None:
        return argv
    # At the first of two values a program may still end properly, at the second it is killed.
    limits = [
        f"--as={_allowed(resource.RLIMIT_AS, MEMORY)}",
        f"--cpu={_allowed(resource.RLIMIT_CPU, cpu)}:{_allowed(resource.RLIMIT_CPU, cpu + 2)}",
        f"--fsize={_allowed(resource.RLIMIT_FSIZE, file_size)}",
    ]
    return [prlimit, *limits, "--core=0", "--", *argv]


def _allowed(kind: int, wanted: int) -> int:
    """prlimit starts nothing when it is asked for more than we may have ourselves."""
    hard = resource.getrlimit(kind)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


async def _start(argv: Sequence[str], feed: bytes, env: Mapping[str, str] | None) -> Process:
    """asyncio, when cancelled while a program starts, kills that one alone and then waits for the children it has."""
    starting = asyncio.create_task(_spawn(argv, feed, env))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.shield(_bury_newborn(starting))
        raise


async def _bury_newborn(starting: asyncio.Task[Process]) -> None:
    with suppress(Unavailable):
        await _bury(await starting)


async def _spawn(argv: Sequence[str], feed: bytes, env: Mapping[str, str] | None) -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=PIPE if feed else DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            start_new_session=True,
            env=environment() if env is None else env,
        )
    except OSError as error:
        raise Unavailable(f"{argv[0]} cannot be started: {error.strerror}") from error


async def _attend(process: Process, most: int, feed: bytes) -> Ended:
    assert process.stdout
    assert process.stderr
    async with asyncio.TaskGroup() as group:
        out = group.create_task(_read(process.stdout, most, lambda: _kill(process)))
        complaint = group.create_task(_read(process.stderr, LONGEST_COMPLAINT))
        group.create_task(_feed(process, feed))
        code = await process.wait()
    words = complaint.result()[:LONGEST_COMPLAINT].decode("utf-8", "replace")
    return Ended(out.result()[:most], words, code, overflowed=len(out.result()) > most)


async def _read(stream: asyncio.StreamReader, most: int, overflowed: Callable[[], None] = lambda: None) -> bytes:
    """Reads to the end, since an unread pipe stays open, but keeps little more than `most` bytes."""
    kept = bytearray()
    while chunk := await stream.read(CHUNK):
        if len(kept) <= most:
            kept += chunk
            if len(kept) > most:
                overflowed()
    return bytes(kept)


async def _feed(process: Process, feed: bytes) -> None:
    if process.stdin is None:
        return
    # It may end without reading everything; its exit code tells.
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(feed)
        await process.stdin.drain()
        process.stdin.close()
        await process.stdin.wait_closed()


async def _bury(process: Process) -> None:
    _kill(process)
    assert process.stdout
    assert process.stderr
    await asyncio.gather(_read(process.stdout, 0), _read(process.stderr, 0), process.wait())


def _kill(process: Process) -> None:
    # macOS answers "not permitted" for a group of zombies.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
