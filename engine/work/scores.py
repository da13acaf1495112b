"""The scorecard: posted once, when every grade is there or after a minute; edited in place as late grades come in."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.interview import Interview
from engine.ports import Effects, Job
from engine.scorecard import scorecard
from engine.work import kinds
from engine.work.desk import Desk, Patience
from engine.work.journal import Journal


async def post_scorecard(job: Job, desk: Desk) -> None:
    interview = await _interview(job, desk)
    if interview is None or interview.scored:
        await desk.lanes.done(job, Effects())
        return
    pending = _pending(interview)
    if pending and await Journal(job, desk.lanes).age("waiting") < desk.patience.grades:
        # A grade wakes this lane; looking again covers a grade that came in between reading and resting.
        await desk.lanes.later(job, desk.patience.grades_look)
        return
    conversation = await desk.library.conversation(interview.conversation)
    assert conversation is not None, "an interview has a conversation"
    channel = desk.channels[conversation.channel]
    works = [kinds.scorecard_say(channel, conversation, scorecard(interview), interview.id)]
    works += [kinds.follow(interview, pending)] if pending else []
    await desk.lanes.done(job, Effects(scored=interview.id, works=tuple(works)))


async def follow_grades(job: Job, desk: Desk) -> None:
    """Has the posted scorecard edited when grades came in, until none is missing or none will come any more."""
    before = kinds.scoring_codec.validate_json(job.work.payload).pending
    interview = await _interview(job, desk)
    if interview is None:
        await desk.lanes.done(job, Effects())
        return
    pending = _pending(interview)
    graded = tuple(number for number in before if number not in pending)
    if not graded:
        await _rest(job, interview, desk)
        return
    conversation = await desk.library.conversation(interview.conversation)
    assert conversation is not None, "an interview has a conversation"
    works = [kinds.amend(desk.channels[conversation.channel], conversation, interview.id, graded)]
    works += [kinds.follow(interview, pending)] if pending else []
    await desk.lanes.done(job, Effects(works=tuple(works)))


async def _rest(job: Job, interview: Interview, desk: Desk) -> None:
    """Until a grade wakes the lane; else it is looked at ever more rarely. When grading has given up, so does this."""
    waited = _waited(interview)
    if waited > 2 * desk.patience.other:
        await desk.lanes.done(job, Effects())
        return
    await desk.lanes.later(job, _next_look(waited, desk.patience))


def _next_look(waited: float, patience: Patience) -> float:
    return min(patience.follow_longest, max(patience.follow_look, waited / 10))


async def _interview(job: Job, desk: Desk) -> Interview | None:
    return await desk.library.interview(kinds.scoring_codec.validate_json(job.work.payload).interview)


def _pending(interview: Interview) -> tuple[int, ...]:
    return tuple(exchange.number for exchange in interview.responses if exchange.grade is None)


def _waited(interview: Interview) -> float:
    ended = interview.ended_at or interview.started_at
    return (datetime.now(UTC) - ended).total_seconds()
