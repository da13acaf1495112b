"""A process: waits for its database, runs services side by side until it is told to stop, and ends in good order."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Sequence

from storage.reach import Condition, NotReached, look_at

log = logging.getLogger(__name__)

Service = Callable[[], Awaitable[None]]

ATTEMPT_SECONDS = 10.0
PAUSE_SECONDS = 0.5
STOP_SECONDS = 9.3


class Refusal(Exception):
    """The command cannot do its work; the text says what is wrong and the mend.

    `code` is the exit code: 2 for what an operator has to mend, 1 for what may pass, so that a supervisor starts the
    process again.
    """

    def __init__(self, text: str, code: int = 2) -> None:
        super().__init__(text)
        self.code = code


async def reach(url: str, patience: float = 0.0) -> Condition:
    """The database once it answers; one that is away is waited for, `patience` seconds long. Raises Refusal."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    warned = False
    while True:
        try:
            return await look_at(url, ATTEMPT_SECONDS)
        except NotReached as error:
            if not error.passes or loop.time() >= deadline:
                raise Refusal(f"DATABASE_URL: {error}", 1 if error.passes and patience else 2) from error
            if not warned:
                log.warning("DATABASE_URL: %s; waiting %.0f s for it", error.cause, patience)
                warned = True
        await asyncio.sleep(PAUSE_SECONDS)


def _break_off() -> None:
    log.warning("not everything ended in time; it is left to be recovered")
    logging.shutdown()
    os._exit(0)


async def run_until_stopped(services: Sequence[Service]) -> None:
    """Runs all services until SIGTERM or SIGINT, or until one of them fails; then cancels all and waits for their end.

    A service that has to finish something does so while it is being cancelled. What takes longer than a host waits,
    as where a database has fallen silent, is broken off: whatever was begun is recovered, as after a crash.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told() -> None:
        stop.set()
        loop.call_later(STOP_SECONDS, _break_off)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)
    # What is there by now stays. The collector would walk through it again and again, a tenth of a second each time.
    gc.collect()
    gc.freeze()
    tasks = [asyncio.ensure_future(service()) for service in services]
    stopped = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (stopped, *tasks):
            task.cancel()
        await asyncio.gather(stopped, *tasks, return_exceptions=True)
    for task in done - {stopped}:
        task.result()
