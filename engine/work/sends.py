"""Sending: replies go out in order per chat; what was sent is recorded with the platform's ids, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from engine.interview import Interview
from engine.ports import Channel, Effects, Job, Sent, Work
from engine.reply import Reply, split
from engine.said import Address, Conversation
from engine.scorecard import scorecard
from engine.work.desk import Desk
from engine.work.kinds import amend_codec, delivered, say_codec

_parts = TypeAdapter(list[Sent])
_refs = TypeAdapter(list[str])


async def send(job: Job, desk: Desk) -> None:
    """Sends the parts that were not sent yet. Raises Unavailable and Unusable as the channel does.

    A question that may have gone out twice counts as asked before anything: what was said since may answer its first
    copy.
    """
    say = say_codec.validate_json(job.work.payload)
    channel = desk.channels[say.channel]
    conversation = await desk.library.conversation(say.conversation) if say.conversation else None
    address = conversation.address if conversation else say.address
    assert address is not None, "a reply has a conversation or an address"
    parts = await _send_parts(job, desk, channel, address, say.reply)
    position = 0 if job.in_doubt else parts[-1].position
    effects = Effects(conversation=_named(conversation, parts[0]), delivered=delivered(say, position))
    await desk.lanes.done(job, effects, _result(parts), hold=channel.pace)


async def _send_parts(job: Job, desk: Desk, channel: Channel, address: Address, reply: Reply) -> list[Sent]:
    messages = split(reply, channel.limit, channel.measure)
    parts = _parts.validate_python(job.work.result.get("parts", []))
    for message in messages[len(parts) :]:
        if parts:
            await desk.lanes.progress(job, _result(parts))
            address = parts[0].address or address
        parts.append(await channel.send(address, message))
    return parts


def _named(conversation: Conversation | None, first: Sent) -> Conversation | None:
    """The conversation with the place that its first message opened; None when nothing changes."""
    if conversation is None or conversation.place is not None or first.place is None:
        return None
    return replace(conversation, place=first.place, address=first.address or conversation.address)


async def amend(job: Job, desk: Desk) -> None:
    """Edits the messages of a posted scorecard that read otherwise now; those that an earlier try has edited are
    left."""
    what = amend_codec.validate_json(job.work.payload)
    interview = await desk.library.interview(what.interview)
    posted = await desk.library.scorecard_messages(what.interview)
    conversation = await desk.library.conversation(what.conversation)
    channel = desk.channels[what.channel]
    if interview and posted and conversation:
        edited = _refs.validate_python(job.work.result.get("edited", []))
        for ref, message in _renewed(posted, interview, what.graded, channel):
            if ref not in edited:
                await channel.edit(conversation.address, ref, message)
                edited.append(ref)
                await desk.lanes.progress(job, {"edited": edited})
    await desk.lanes.done(job, Effects(), hold=channel.pace)


def _renewed(
    posted: Work, interview: Interview, graded: Sequence[int], channel: Channel
) -> Iterable[tuple[str, Reply]]:
    """The messages in which these exchanges, the result or the outlook stand, by their ids; cut where they were cut
    when posted."""
    before = say_codec.validate_json(posted.payload).reply
    news = dict(zip(before.sections, scorecard(interview).sections, strict=False))
    touched = {before.sections[number] for number in (0, *graded, -1)}
    parts = _parts.validate_python(posted.result.get("parts", []))
    for sent, message in zip(parts, split(before, channel.limit, channel.measure), strict=False):
        renewed = replace(message, sections=tuple(news.get(section, section) for section in message.sections))
        if renewed != message and touched & set(message.sections):
            yield sent.ref, renewed


def _result(parts: Sequence[Sent]) -> dict[str, object]:
    return {"parts": _parts.dump_python(list(parts), mode="json")}
