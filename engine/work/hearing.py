"""Hearing a recording: its transcript is saved at once, and what was typed meanwhile goes before what cannot be
heard."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from pydantic import TypeAdapter

from engine import words
from engine.failures import Unavailable, Unusable
from engine.grading import About
from engine.interview import Interview
from engine.ports import Channel, Job, Listening, Speech
from engine.said import Command, Incoming, Press, Recording, Text
from engine.work.desk import Desk
from engine.work.journal import Journal

PATIENCE_SECONDS = 15.0
LOOK_SECONDS = 1.0

_speech = TypeAdapter(Speech)


class Superseded(Exception):
    """The learner typed something after a recording that could not be heard in time."""


async def hear(
    job: Job, recording: Recording, interview: Interview, channel: Channel, desk: Desk, journal: Journal
) -> tuple[Text, tuple[str, ...]]:
    """The recording as text, and what to remark about it. Raises Unusable, Unavailable, Superseded."""
    known = journal.get("speech")
    speech = _speech.validate_python(known) if known else await _listen(job, recording, interview, channel, desk)
    if not known:
        await journal.put("speech", _speech.dump_python(speech, mode="json"))
    return Text(speech.text, speech.heard), (words.CUT_OFF,) if speech.cut_off else ()


async def _listen(job: Job, recording: Recording, interview: Interview, channel: Channel, desk: Desk) -> Speech:
    listening = asyncio.create_task(_fetch_and_listen(recording, interview, channel, desk))
    typed = asyncio.create_task(_typed_instead(job, channel, desk))
    try:
        await asyncio.wait((listening, typed), return_when=asyncio.FIRST_COMPLETED)
        if not listening.done():
            raise Superseded
        try:
            return listening.result()
        except Unavailable:
            if _age(job) >= PATIENCE_SECONDS and await _has_typed(job, channel, desk):
                raise Superseded from None
            raise
    finally:
        for task in (listening, typed):
            task.cancel()
        await asyncio.gather(listening, typed, return_exceptions=True)


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


async def _typed_instead(job: Job, channel: Channel, desk: Desk) -> None:
    """Returns when the learner has waited long enough and has written something."""
    await asyncio.sleep(max(0.0, PATIENCE_SECONDS - _age(job)))
    while not await _has_typed(job, channel, desk):  # noqa: ASYNC110 - what it waits for is in the database
        await asyncio.sleep(LOOK_SECONDS)


async def _has_typed(job: Job, channel: Channel, desk: Desk) -> bool:
    return any(_is_typed(work.payload, channel) for work in await desk.lanes.behind(job))


def _is_typed(body: bytes, channel: Channel) -> bool:
    try:
        incoming = channel.parse(body)
    except Unusable:
        return False
    return isinstance(incoming, Incoming) and isinstance(incoming.said, Text | Command | Press)


def _age(job: Job) -> float:
    return (datetime.now(UTC) - job.work.received_at).total_seconds()
