"""Hearing a recording: its transcript is saved at once, and what is typed goes before what cannot be heard."""

from __future__ import annotations

import asyncio

from pydantic import TypeAdapter

from engine import words
from engine.failures import Unavailable, Unusable
from engine.grading import About
from engine.interview import Interview
from engine.ports import Channel, Job, Listening, Speech
from engine.reply import Block
from engine.said import Command, Incoming, Press, Recording, Text
from engine.work.desk import Desk
from engine.work.journal import Journal

_speech = TypeAdapter(Speech)


class Superseded(Exception):
    """The learner typed something after a recording that could not be heard in time."""


async def hear(
    job: Job, recording: Recording, interview: Interview, channel: Channel, desk: Desk, journal: Journal
) -> tuple[Text, tuple[Block, ...]]:
    """The recording as text, and what to remark about it. Raises Unusable, Unavailable, Superseded."""
    known = journal.get("speech")
    if known:
        speech = _speech.validate_python(known)
    else:
        speech = await _hear(job, recording, interview, channel, desk, journal)
        await journal.put("speech", _speech.dump_python(speech, mode="json"))
    return Text(speech.text, speech.heard), (words.CUT_OFF,) if speech.cut_off else ()


async def _hear(
    job: Job, recording: Recording, interview: Interview, channel: Channel, desk: Desk, journal: Journal
) -> Speech:
    left = max(0.0, desk.patience.kind_word - await journal.age("hearing"))
    listening = asyncio.create_task(_fetch_and_listen(recording, interview, channel, desk))
    typed = asyncio.create_task(_typed_instead(job, left, channel, desk))
    try:
        return await _first(listening, typed)
    except Superseded:
        await journal.put("superseded", True)
        raise
    except Unavailable:
        if left or not await _has_typed(job, channel, desk):
            raise
        await journal.put("superseded", True)
        raise Superseded from None
    finally:
        for task in (listening, typed):
            task.cancel()
        await asyncio.gather(listening, typed, return_exceptions=True)


async def _first(listening: asyncio.Task[Speech], typed: asyncio.Task[None]) -> Speech:
    """What is said, unless something is typed before that is known."""
    await asyncio.wait((listening, typed), return_when=asyncio.FIRST_COMPLETED)
    if listening.done():
        return listening.result()
    typed.result()
    raise Superseded


async def _fetch_and_listen(recording: Recording, interview: Interview, channel: Channel, desk: Desk) -> Speech:
    assert desk.listener is not None, "only called where somebody can hear"
    async with channel.download(recording) as chunks:
        return await desk.listener.listen(chunks, _context(recording, interview))


def _context(recording: Recording, interview: Interview) -> Listening:
    """The role's terms and the current question help to tell "K-means" from "came means"."""
    current = interview.current
    assert current is not None, "a recording answers an open question"
    return Listening(
        about=About(interview.conversation, interview.id),
        prompt=f"A job interview, {interview.pack.title}. The question was: {current.asked}",
        keywords=tuple(term.term for term in interview.pack.glossary),
        claimed_seconds=recording.seconds,
    )


async def _typed_instead(job: Job, seconds: float, channel: Channel, desk: Desk) -> None:
    """Returns when the learner has waited for so long and has typed something."""
    await asyncio.sleep(seconds)
    while not await _has_typed(job, channel, desk):  # noqa: ASYNC110 - what it waits for is in the database
        await asyncio.sleep(desk.patience.typed_look)


async def _has_typed(job: Job, channel: Channel, desk: Desk) -> bool:
    """False while that cannot be looked up: a recording is not given up for a database that is away."""
    try:
        return any(_is_typed(work.payload, channel) for work in await desk.lanes.behind(job))
    except Unavailable:
        return False


def _is_typed(body: bytes, channel: Channel) -> bool:
    try:
        incoming = channel.parse(body)
    except Unusable:
        return False
    return isinstance(incoming, Incoming) and isinstance(incoming.said, Text | Command | Press)
