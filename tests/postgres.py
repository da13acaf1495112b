"""Real PostgreSQL for tests: `database_url` is a migrated database of the test's own.

Each test process (each worker of pytest-xdist) has a server, made with its first such test. The server is a process
that lives until its standard input ends, and so no longer than the test process, whatever happens to that.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio

from storage.migrate import upgrade

TEMPLATE = "template_viva"
ROOT = Path(__file__).parents[1]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """The URL of a new server's administrative database."""
    with running_server() as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database_template(database_server: str) -> str:
    """The server's URL, once it has a migrated database to copy."""
    await run_statement(database_server, f"CREATE DATABASE {TEMPLATE}")
    await upgrade(with_database(database_server, TEMPLATE))
    return database_server


@pytest_asyncio.fixture
async def database_url(database_template: str) -> AsyncIterator[str]:
    """A migrated, empty database."""
    async with database_from(database_template, f"TEMPLATE {TEMPLATE}") as url:
        yield url


@pytest_asyncio.fixture
async def empty_database_url(database_server: str) -> AsyncIterator[str]:
    """A database without tables, for tests of migrations."""
    async with database_from(database_server) as url:
        yield url


@contextmanager
def open_folder() -> Iterator[Path]:
    """For a server's data. Not tmp_path, whose parents are closed to the user that runs root's server."""
    folder = Path(tempfile.mkdtemp(prefix="viva-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def running_server() -> Iterator[str]:
    command = [sys.executable, "-m", "storage.embedded", "--temporary"]
    # In a session of its own: Ctrl-C is for the tests, which then end its input.
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        assert server.stdout
        url = server.stdout.readline().strip()
        assert url, "the embedded PostgreSQL did not start: see the captured standard error"
        yield url  # leaving closes its input, and waits


@asynccontextmanager
async def database_from(server: str, clause: str = "") -> AsyncIterator[str]:
    name = f"test_{next(_numbers)}"
    await run_statement(server, f"CREATE DATABASE {name} {clause}")
    yield with_database(server, name)
    await run_statement(server, f"DROP DATABASE {name} WITH (FORCE)")


async def run_statement(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()
