"""Doing a piece of work, whatever its kind, and what becomes of it when it fails."""

from __future__ import annotations

import asyncio
import logging
import traceback
from datetime import UTC, datetime

from engine import words
from engine.failures import Fenced, Unavailable, Unusable
from engine.ports import Effects, Job, NewWork
from engine.reply import say
from engine.said import Incoming
from engine.work import kinds
from engine.work.desk import Desk
from engine.work.grades import grade_answer
from engine.work.scores import follow_grades, post_scorecard
from engine.work.sends import amend, send
from engine.work.turns import handle_event
from engine.work.whereabouts import Elsewhere, whereabouts

log = logging.getLogger(__name__)

TURN_TRIES, TURN_SECONDS, TURN_LEAST_SECONDS = 10, 600.0, 60.0
OTHER_SECONDS = 7 * 24 * 3600.0

_HANDLERS = {
    kinds.EVENT: handle_event,
    kinds.GRADE: grade_answer,
    kinds.SCORE: post_scorecard,
    kinds.FOLLOW: follow_grades,
    kinds.SAY: send,
    kinds.AMEND: amend,
}


async def handle(job: Job, desk: Desk) -> None:
    """Does the work or hands it back; raises nothing but the cancellation, after which the work is handed back too."""
    try:
        await _HANDLERS[_kind(job)](job, desk)
    except Fenced:
        log.info("%s was given to another worker", job.work.lane)
    except Unusable as error:
        log.warning("%s cannot be done: %s", job.work.key, error.reason)
        await _quietly(_set_aside(job, desk, error.reason))
    except Unavailable as error:
        log.warning("%s has to wait: %s", job.work.key, error)
        await _quietly(_retry(job, desk, error.retry_after, in_doubt=error.in_doubt))
    except asyncio.CancelledError:
        await asyncio.shield(_quietly(desk.lanes.later(job, 0.0, in_doubt=True)))
        raise
    except Exception as error:  # the edge of the loop: one work's failure is nobody else's
        log.error("%s failed: %s", job.work.key, where(error))
        await _quietly(_retry(job, desk, None, in_doubt=True))


def where(error: BaseException) -> str:
    """The error's type and the lines it came through; never its text, which may hold a learner's words or a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at " + " < ".join(f"{f.filename}:{f.lineno}" for f in reversed(frames[-6:]))


def _kind(job: Job) -> str:
    return job.work.kind.partition(":")[0]


async def _quietly(step: object) -> None:
    """The database may be away or the work somebody else's by now: then it is recovered when its lease ends."""
    try:
        await step  # type: ignore[misc]
    except Exception as error:  # the edge of the loop
        log.warning("could not hand work back: %s", where(error))


async def _retry(job: Job, desk: Desk, retry_after: float | None, *, in_doubt: bool) -> None:
    if _hopeless(job):
        return await _set_aside(job, desk, "given_up")
    delay = retry_after if retry_after is not None else min(60.0, 0.25 * 2.0 ** min(job.attempts, 10))
    # What is sent or graded must wait as told; a learner's next message may go on at once.
    await desk.lanes.later(job, delay, failed=True, hold=_kind(job) != kinds.EVENT, in_doubt=in_doubt)


def _hopeless(job: Job) -> bool:
    age = (datetime.now(UTC) - job.work.received_at).total_seconds()
    if _kind(job) != kinds.EVENT:
        return age > OTHER_SECONDS
    return age > TURN_SECONDS or (job.attempts + 1 >= TURN_TRIES and age > TURN_LEAST_SECONDS)


async def _set_aside(job: Job, desk: Desk, reason: str) -> None:
    """Kept for the operator; the learner is told when it was a message of theirs."""
    works = await _apology(job, desk) if _kind(job) == kinds.EVENT and reason == "given_up" else ()
    await desk.lanes.aside(job, reason, Effects(works=works))


async def _apology(job: Job, desk: Desk) -> tuple[NewWork, ...]:
    channel = desk.channels[job.work.kind.partition(":")[2]]
    try:
        incoming = channel.parse(job.work.payload)
    except Exception as error:  # whatever it is that cannot be read is set aside all the same
        log.warning("%s cannot be read: %s", job.work.key, where(error))
        return ()
    if not isinstance(incoming, Incoming):
        return ()
    conversation = await whereabouts(incoming, desk.library)
    address = incoming.address if isinstance(conversation, Elsewhere) else conversation.address
    return (kinds.say_to(channel, address, say(words.SET_ASIDE), f"{job.work.key}/sorry", job.work.conversation),)
