"""The verdict: what the database holds and what the platform saw, compared with what the learners said."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from tests.chaos.learners import SimulatedLearner


@dataclass
class Verdict:
    """`wrong` is what must never happen.

    `repeated` counts messages that went out twice, which a kill between the platform's acceptance and our record of it
    may cause; `late` are those of them that came after the scorecard.
    """

    interviews: int = 0
    answers: int = 0
    repeated: int = 0
    wrong: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)


async def judge(database_url: str, learners: Sequence[SimulatedLearner]) -> Verdict:
    verdict = Verdict(interviews=len(learners), answers=sum(len(learner.answers) for learner in learners))
    connection = await asyncpg.connect(database_url)
    try:
        for learner in learners:
            await _judge_learner(connection, learner, verdict)
        await _judge_work(connection, verdict)
    finally:
        await connection.close()
    return verdict


async def _judge_learner(connection: asyncpg.Connection, learner: SimulatedLearner, verdict: Verdict) -> None:
    rows = await connection.fetch(
        """select interview.id, exchange.number, exchange.parts, exchange.revision, exchange.closed, interview.status,
            (select count(*) from grade where grade.interview = interview.id and grade.number = exchange.number
                and grade.revision = exchange.revision) as grades
        from interview join exchange on exchange.interview = interview.id
        join learner on learner.key = interview.learner where learner.name = $1 order by exchange.number""",
        learner.name,
    )
    said = {row["number"]: [part["text"] for part in json.loads(row["parts"])] for row in rows}
    expected = {number: [text] for number, text in learner.answers.items()}
    if said != expected:
        verdict.wrong.append(f"{learner.name} said {expected}, kept is {said}")
    if len({row["id"] for row in rows}) != 1:
        verdict.wrong.append(f"{learner.name} has {len({row['id'] for row in rows})} interviews")
    verdict.wrong += [f"{learner.name}: {row['number']} has no grade" for row in rows if row["grades"] != 1]
    _judge_chat(learner, verdict)


def _judge_chat(learner: SimulatedLearner, verdict: Verdict) -> None:
    texts = Counter(message.text for message in learner.chat.said_by_bot)
    verdict.repeated += sum(count - 1 for count in texts.values())
    mine = learner.chat.transcript()
    for number in range(1, learner.length + 1):
        if f"Question {number}/{learner.length}" not in mine:
            verdict.wrong.append(f"{learner.name} was never asked question {number}")
    _judge_end(learner, texts, verdict)


def _judge_end(learner: SimulatedLearner, texts: Counter[str], verdict: Verdict) -> None:
    """The scorecard is the last message. What stands after it word for word as before is told apart: it was said twice,
    and the second time too late."""
    last = learner.chat.said_by_bot[-1].text
    if "Work on next" in last:
        return
    if texts[last] > 1:
        verdict.late.append(f"{learner.name} was told again after the scorecard: {last[:80]!r}")
    else:
        verdict.wrong.append(f"{learner.name}'s last message is not the end of the scorecard, but {last[:80]!r}")


async def _judge_work(connection: asyncpg.Connection, verdict: Verdict) -> None:
    aside = await connection.fetch("select key, aside from work where aside is not null")
    verdict.wrong += [f"{row['key']} was set aside: {row['aside']}" for row in aside]
    open_lanes = await connection.fetch("select key from lane where last_seq > done_seq")
    verdict.wrong += [f"{row['key']} has work left" for row in open_lanes]
    cards = await connection.fetchval("select count(*) from work where key like 'scorecard:%'")
    if cards != verdict.interviews:
        verdict.wrong.append(f"{cards} scorecards for {verdict.interviews} interviews")
