"""Floods: what one learner sends without waiting for any reply is kept, but not handled, and said so once a minute.

Otherwise each message of a flood would be a revision to grade and a reply to send, at the operator's cost.
"""

from __future__ import annotations

from contextlib import suppress

from engine.failures import Unusable
from engine.ports import Channel, Job
from engine.said import Incoming
from engine.work.desk import Desk

MOST, WITHIN = 20, 60.0
"""Messages, and seconds."""

TOO_MANY = "too_many"


async def stem(job: Job, incoming: Incoming, channel: Channel, desk: Desk) -> None:
    """Raises Unusable('too_many') for a message that came when twenty were in line before it, all said within a minute
    by the platform's clock: what has waited while Viva was away was not said at once."""
    if incoming.said_at is None or job.work.seq <= MOST:
        return
    earlier = await desk.lanes.ahead(job, MOST)
    said_at = _said_at(earlier.payload, channel) if earlier else None
    if said_at is not None and 0 <= incoming.said_at - said_at < WITHIN:
        raise Unusable(TOO_MANY, f"more than {MOST} messages in line, all of them within {WITHIN:g} s")


def _said_at(body: bytes, channel: Channel) -> float | None:
    with suppress(Unusable):
        earlier = channel.parse(body)
        if isinstance(earlier, Incoming):
            return earlier.said_at
    return None


def flood(job: Job) -> str:
    """Names what is said about this minute's flood, so that it is said once."""
    return f"flood:{job.work.lane}:{job.work.received_at:%Y%m%d%H%M}"
