"""`make chaos`: storm after storm, until the minutes asked for are over; the exit code says whether anything was
wrong."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time

from storage.migrate import upgrade
from tests.chaos.run import run
from tests.postgres import database_from, running_server


async def main(minutes: float, seed: int, learners: int) -> int:
    end = time.monotonic() + minutes * 60
    interviews = wrong = repeated = 0
    with running_server() as server:
        while time.monotonic() < end:
            async with database_from(server) as url:
                await upgrade(url)
                report = await run(url, seed, learners=learners, length=10, seconds=40.0)
            print(report, flush=True)
            interviews += report.verdict.interviews
            wrong += len(report.verdict.wrong)
            repeated += report.verdict.repeated
            seed += 1
    print(f"in all: {interviews} interviews, {wrong} lost or wrong, {repeated} messages repeated")
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--learners", type=int, default=30)
    asked = parser.parse_args()
    sys.exit(asyncio.run(main(asked.minutes, asked.seed, asked.learners)))
