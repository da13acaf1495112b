"""An event becomes a turn: parse it, find its conversation, hear what was spoken, take the turn, record what it
changes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from engine import words
from engine.failures import Unusable
from engine.interview import Exchange, Interview
from engine.ports import Channel, Effects, Job, NewWork
from engine.preview import Preview
from engine.reply import Block, Reply, led_by, say
from engine.said import Command, Conversation, Incoming, Moved, Recording, Text, legible
from engine.turn import Outcome, Panel, Turn, take_turn
from engine.work import kinds
from engine.work.company import Company, keeping_company
from engine.work.desk import Desk
from engine.work.floods import stem
from engine.work.hearing import Superseded, hear
from engine.work.journal import Journal, RememberingInterviewer
from engine.work.whereabouts import Elsewhere, Here, whereabouts


async def handle_event(job: Job, desk: Desk) -> None:
    channel = desk.channels[job.work.kind.partition(":")[2]]
    incoming = channel.parse(job.work.payload)
    match incoming:
        case None:
            await desk.lanes.done(job, Effects())
        case Moved():
            await desk.lanes.done(job, Effects(moved=incoming))
        case Incoming():
            await _handle(job, legible(incoming), channel, desk)


async def _handle(job: Job, incoming: Incoming, channel: Channel, desk: Desk) -> None:
    here = await whereabouts(incoming, desk.library)
    if isinstance(here, Elsewhere):
        await stem(job, incoming, channel, desk)
        await _elsewhere(job, incoming, here, channel, desk)
        return
    interview = await desk.library.latest_interview(here.conversation.key)
    if not _ends(incoming, interview):
        await stem(job, incoming, channel, desk)
    if _crosses(incoming, interview) and await _may_wait(job, desk):
        await desk.lanes.later(job, desk.patience.crossing_look)
        return
    async with keeping_company(job, incoming, here.conversation, channel, desk) as company:
        outcome = await _outcome(job, incoming, here.conversation, interview, channel, desk, company)
    await desk.lanes.done(job, _effects(job, incoming, here, interview, outcome, channel))


def _ends(incoming: Incoming, interview: Interview | None) -> bool:
    """Whether this ends a running interview, which works whatever was said before."""
    return incoming.said == Command("grade") and interview is not None and interview.status == "open"


def _crosses(incoming: Incoming, interview: Interview | None) -> bool:
    """Whether it cannot be told yet if this concerns the open question: that one is still on its way."""
    current = interview.current if interview else None
    concerns = isinstance(incoming.said, Text | Recording) or incoming.said == Command("skip")
    return concerns and current is not None and current.asked_at is None


async def _may_wait(job: Job, desk: Desk) -> bool:
    return await Journal(job, desk.lanes).age("crossing") < desk.patience.crossing


async def _outcome(
    job: Job,
    incoming: Incoming,
    conversation: Conversation,
    interview: Interview | None,
    channel: Channel,
    desk: Desk,
    company: Company,
) -> Outcome:
    journal = Journal(job, desk.lanes)
    said = incoming.said
    remark: tuple[Block, ...] = ()
    if isinstance(said, Recording) and desk.listener and interview and interview.current:
        try:
            said, remark = await hear(job, said, interview, channel, desk, journal)
        except Unusable as error:
            return Outcome((words.not_heard(error.reason, interview),))
        except Superseded:
            return Outcome((say(words.SUPERSEDED),))

    interviewer = RememberingInterviewer(desk.interviewer, journal)
    panel = Panel(desk.packs, interviewer, desk.library, Preview(company.write))
    turn = Turn(
        said=said,
        learner=incoming.learner,
        conversation=conversation.key,
        interview=interview,
        ref=incoming.ref,
        position=incoming.position,
        now=datetime.now(UTC),
        new_id=secrets.token_hex(8),
    )
    outcome = await take_turn(turn, panel)
    if not (remark and outcome.replies):
        return outcome
    first, *others = outcome.replies
    return replace(outcome, replies=(led_by(first, remark), *others))


def _effects(
    job: Job,
    incoming: Incoming,
    here: Here,
    before: Interview | None,
    outcome: Outcome,
    channel: Channel,
) -> Effects:
    grades = tuple(kinds.grade(interview, interview.exchanges[n - 1]) for interview, n in outcome.to_grade)
    score = (kinds.score(outcome.ended),) if outcome.ended else ()
    return Effects(
        learner=incoming.learner,
        conversation=here.conversation if here.new else None,
        interviews=outcome.interviews,
        exchanges=_changed(before, outcome.interviews),
        works=(*grades, *score, *_sends(job, incoming, here.conversation, before, outcome, channel)),
    )


def _changed(before: Interview | None, after: Sequence[Interview]) -> tuple[tuple[str, Exchange], ...]:
    known = {(before.id, exchange) for exchange in before.exchanges} if before else set()
    return tuple((i.id, exchange) for i in after for exchange in i.exchanges if (i.id, exchange) not in known)


def _sends(
    job: Job,
    incoming: Incoming,
    conversation: Conversation,
    before: Interview | None,
    outcome: Outcome,
    channel: Channel,
) -> tuple[NewWork, ...]:
    """To the conversation; what is private goes to where it was asked for."""
    interviews = (*([before] if before else []), *outcome.interviews)
    interview = interviews[-1].id if interviews else None
    shared = [reply for reply in outcome.replies if not reply.private]
    own = [reply for reply in outcome.replies if reply.private]
    return (
        *kinds.says(channel, conversation, shared, job.work.key, interview),
        *_privately(job, incoming, own, channel),
    )


def _privately(job: Job, incoming: Incoming, replies: Sequence[Reply], channel: Channel) -> tuple[NewWork, ...]:
    return tuple(
        kinds.say_to(channel, incoming.address, reply, f"{job.work.key}/own/{n}", job.work.conversation)
        for n, reply in enumerate(replies)
    )


async def _elsewhere(job: Job, incoming: Incoming, found: Elsewhere, channel: Channel, desk: Desk) -> None:
    """Kindly says why the event changes nothing, or looks again in a moment."""
    match found.why:
        case "soon" if await _may_wait(job, desk):
            await desk.lanes.later(job, desk.patience.crossing_look)
            return
        case "several":
            interviews = [await desk.library.latest_interview(other.key) for other in found.others]
            reply = words.which_interview(i.pack.title for i in interviews if i)
            works = _privately(job, incoming, [replace(reply, private=True)], channel)
        case "stranger":
            interview = await desk.library.latest_interview(found.others[0].key)
            works = (_to_stranger(job, incoming, found.others[0], channel),) if interview else ()
        case _:
            works = ()
    await desk.lanes.done(job, Effects(works=works))


def _to_stranger(job: Job, incoming: Incoming, theirs: Conversation, channel: Channel) -> NewWork:
    """Once per stranger and conversation, however much they write."""
    key = f"stranger:{theirs.key}:{incoming.learner.key}"
    return kinds.say_to(channel, incoming.address, words.stranger(), key, job.work.conversation)
