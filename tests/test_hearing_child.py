import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from engine.failures import Unavailable
from engine.hearing.child import LONGEST_COMPLAINT, NICENESS, environment, limited, run

# Ignores a polite request to stop, as does the child that it starts; both hold the pipe open for as long as they live.
STUBBORN = """
trap '' TERM
exec 9>"$1"
sleep 600 &
echo started >&9
sleep 600
"""


# prlimit would refuse to start anything.
MODEST = """
import resource
from engine.hearing.child import limited
resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
print(limited(["true"], cpu=20, file_size=0))
"""


async def shell(script: str, *arguments: str, most: int = 1000, seconds: float = 20.0, feed: bytes = b"") -> bytes:
    ended = await run(["/bin/sh", "-c", script, "sh", *arguments], most=most, seconds=seconds, feed=feed)
    return ended.out


async def test_what_a_program_writes_is_returned_with_its_exit_code() -> None:
    ended = await run(["/bin/sh", "-c", "echo out; echo oops >&2; exit 3"], most=1000, seconds=20)
    assert (ended.out, ended.complaint, ended.code, ended.overflowed) == (b"out\n", "oops\n", 3, False)


async def test_a_program_is_fed_more_than_a_pipe_holds() -> None:
    fed = os.urandom(1 << 20)
    assert await shell("cat", most=1 << 21, feed=fed) == fed


async def test_a_program_need_not_read_what_it_is_fed() -> None:
    assert await shell("exec 0<&-; echo done", feed=bytes(1 << 20)) == b"done\n"


async def test_a_program_that_writes_without_end_is_stopped_at_its_limit() -> None:
    ended = await run(["/bin/sh", "-c", "yes"], most=100_000, seconds=20)
    assert ended.overflowed
    assert len(ended.out) == 100_000
    assert ended.code < 0


async def test_endless_complaints_are_cut() -> None:
    script = "head -c 300000 /dev/zero | tr '\\0' x >&2; echo done"
    ended = await run(["/bin/sh", "-c", script], most=1000, seconds=20)
    assert ended.out == b"done\n"
    assert ended.complaint == "x" * LONGEST_COMPLAINT


async def test_a_cancelled_program_is_dead_with_all_its_children(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    task = asyncio.create_task(shell(STUBBORN, str(alive)))
    with await asyncio.to_thread(alive.open, "rb") as pipe:
        assert await asyncio.to_thread(pipe.readline) == b"started\n"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The end of the pipe comes when the last process that held it open is gone.
        assert await asyncio.wait_for(asyncio.to_thread(pipe.read), 10) == b""


@pytest.mark.parametrize("steps", range(3, 9))
async def test_a_program_that_is_cancelled_while_it_starts_is_dead_with_all_its_children(
    steps: int, tmp_path: Path
) -> None:
    """asyncio by itself left the children alive, and then waited for them."""
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    task = asyncio.create_task(shell(STUBBORN, str(alive)))
    for _ in range(steps):
        await asyncio.sleep(0)
    # Read without giving way to the event loop: it is still in the middle of starting.
    with alive.open("rb") as pipe:
        assert pipe.readline() == b"started\n"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)
        assert await asyncio.wait_for(asyncio.to_thread(pipe.read), 10) == b""


async def test_a_program_that_takes_too_long_is_dead_with_all_its_children(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    opening = asyncio.create_task(asyncio.to_thread(alive.open, "rb"))
    with pytest.raises(Unavailable, match="longer than"):
        await shell(STUBBORN, str(alive), seconds=1.5)
    with await opening as pipe:
        assert await asyncio.wait_for(asyncio.to_thread(pipe.read), 10) == b"started\n"


async def test_a_program_that_ends_before_its_child_is_not_waited_for_too_long(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    opening = asyncio.create_task(asyncio.to_thread(alive.open, "rb"))
    with pytest.raises(Unavailable):
        await shell('exec 9>"$1"; sleep 600 & echo started >&9', str(alive), seconds=1.5)
    with await opening as pipe:
        assert await asyncio.wait_for(asyncio.to_thread(pipe.read), 10) == b"started\n"


async def test_a_missing_program_may_be_there_later(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be started"):
        await run([str(tmp_path / "missing")], most=10, seconds=20)


async def test_a_program_that_opens_strangers_files_sees_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:very-secret")
    assert b"very-secret" not in await shell("env", most=100_000)


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="no prlimit on this system")
class TestLimits:
    async def test_a_program_cannot_take_more_than_a_gigabyte(self) -> None:
        greedy = limited([sys.executable, "-c", "len(bytes(3 << 29))"], cpu=20, file_size=0)
        ended = await run(greedy, most=1000, seconds=20)
        assert ended.code != 0
        assert "MemoryError" in ended.complaint

    async def test_a_program_cannot_compute_for_ever(self) -> None:
        ended = await run(
            limited([sys.executable, "-c", "while True: pass"], cpu=1, file_size=0), most=1000, seconds=20
        )
        assert ended.code < 0

    async def test_a_program_cannot_fill_the_disk(self, tmp_path: Path) -> None:
        target = tmp_path / "file"
        script = ["/bin/sh", "-c", 'head -c 100000 /dev/zero > "$1"', "sh", str(target)]
        await run(limited(script, cpu=20, file_size=4096), most=1000, seconds=20)
        assert target.stat().st_size <= 4096

    async def test_no_more_is_asked_for_than_we_may_have_ourselves(self) -> None:
        command = [sys.executable, "-c", MODEST]
        ended = await run(command, most=1000, seconds=20, env=environment() | {"PYTHONPATH": os.pathsep.join(sys.path)})
        assert "--cpu=5:5" in ended.out.decode()


async def test_a_conversion_stands_behind_everybody_else_who_wants_a_processor() -> None:
    ended = await run(limited(["nice"], cpu=5, file_size=0), most=100, seconds=10)
    assert int(ended.out) == min(19, os.nice(0) + NICENESS)
