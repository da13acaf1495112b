"""The embedded server, run for real: who owns it, who inherits it, and what a crash leaves behind."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from storage.embedded import DatabaseNotStarted, EmbeddedPostgres, default_home, launch
from storage.embedded.account import Account, account_for
from storage.embedded.binaries import Binaries, find_binaries, within_reach
from storage.embedded.lockfiles import OwnerLock, server_pid
from storage.embedded.server import answers
from tests.postgres import open_folder

ROOT = Path(__file__).parents[1]
QUICK = {"fsync": "off"}

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does this")


@pytest.fixture
def new_home() -> Iterator[Path]:
    """Not yet there."""
    with open_folder() as folder:
        yield folder / "postgres"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made_home() -> AsyncIterator[Path]:
    with open_folder() as folder:
        home = folder / "postgres"
        async with quick(home) as server:
            await keep_word(server.url, "kept")
            shutil.copy(home / "data" / "postmaster.pid", home / "left-over.pid")
        yield home


@pytest.fixture
def home(made_home: Path, new_home: Path) -> Path:
    """One with data, whose server was stopped."""
    copy(made_home, new_home)
    return new_home


def copy(made_home: Path, home: Path) -> None:
    """With its owners, unlike what Python's library copies."""
    subprocess.run(["cp", "-a", made_home, home], check=True)


def quick(home: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(home, settings=QUICK, patience=30)


@asynccontextmanager
async def another_process(home: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A process that uses the server, and the URL it was given."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "storage.embedded", str(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdin
    assert process.stdout
    try:
        yield process, (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


async def fetch(url: str, query: str, *values: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query, *values)
    finally:
        await connection.close()


async def keep_word(url: str, word: str) -> None:
    await fetch(url, "CREATE TABLE IF NOT EXISTS kept (word text)")
    await fetch(url, "INSERT INTO kept VALUES ($1)", word)


async def kept_word(url: str) -> object:
    return await fetch(url, "SELECT word FROM kept ORDER BY ctid DESC LIMIT 1")


async def seconds_until(condition: Callable[[], object]) -> float:
    began = time.monotonic()
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - what another process does is no event here
            await asyncio.sleep(0.01)
    return time.monotonic() - began


async def end_of(pid: int) -> None:
    """Returns when the process has ended."""
    descriptor = os.pidfd_open(pid)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(descriptor, ended.set)
    try:
        await asyncio.wait_for(ended.wait(), 15)
    finally:
        asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)


def running_server(home: Path) -> int:
    pid = server_pid(home / "data")
    assert pid
    return pid


async def test_what_was_written_is_there_after_a_stop_and_a_start(home: Path) -> None:
    async with quick(home) as server:
        await keep_word(server.url, "here")
        pid = running_server(home)
    assert server_pid(home / "data") is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    async with quick(home) as again:
        assert await kept_word(again.url) == "here"
        assert again.url == server.url


async def test_every_alphabet_has_upper_and_lower_case(home: Path) -> None:
    async with quick(home) as server:
        assert await fetch(server.url, "SELECT lower('ЖÉ') || upper('жé')") == "жéЖÉ"


async def test_an_attached_process_inherits_a_killed_owners_server_within_five_seconds(home: Path) -> None:
    async with another_process(home) as (owner, url), quick(home) as attached:
        assert attached.url == url
        assert not attached.owner
        await keep_word(url, "written before the kill")
        owner.kill()
        await owner.wait()
        assert await seconds_until(lambda: attached.owner) < 5
        assert attached.url == url
        assert await kept_word(url) == "written before the kill"


async def test_attached_processes_inherit_one_after_the_other(home: Path) -> None:
    async with another_process(home) as (first, url), another_process(home) as (second, _), quick(home) as last:
        await keep_word(url, "kept")
        for owner in (first, second):
            owner.kill()
            await owner.wait()
        assert await seconds_until(lambda: last.owner) < 5
        assert await kept_word(url) == "kept"


async def test_an_attached_process_inherits_when_the_owner_stops(home: Path) -> None:
    owner, attached = quick(home), quick(home)
    await owner.start()
    await attached.start()
    assert (owner.owner, attached.owner) == (True, False)
    await owner.stop()
    assert await seconds_until(lambda: attached.owner) < 5
    assert await answers(attached.url)
    await attached.stop()


async def test_two_simultaneous_cold_starts_share_one_server(new_home: Path) -> None:
    async with another_process(new_home) as (_, one), another_process(new_home) as (_, other):
        assert one == other
        await keep_word(one, "shared")
        assert await kept_word(other) == "shared"


async def test_many_cold_starts_in_one_process_have_one_owner(new_home: Path) -> None:
    servers = [quick(new_home) for _ in range(4)]
    await asyncio.gather(*(server.start() for server in servers))
    assert sum(server.owner for server in servers) == 1
    await asyncio.gather(*(server.stop() for server in servers))
    assert server_pid(new_home / "data") is None


async def test_a_killed_postmaster_is_restarted(home: Path) -> None:
    async with quick(home) as server:
        await keep_word(server.url, "kept")
        killed = running_server(home)
        os.kill(killed, signal.SIGKILL)
        assert await seconds_until(lambda: not server.owner) < 5
        assert await seconds_until(lambda: server.owner) < 5
        assert running_server(home) != killed
        assert await kept_word(server.url) == "kept"


@on_linux
async def test_a_killed_owners_server_shuts_down_cleanly(home: Path) -> None:
    async with another_process(home) as (owner, _):
        pid = running_server(home)
        owner.kill()
        await end_of(pid)
        assert not (home / "data" / "postmaster.pid").exists()


def leave_pid_file(home: Path, pid: object) -> None:
    """What a server leaves that could not shut down."""
    lines = (home / "left-over.pid").read_text().split("\n")
    left_over = home / "data" / "postmaster.pid"
    left_over.write_text("\n".join([str(pid), *lines[1:]]))
    owner = (home / "data").stat()
    os.chown(left_over, owner.st_uid, owner.st_gid)
    left_over.chmod(0o600)


def start_as_servers_user(home: Path, *command: str) -> subprocess.Popen[bytes]:
    """PostgreSQL trusts a number that belongs to another user's process less."""
    owner = (home / "data").stat()
    user = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    return subprocess.Popen(command, cwd="/", **user)  # type: ignore[call-overload,no-any-return]


async def test_another_program_with_the_left_over_number_is_unharmed(home: Path) -> None:
    with start_as_servers_user(home, "sleep", "60") as bystander:
        leave_pid_file(home, bystander.pid)
        async with quick(home) as server:
            assert await kept_word(server.url) == "kept"
        assert bystander.poll() is None
        bystander.kill()


def wait_without_reaping(process: subprocess.Popen[bytes]) -> None:
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


@on_linux
async def test_a_zombie_with_the_left_over_number_does_not_stop_a_start(home: Path) -> None:
    with start_as_servers_user(home, "true") as zombie:
        wait_without_reaping(zombie)
        leave_pid_file(home, zombie.pid)
        async with quick(home) as server:
            assert await kept_word(server.url) == "kept"


@pytest.mark.parametrize("nonsense", ["", "-17", "many"])
async def test_a_mangled_pid_file_does_not_stop_a_start(home: Path, nonsense: str) -> None:
    leave_pid_file(home, nonsense)
    async with quick(home) as server:
        assert await kept_word(server.url) == "kept"


async def test_a_half_made_data_folder_is_made_anew(new_home: Path) -> None:
    abandoned = new_home / "data.partial-abc"
    abandoned.mkdir(parents=True)
    new_home.chmod(0o711)
    async with quick(new_home) as server:
        assert await answers(server.url)
    assert not abandoned.exists()


async def test_a_cancelled_start_leaves_nothing_behind(home: Path) -> None:
    server = quick(home)
    starting = asyncio.create_task(server.start())
    await seconds_until(lambda: server_pid(home / "data"))
    pid = running_server(home)
    starting.cancel()
    with suppress(asyncio.CancelledError):
        await starting
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert OwnerLock(home / "lock").take()


@pytest.mark.parametrize("name", ["long" * 30, "with space, comma", "Данные 'ы'"])
async def test_a_home_that_no_socket_can_have_still_works(made_home: Path, new_home: Path, name: str) -> None:
    new_home.mkdir()
    new_home.chmod(0o711)
    home = new_home / name
    copy(made_home, home)
    async with quick(home) as owner, quick(home) as attached:
        assert owner.url == attached.url
        await keep_word(owner.url, "kept")
        socket_folder = Path((home / "socket-folder").read_text())
        assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
    async with quick(home) as again:
        assert again.url == owner.url
    shutil.rmtree(socket_folder)
    async with quick(home) as after_a_reboot:
        assert await kept_word(after_a_reboot.url) == "kept"
    shutil.rmtree(socket_folder)


async def test_a_folder_that_everybody_may_write_to_is_refused_and_left_as_it_was(new_home: Path) -> None:
    new_home.mkdir()
    new_home.chmod(0o1777)
    with pytest.raises(DatabaseNotStarted, match="choose a folder of its own"):
        await quick(new_home).start()
    assert stat.S_IMODE(new_home.stat().st_mode) == 0o1777
    assert list(new_home.iterdir()) == []


async def test_data_of_another_version_is_named_in_one_line(home: Path) -> None:
    (home / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(DatabaseNotStarted) as refused:
        await quick(home).start()
    assert "PostgreSQL 15" in str(refused.value)
    assert "DATABASE_URL" in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_a_wrong_setting_is_named_in_one_line(home: Path) -> None:
    with pytest.raises(DatabaseNotStarted, match="shared_bufers"):
        await EmbeddedPostgres(home, settings={**QUICK, "shared_bufers": "64MB"}).start()


async def test_an_owner_that_brings_nothing_up_is_named(new_home: Path) -> None:
    new_home.mkdir()
    lock = OwnerLock(new_home / "lock")
    assert lock.take()
    with pytest.raises(DatabaseNotStarted, match="stop that process"):
        await EmbeddedPostgres(new_home, patience=0.2).start()
    lock.release()


async def test_the_environments_own_postgres_variables_do_not_disturb(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "1", "PGDATA": "/nowhere", "PGSSLMODE": "verify-full", "PGDATABASE": "no"}.items():
        monkeypatch.setenv(name, value)
    async with quick(home) as server:
        assert await fetch(server.url, "SELECT current_database()") == "postgres"


async def test_the_servers_log_holds_no_words_of_learners(home: Path) -> None:
    async with quick(home) as server:
        await fetch(server.url, "CREATE TABLE said (words text CHECK (words <> 'my secret'))")
        with pytest.raises(asyncpg.CheckViolationError):
            await fetch(server.url, "INSERT INTO said VALUES ($1)", "my secret")
    logs = "".join(log.read_text() for log in (home / "data" / "log").iterdir())
    assert "violates check constraint" in logs
    assert "my secret" not in logs


@as_root
async def test_roots_server_runs_as_another_user_behind_folders_that_stay_closed(new_home: Path) -> None:
    closed = new_home.parent / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(DatabaseNotStarted, match="cannot enter") as refused:
        await quick(closed / "postgres").start()
    assert str(closed) in str(refused.value)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
async def test_a_data_folder_stays_with_its_user_even_one_without_a_name(home: Path) -> None:
    nameless = Account(54321, 54321)
    with pytest.raises(KeyError):
        pwd.getpwuid(nameless.uid)
    for path in (home / "data", *(home / "data").rglob("*")):
        nameless.own(path)
    async with quick(home) as server:
        assert await kept_word(server.url) == "kept"
        assert Path(f"/proc/{running_server(home)}").stat().st_uid == nameless.uid


@as_root
def test_without_a_way_to_add_users_nobody_runs_it(tmp_path: Path) -> None:
    account = account_for(tmp_path / "data", name="no-such-user", search_path=str(tmp_path))
    assert account == Account(*pwd.getpwnam("nobody")[2:4])


@as_root
def test_programs_out_of_reach_are_copied_once_and_run(new_home: Path, tmp_path: Path) -> None:
    installed = find_binaries()
    closed = Binaries(tmp_path / "wheel" / installed.root.name)
    shutil.copytree(installed.root, closed.root, symlinks=True, ignore=shutil.ignore_patterns("include"))
    for path in (closed.root, *closed.root.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
    account = account_for(new_home / "data")
    new_home.mkdir()
    new_home.chmod(0o711)
    outdated = new_home / "programs-outdated"
    outdated.mkdir()
    copied = within_reach(closed, account, new_home)
    assert new_home in copied.root.parents
    assert within_reach(closed, account, new_home) == copied
    assert not outdated.exists()
    assert account
    said = subprocess.run([copied.postgres, "--version"], user=account.uid, capture_output=True, text=True, check=True)
    assert "PostgreSQL" in said.stdout


def test_programs_within_reach_stay_where_they_are(new_home: Path) -> None:
    assert within_reach(find_binaries(), None, new_home) == find_binaries()


def test_the_users_data_folder_is_the_home(new_home: Path) -> None:
    assert default_home({"XDG_DATA_HOME": str(new_home)}) == new_home / "viva" / "postgres"


def test_a_relative_data_folder_is_ignored() -> None:
    assert default_home({"XDG_DATA_HOME": "relative"}) == default_home({})


@as_root
def test_root_whose_folder_is_closed_keeps_the_data_in_the_systems(tmp_path: Path) -> None:
    data_folder = tmp_path / "data"
    home = default_home({"XDG_DATA_HOME": str(data_folder)})
    assert home == Path("/var/lib/viva") / data_folder.relative_to("/") / "viva" / "postgres"


async def test_where_the_kernel_cannot_a_watcher_stops_the_program_with_its_owner(tmp_path: Path) -> None:
    """The method of macOS: the owner's death ends the pipe."""
    program = "trap 'echo interrupted; exit' INT; echo ready; while :; do sleep 0.05; done"
    owner = f"""
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell in the background has it ignored, and so do its children
read, write = os.pipe()
subprocess.Popen([{sys.executable!r}, "-I", "-S", {launch.__file__!r}, "watch", str(os.getpid()), "-1", "-1",
                  "/bin/sh", "-c", {program!r}], stdin=read)
time.sleep(60)
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", owner, stdout=subprocess.PIPE)
    assert process.stdout
    assert await process.stdout.readline() == b"ready\n"
    process.kill()
    assert await asyncio.wait_for(process.stdout.read(), 30) == b"interrupted\n"
    await process.wait()


@on_linux
async def test_a_killed_test_run_leaves_no_server_behind() -> None:
    run = "from tests.postgres import running_server\nwith running_server() as url:\n print(url, flush=True); input()"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout
    url = (await process.stdout.readline()).decode()
    pid = await fetch(url.strip(), "SELECT pg_backend_pid()")
    assert isinstance(pid, int)
    data = str(await fetch(url.strip(), "SHOW data_directory"))
    server = running_server(Path(data).parent)
    process.kill()
    await end_of(server)
    await process.wait()
