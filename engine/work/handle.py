"""Doing a piece of work, whatever its kind, and what becomes of it when it fails."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from engine import words
from engine.failures import Fenced, StorageAway, Unavailable, Unusable
from engine.ports import Effects, Job, NewWork
from engine.reply import say
from engine.said import Incoming
from engine.work import kinds
from engine.work.desk import Desk, Patience
from engine.work.floods import TOO_MANY, flood
from engine.work.grades import grade_answer
from engine.work.scores import follow_grades, post_scorecard
from engine.work.sends import amend, send
from engine.work.turns import handle_event
from engine.work.whereabouts import Elsewhere, whereabouts

log = logging.getLogger(__name__)

TURN_TRIES, TURN_LEAST_TRIES = 10, 3

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
        reason = error.reason
        await _hand_back(lambda: _set_aside(job, desk, reason), desk)
    except StorageAway as error:
        log.warning("%s has to wait: %s", job.work.key, error)
        await _hand_back(lambda: desk.lanes.later(job, desk.patience.back_off, in_doubt=True), desk)
    except Unavailable as error:
        log.warning("%s has to wait: %s", job.work.key, error)
        wait, in_doubt = error.retry_after, error.in_doubt
        await _hand_back(lambda: _retry(job, desk, wait, in_doubt=in_doubt), desk)
    except asyncio.CancelledError:
        await asyncio.shield(_quietly(desk.lanes.later(job, 0.0, in_doubt=True)))
        raise
    except Exception as error:  # noqa: BLE001 - the edge of the loop
        log.error("%s failed: %s", job.work.key, where(error))
        await _hand_back(lambda: _retry(job, desk, None, in_doubt=True), desk)


def where(error: BaseException) -> str:
    """The error's type and the lines it came through; never its text, which may hold a learner's words or a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at " + " < ".join(f"{f.filename}:{f.lineno}" for f in reversed(frames[-6:]))


def _kind(job: Job) -> str:
    return job.work.kind.partition(":")[0]


async def _hand_back(step: Callable[[], Awaitable[None]], desk: Desk) -> None:
    """Until it has worked: a living worker's leases are renewed, so that nobody else would ever take up this work."""
    while True:
        try:
            await step()
            return
        except Fenced:
            return
        except Exception as error:  # noqa: BLE001 - the edge of the loop
            log.warning("could not hand work back, trying again: %s", where(error))
            await asyncio.sleep(desk.patience.hand_back)


async def _quietly(step: Awaitable[None]) -> None:
    """The database may be away or the work somebody else's by now; a worker that ends has its work recovered."""
    try:
        await step
    except Exception as error:  # noqa: BLE001 - the edge of the loop
        log.warning("could not hand work back: %s", where(error))


async def _retry(job: Job, desk: Desk, retry_after: float | None, *, in_doubt: bool) -> None:
    if _hopeless(job, desk.patience):
        await _set_aside(job, desk, "given_up")
        return
    delay = retry_after if retry_after is not None else _back_off(job.attempts, desk.patience)
    # What is sent or graded must wait as told; a learner's next message may go on at once.
    await desk.lanes.later(job, delay, failed=True, hold=_kind(job) != kinds.EVENT, in_doubt=in_doubt)


def _back_off(attempts: int, patience: Patience) -> float:
    return min(patience.back_off_longest, patience.back_off * 2.0 ** min(attempts, 10))


def _hopeless(job: Job, patience: Patience) -> bool:
    """Whether it was tried for long enough; what waited while nobody worked is tried some times all the same."""
    age, tries = (datetime.now(UTC) - job.work.received_at).total_seconds(), job.attempts + 1
    if _kind(job) != kinds.EVENT:
        return age > patience.other
    late = age > patience.turn and tries >= TURN_LEAST_TRIES
    return late or (age > patience.turn_least and tries >= TURN_TRIES)


async def _set_aside(job: Job, desk: Desk, reason: str) -> None:
    """Kept for the operator; the learner is told when it was a message of theirs."""
    works: tuple[NewWork, ...] = ()
    if _kind(job) == kinds.EVENT:
        try:
            works = await _apology(job, desk, reason)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of the loop
            log.warning("%s cannot be read: %s", job.work.key, where(error))
    await desk.lanes.aside(job, reason, Effects(works=works))


async def _apology(job: Job, desk: Desk, reason: str) -> tuple[NewWork, ...]:
    channel = desk.channels[job.work.kind.partition(":")[2]]
    incoming = channel.parse(job.work.payload)
    if not isinstance(incoming, Incoming):
        return ()
    found = await whereabouts(incoming, desk.library)
    if isinstance(found, Elsewhere) and found.why in ("stranger", "not_for_us"):
        return ()
    address = incoming.address if isinstance(found, Elsewhere) else found.conversation.address
    text, key = words.SET_ASIDE, f"{job.work.key}/sorry"
    if reason == TOO_MANY:
        text, key = words.TOO_MANY, flood(job)
    return (kinds.say_to(channel, address, say(text), key, job.work.conversation),)
