import asyncio
import os
import stat
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.failures import Unavailable, Unusable
from engine.hearing.workspace import PREFIX, sweep, workspace


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


async def download(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_a_download_is_saved_whole_under_a_name_of_ours() -> None:
    async with workspace() as work:
        saved = await work.save(download(b"one", b"", b"two"), limit=6)
        assert saved == work.path / "in"
        assert saved.read_bytes() == b"onetwo"


async def test_nobody_else_can_look_into_the_folder() -> None:
    async with workspace() as work:
        assert stat.S_IMODE(work.path.stat().st_mode) == 0o700


async def test_two_recordings_never_share_a_folder() -> None:
    async with workspace() as one, workspace() as other:
        assert one.path != other.path


async def test_a_download_ends_at_its_limit_whatever_was_announced() -> None:
    fetched: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            fetched.append(1)
            yield bytes(1000)

    async with workspace() as work:
        with pytest.raises(Unusable) as refused:
            await work.save(endless(), limit=5000)
        assert (work.path / "in").stat().st_size == 5000
    assert refused.value.reason == "too_big"
    assert len(fetched) == 6


async def test_an_empty_download_is_an_empty_file() -> None:
    async with workspace() as work:
        assert (await work.save(download(), limit=10)).read_bytes() == b""


async def test_nothing_is_left_after_success_failure_and_cancellation(temporary: Path) -> None:
    async with workspace() as work:
        await work.save(download(b"voice"), limit=10)
    with pytest.raises(Unusable):
        async with workspace() as work:
            await work.save(download(b"voice"), limit=1)
    await cancelled_download()
    assert list(temporary.iterdir()) == []


async def cancelled_download() -> None:
    under_way = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield b"voi"
        under_way.set()
        await asyncio.Event().wait()

    async def job() -> None:
        async with workspace() as work:
            await work.save(stalled(), limit=10)

    task = asyncio.create_task(job())
    await under_way.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_folder_that_cannot_be_made_may_be_made_later(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "gone"))
    with pytest.raises(Unavailable):
        async with workspace():
            pass


def test_a_sweep_removes_what_killed_processes_left_and_nothing_else(temporary: Path) -> None:
    old = [left_behind(temporary / f"{PREFIX}old"), left_behind(temporary / f"{PREFIX}older")]
    kept = [temporary / f"{PREFIX}new", left_behind(temporary / "somebody-elses")]
    kept[0].mkdir()
    assert sweep() == 2
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in kept)


def test_a_sweep_follows_no_link(temporary: Path) -> None:
    precious = left_behind(temporary / "precious")
    trap = temporary / f"{PREFIX}trap"
    trap.symlink_to(precious)
    os.utime(trap, (0, 0), follow_symlinks=False)
    assert sweep() == 0
    assert (precious / "in").exists()


def left_behind(folder: Path) -> Path:
    folder.mkdir()
    (folder / "in").write_bytes(b"voice")
    long_ago = time.time() - 2 * 3600
    os.utime(folder, (long_ago, long_ago))
    return folder
