"""`make chaos`: storm after storm, until the minutes asked for are over; the exit code says whether anything was
wrong."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time

from tests.chaos.database import own_server
from tests.chaos.run import Report, run
from tests.chaos.world import Scale

PROCESSES = ("telegram", "telegram", "slack", "slack", "worker", "worker")


async def main(minutes: float, seed: int, scale: Scale) -> int:
    end = time.monotonic() + minutes * 60
    reports: list[Report] = []
    async with own_server() as server:
        while not reports or time.monotonic() < end:
            reports.append(await run(server, seed + len(reports), scale))
            print(reports[-1], flush=True)
    verdicts = [report.verdict for report in reports]
    wrong = sum(len(verdict.wrong) for verdict in verdicts)
    print(
        f"in all: {sum(verdict.interviews for verdict in verdicts)} interviews, "
        f"{sum(verdict.answers for verdict in verdicts)} answers, {wrong} lost or wrong, "
        f"{sum(verdict.repeated for verdict in verdicts)} messages repeated"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--learners", type=int, default=24)
    parser.add_argument("--length", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=40.0, help="of storm, in each run")
    asked = parser.parse_args()
    half = asked.learners // 2
    scale = Scale(asked.learners - half, half, asked.length, asked.seconds, PROCESSES, harsh=True)
    sys.exit(asyncio.run(main(asked.minutes, asked.seed, scale)))
