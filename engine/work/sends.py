"""Sending: replies go out in order per chat; what was sent is recorded with the platform's ids, part by part."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from engine.interview import Interview
from engine.ports import Channel, Effects, Job, Sent
from engine.reply import Reply, regroup, split
from engine.said import Address, Conversation
from engine.scorecard import scorecard
from engine.work.desk import Desk
from engine.work.kinds import amend_codec, delivered, say_codec


@dataclass(frozen=True)
class Part:
    """One message that went out: how many sections of the reply it holds, and the digest of its text."""

    sent: Sent
    sections: int
    digest: str


_parts = TypeAdapter(list[Part])


async def send(job: Job, desk: Desk) -> None:
    """Sends the parts that were not sent yet. Raises Unavailable and Unusable as the channel does."""
    say = say_codec.validate_json(job.work.payload)
    channel = desk.channels[say.channel]
    conversation = await desk.library.conversation(say.conversation) if say.conversation else None
    address = conversation.address if conversation else say.address
    assert address is not None, "a reply has a conversation or an address"
    parts = await _send_parts(job, desk, channel, address, say.reply)
    effects = Effects(
        conversation=_named(conversation, parts[0].sent), delivered=delivered(say, parts[-1].sent.position)
    )
    await desk.lanes.done(job, effects, _result(parts), hold=channel.pace)


async def _send_parts(job: Job, desk: Desk, channel: Channel, address: Address, reply: Reply) -> list[Part]:
    messages = split(reply, channel.limit, channel.measure)
    parts = _parts.validate_python(job.work.result.get("parts", []))
    for message in messages[len(parts) :]:
        if parts:
            await desk.lanes.progress(job, _result(parts))
            address = parts[0].sent.address or address
        sent = await channel.send(address, message)
        parts.append(Part(sent, len(message.sections), _digest(message)))
    return parts


def _named(conversation: Conversation | None, first: Sent) -> Conversation | None:
    """The conversation with the place that its first message opened; None when nothing changes."""
    if conversation is None or conversation.place is not None or first.place is None:
        return None
    return replace(conversation, place=first.place, address=first.address or conversation.address)


async def amend(job: Job, desk: Desk) -> None:
    """Edits the messages of a posted scorecard that read otherwise by now."""
    what = amend_codec.validate_json(job.work.payload)
    interview = await desk.library.interview(what.interview)
    posted = await desk.library.scorecard_messages(what.interview)
    conversation = await desk.library.conversation(what.conversation)
    if interview and posted and conversation:
        parts = _parts.validate_python(posted.result.get("parts", []))
        channel = desk.channels[what.channel]
        for part, message in zip(parts, _same_parts(interview, parts), strict=False):
            if _digest(message) != part.digest:
                await channel.edit(conversation.address, part.sent.ref, message)
    await desk.lanes.done(job, Effects())


def _same_parts(interview: Interview, parts: Sequence[Part]) -> tuple[Reply, ...]:
    """The scorecard as it reads now, cut where it was cut when it was posted."""
    reply = scorecard(interview)
    groups = []
    start = 0
    for part in parts:
        groups.append(reply.sections[start : start + part.sections])
        start += part.sections
    return regroup(reply, groups)


def _digest(message: Reply) -> str:
    text = "\n".join(block.text for section in message.sections for block in section)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _result(parts: Sequence[Part]) -> dict[str, object]:
    return {"parts": _parts.dump_python(list(parts), mode="json")}
