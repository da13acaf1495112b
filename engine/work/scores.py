"""The scorecard: posted once, when every grade is there or after a minute; edited in place as late grades come in."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.interview import Interview
from engine.ports import Effects, Job
from engine.scorecard import scorecard
from engine.work import kinds
from engine.work.desk import Desk

PATIENCE_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 1.0
FOLLOW_SECONDS = 30.0


async def post_scorecard(job: Job, desk: Desk) -> None:
    interview = await _interview(job, desk)
    if interview is None or interview.scored:
        return await desk.lanes.done(job, Effects())
    pending = _pending(interview)
    if pending and _waited(interview) < PATIENCE_SECONDS:
        # A grade wakes this lane; looking again covers a grade that came in between reading and resting.
        return await desk.lanes.later(job, LOOK_AGAIN_SECONDS)
    conversation = await desk.library.conversation(interview.conversation)
    assert conversation is not None, "an interview has a conversation"
    channel = desk.channels[conversation.channel]
    works = [kinds.scorecard_say(channel, conversation, scorecard(interview), interview.id)]
    works += [kinds.follow(interview, pending)] if pending else []
    await desk.lanes.done(job, Effects(scored=interview.id, works=tuple(works)))


async def follow_grades(job: Job, desk: Desk) -> None:
    """Has the posted scorecard edited when grades came in, until none is missing."""
    posted = kinds.scoring_codec.validate_json(job.work.payload).pending
    interview = await _interview(job, desk)
    if interview is None:
        return await desk.lanes.done(job, Effects())
    pending = _pending(interview)
    if pending == posted:
        return await desk.lanes.later(job, FOLLOW_SECONDS)
    conversation = await desk.library.conversation(interview.conversation)
    assert conversation is not None, "an interview has a conversation"
    works = [kinds.amend(desk.channels[conversation.channel], conversation, interview.id, pending)]
    works += [kinds.follow(interview, pending)] if pending else []
    await desk.lanes.done(job, Effects(works=tuple(works)))


async def _interview(job: Job, desk: Desk) -> Interview | None:
    return await desk.library.interview(kinds.scoring_codec.validate_json(job.work.payload).interview)


def _pending(interview: Interview) -> int:
    return sum(exchange.grade is None for exchange in interview.responses)


def _waited(interview: Interview) -> float:
    ended = interview.ended_at or interview.started_at
    return (datetime.now(UTC) - ended).total_seconds()
