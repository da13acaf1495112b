"""One run: learners on both platforms, processes, a storm, and the verdict. `make chaos` runs this as long as asked."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from storage.migrate import upgrade
from tests.chaos.calls import Hearing, calls_of
from tests.chaos.database import Server
from tests.chaos.kept import WATCH
from tests.chaos.log import Log
from tests.chaos.storm import Storm
from tests.chaos.verdict import Verdict, judge
from tests.chaos.world import Scale, World, make_learners
from tests.end_to_end.brains import polite
from tests.end_to_end.viva import ROOT, openai_environment, telegram_environment, viva
from tests.loopback.openai import FakeOpenAI
from tests.loopback.slack import App, FakeSlack, Timing
from tests.loopback.telegram import FakeTelegram
from tests.postgres import database_from, run_statement

SETTLE_SECONDS = 180.0
MODEL_SECONDS = 0.2
ASLEEP = 5.0
MISTAKE = "ERROR engine.work.handle"
# A killed worker takes what a platform asked of it to the grave.
FORGIVEN, FORGIVEN_ON_SLACK = ("retry_after",), ("retry_after_ignored",)
# Slack delivers again at once, after one minute and after five: here all of it within a minute.
PATIENT = Timing(retry_delays=(0.0, 0.5, 2.0, 5.0, 10.0, 20.0, 20.0))


@dataclass(frozen=True)
class Report:
    """`log` has what was done to whom, `met` which of the planned faults came about."""

    seed: int
    verdict: Verdict
    log: Log
    met: Counter[str]

    def __str__(self) -> str:
        v = self.verdict
        lines = [
            f"seed {self.seed}: {v.interviews} interviews ({v.ended_early} ended early), "
            f"{v.answers} answers ({v.spoken} spoken)",
            f"  done: {_listed(Counter({w: n for w, n in self.log.counts.items() if not w.startswith('(')}))}",
            f"  faults met: {_listed(self.met)}",
            f"  lost or wrong: {len(v.wrong)}, messages repeated: {v.repeated}",
        ]
        lines += [*(f"  ! {each}" for each in v.wrong), *(f"  ~ {each}" for each in v.late)]
        return "\n".join([*lines, *([str(self.log)] if v.wrong else [])])


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "none"


async def run(server: Server, seed: int, scale: Scale) -> Report:
    """`scale.seconds` of storm while the learners take their interviews, who finish them in the calm after it."""
    async with _world(server, seed, scale) as world:
        environments = (
            telegram_environment(world.telegram.url, world.telegram.token),
            world.slack.env(),
            openai_environment(world.openai.base_url, world.openai.api_key),
        )
        async with viva(world.database_url, *environments, start=scale.processes) as running:
            storm = Storm(seed, running, world)
            await _until_the_end(storm, scale.seconds, world, seed)
        verdict = await judge(world, calls_of(world.openai, world.hearing))
        verdict.wrong += [*storm.wrong, *world.openai.violations, *_complaints(running.log, verdict.aside)]
        world.slack.assert_clean(FORGIVEN_ON_SLACK)
        return Report(seed, verdict, storm.log, storm.met)


def _complaints(log: str, aside: Sequence[str]) -> list[str]:
    """Work that failed by a mistake of Viva's and not by anybody's outage, and why work was set aside."""
    lines = dict.fromkeys(log.splitlines())
    return [line for line in lines if line.startswith(MISTAKE) or any(f" {key} " in line for key in aside)]


@asynccontextmanager
async def _world(server: Server, seed: int, scale: Scale) -> AsyncIterator[World]:
    slack = FakeSlack(App.from_manifest(ROOT / "bots" / "slack_manifest.yaml"), timing=PATIENT)
    telegram, openai = FakeTelegram(allow=FORGIVEN), FakeOpenAI(latency=MODEL_SECONDS)
    async with database_from(server.url) as url, telegram, slack, openai:
        await upgrade(url)
        await run_statement(url, WATCH)
        learners = make_learners(seed, scale, telegram, slack)
        hearing = Hearing(frozenset(learner.name for learner in learners))
        polite(openai).on_transcribe(hearing.transcribe)
        yield World(scale, server, url, telegram, slack, openai, hearing, learners)


async def _until_the_end(storm: Storm, seconds: float, world: World, seed: int) -> None:
    """Of the storm, of all interviews, and of all work. Fails with what is left to do."""
    watching = asyncio.create_task(_notice_sleep(storm.log))
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(storm.rage(seconds))
            for learner in world.learners:
                tasks.create_task(learner.take())
        await _settled(world.database_url)
    except* AssertionError as errors:
        left = f"lanes at work:\n{await _left(world.database_url)}\n{world.undelivered()}"
        first = "\n".join(map(str, errors.exceptions))
        raise AssertionError(f"{first}\nseed {seed}:\n{storm.log}\n{left}") from None
    finally:
        watching.cancel()


async def _notice_sleep(log: Log) -> None:
    """Whoever stops this process, or closes the laptop, makes learners lose patience for no fault of Viva's."""
    loop = asyncio.get_running_loop()
    while True:
        before = loop.time()
        await asyncio.sleep(1.0)
        if loop.time() - before > ASLEEP:
            log.note(f"(this process itself was not running for {loop.time() - before:.0f} s)")


async def _settled(database_url: str) -> None:
    """Until every lane is at rest: the last parts of scorecards and late grades."""
    end = time.monotonic() + SETTLE_SECONDS
    while await _left(database_url):
        assert time.monotonic() < end, "not settled"
        await asyncio.sleep(0.2)


async def _left(database_url: str) -> str:
    connection = await asyncpg.connect(database_url)
    try:
        return "\n".join(str(dict(row)) for row in await connection.fetch(_LEFT))
    finally:
        await connection.close()


_LEFT = """
    select key, last_seq, done_seq, owner, fence, attempts, ready_at - now() as ready_in, hold_until - now() as held,
        lease_until - now() as lease
    from lane where last_seq > done_seq"""
