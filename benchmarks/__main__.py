"""`make bench`: measures and prints. `python -m benchmarks turns` measures one thing; `--quick` takes less time."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping

from benchmarks.cost import costs, growth
from benchmarks.idle import at_rest
from benchmarks.machine import machine
from benchmarks.scorecard import scorecards
from benchmarks.table import Table
from benchmarks.turns import overheads, throughputs
from benchmarks.voice import neighbours, notes

BENCHES: Mapping[str, Callable[[bool], Awaitable[Table]]] = {
    "turns": overheads,
    "throughput": throughputs,
    "scorecard": scorecards,
    "voice": notes,
    "neighbours": neighbours,
    "rest": at_rest,
    "cost": costs,
    "growth": growth,
}


async def main(chosen: list[str], quick: bool) -> None:
    print(machine(), end="\n\n", flush=True)
    for name in chosen or BENCHES:
        print(await BENCHES[name](quick), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="*", choices=[*BENCHES, []], help="everything, if nothing is named")
    parser.add_argument("--quick", action="store_true", help="short runs, for a look")
    asked = parser.parse_args()
    asyncio.run(main(asked.what, asked.quick))
