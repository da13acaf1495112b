"""One run: learners, processes, a storm, and the verdict. `make chaos` runs this as long as asked."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

import asyncpg

from tests.chaos.learners import SimulatedLearner
from tests.chaos.storm import Storm
from tests.chaos.verdict import Verdict, judge
from tests.end_to_end.brains import polite
from tests.end_to_end.viva import openai_environment, telegram_environment, viva
from tests.loopback.openai import FakeOpenAI
from tests.loopback.telegram import FakeTelegram

PROCESSES = ("telegram", "telegram", "worker", "worker")
SETTLE_SECONDS = 120.0
# A killed worker takes what Telegram asked of it to the grave.
FORGIVEN = ("retry_after",)


@dataclass(frozen=True)
class Report:
    seed: int
    verdict: Verdict
    storm: Counter[str]

    def __str__(self) -> str:
        done = ", ".join(f"{count} {what}" for what, count in sorted(self.storm.items()))
        v = self.verdict
        lines = [f"seed {self.seed}: {v.interviews} interviews, {v.answers} answers; {done}"]
        lines += [f"lost or wrong: {len(v.wrong)}, messages repeated: {v.repeated}", *v.wrong, *v.late]
        return "\n".join(lines)


async def run(database_url: str, seed: int, learners: int = 10, length: int = 5, seconds: float = 15.0) -> Report:
    """`seconds` of storm while the learners take their interviews, who finish them in the calm after it."""
    async with FakeTelegram(allow=FORGIVEN) as telegram, FakeOpenAI(latency=0.2) as openai:
        people = [
            SimulatedLearner(f"Learner{n}", telegram.private_chat(telegram.learner(1000 + n, f"Learner{n}")), length)
            for n in range(learners)
        ]
        model = openai_environment(polite(openai).base_url, openai.api_key)
        async with viva(
            database_url, telegram_environment(telegram.url, telegram.token), model, start=PROCESSES
        ) as running:
            storm = Storm(seed, running, telegram, openai, people, database_url)
            try:
                await asyncio.gather(storm.rage(seconds), *(person.take() for person in people))
            except AssertionError as error:
                raise AssertionError(f"{error}\nseed {seed}, lanes at work:\n{await _left(database_url)}") from None
            await _settled(database_url)
        return Report(seed, await judge(database_url, people), storm.done)


async def _settled(database_url: str) -> None:
    """Until every lane is at rest: the last parts of scorecards and late grades. Fails with what is left to do."""
    end = time.monotonic() + SETTLE_SECONDS
    while left := await _left(database_url):
        assert time.monotonic() < end, left
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
