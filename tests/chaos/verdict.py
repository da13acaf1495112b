"""The verdict: what the database holds and what the platforms saw, compared with what the learners said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from tests.chaos import answers, messages
from tests.chaos.calls import Calls
from tests.chaos.kept import Kept, read
from tests.chaos.learners import Learner
from tests.chaos.world import World


@dataclass
class Verdict:
    """`wrong` is what must never happen.

    `repeated` counts messages that went out twice, which a kill between the platform's acceptance and our record of it
    may cause; `late` are those of them that came after the scorecard. `aside` names work that was given up.
    """

    interviews: int = 0
    answers: int = 0
    spoken: int = 0
    ended_early: int = 0
    repeated: int = 0
    wrong: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)


async def judge(world: World, calls: Calls) -> Verdict:
    learners = world.learners
    verdict = Verdict(
        interviews=len(learners),
        answers=sum(len(learner.answers) for learner in learners),
        spoken=sum(answer.spoken for learner in learners for answer in learner.answers),
        ended_early=sum(learner.over for learner in learners),
    )
    connection = await asyncpg.connect(world.database_url)
    try:
        for learner in learners:
            _judge_learner(learner, await read(connection, learner.key), learners, calls, verdict)
        verdict.aside += [row["key"] for row in await connection.fetch("select key from work where aside is not null")]
        verdict.wrong += await _work_left(connection, len(learners))
        verdict.wrong += [f"{key} was set aside" for key in verdict.aside]
        verdict.wrong += messages.strays(world.slack, learners)
    finally:
        await connection.close()
    return verdict


def _judge_learner(learner: Learner, kept: Kept, learners: Sequence[Learner], calls: Calls, verdict: Verdict) -> None:
    if len(kept.interviews) != 1:
        verdict.wrong.append(f"{learner.name} has {len(kept.interviews)} interviews")
        return
    (interview,) = kept.interviews
    found = [
        *answers.problems(learner, interview, kept.sendings),
        *messages.problems(learner, interview, kept.sendings),
        *messages.strangers_words(learner, learners),
        *calls.repeated(learner, interview, kept.stored),
    ]
    verdict.wrong += [f"{learner.name} ({learner.platform}): {problem}" for problem in found]
    verdict.repeated += len(messages.copies(learner, kept.sendings))
    late = messages.after_the_end(learner, kept.sendings)
    verdict.late += [f"{learner.name} was told again after the scorecard: {shown.text[:80]!r}" for shown in late]


async def _work_left(connection: asyncpg.Connection, interviews: int) -> list[str]:
    left = await connection.fetch("select key from lane where last_seq > done_seq")
    cards = await connection.fetchval("select count(*) from work where key like 'scorecard:%'")
    return [
        *(f"{row['key']} has work left" for row in left),
        *([f"{cards} scorecards for {interviews} interviews"] if cards != interviews else []),
    ]
