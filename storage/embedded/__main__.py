"""Runs the embedded server until standard input ends, and prints its URL: for tests, and for a look with psql.

python -m storage.embedded                on the user's own data
python -m storage.embedded FOLDER         on the data in FOLDER
python -m storage.embedded --temporary    on new data, removed at the end; quick, as it need not survive a crash
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.embedded.failures import DatabaseNotStarted
from storage.embedded.folders import default_home
from storage.embedded.supervisor import EmbeddedPostgres

CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m storage.embedded", description="Runs the embedded PostgreSQL.")
    parser.add_argument("folder", nargs="?", type=Path, help="where its data is; the user's own by default")
    parser.add_argument("--temporary", action="store_true", help="on new data, removed at the end")
    arguments = parser.parse_args()
    try:
        if arguments.temporary:
            with _temporary_home() as home:
                asyncio.run(_serve(home, CARELESS))
        else:
            asyncio.run(_serve(arguments.folder or default_home(), {}))
    except DatabaseNotStarted as error:
        raise SystemExit(str(error)) from None


@contextmanager
def _temporary_home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="viva-postgres-"))
    home.chmod(0o711)  # root's server runs as another user
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def _serve(home: Path, settings: Mapping[str, str]) -> None:
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, done.set)
    # Not an executor's thread: the end of the loop would wait for it.
    threading.Thread(target=_wait_for_end_of_input, args=(loop, done), daemon=True).start()
    async with EmbeddedPostgres(home, settings=settings) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        await done.wait()


def _wait_for_end_of_input(loop: asyncio.AbstractEventLoop, done: asyncio.Event) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    with suppress(RuntimeError):  # the loop has ended first
        loop.call_soon_threadsafe(done.set)


if __name__ == "__main__":
    main()
