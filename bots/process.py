"""A process: services that run side by side until it is told to stop, and then end in good order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence

Service = Callable[[], Awaitable[None]]


async def run_until_stopped(services: Sequence[Service]) -> None:
    """Runs all services until SIGTERM or SIGINT, or until one of them fails; then cancels them all and waits for their end.

    A service that has to finish something does so while it is being cancelled.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
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
