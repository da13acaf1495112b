"""Asking: how an interview gets its next question, from the pack or from the interviewer, without giving answers
away."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine import plan
from engine.grading import About
from engine.interview import Exchange, Interview
from engine.ports import Interviewer, Moment, Move
from engine.preview import Preview
from engine.reply import Block
from engine.reveal import reveals
from engine.rolepack import Question
from engine.words import shorten

LONGEST_SPOKEN = 600


@dataclass(frozen=True)
class Asking:
    about: About
    interviewer: Interviewer
    preview: Preview


@dataclass(frozen=True)
class Spoken:
    """The interview with its next question open, that question, and what is said in front of it. No question: nothing
    is left to ask."""

    interview: Interview
    question: Exchange | None
    bridge: tuple[Block, ...] = ()


def first_question(interview: Interview) -> Interview:
    question = plan.next_question(interview)
    assert question is not None, "a valid pack has questions"
    return interview.ask(question, question.text)


def skipped(interview: Interview) -> Spoken:
    """Moves on by the pack alone."""
    return _move_on(interview, bridge="")


async def answered(interview: Interview, exchange: Exchange, asking: Asking) -> Spoken:
    """Lets the interviewer follow up or move on after the answer that closed `exchange`."""
    if interview.full:
        return Spoken(interview, None)
    moment = _moment(interview, exchange, asking.about)
    move = await _discreet(await _speak(moment, asking), moment, asking)
    heard = tuple(point for point in move.heard if point in moment.unheard)
    interview = interview.put(replace(exchange, heard=heard))
    if move.follow_up and moment.may_follow_up:
        probes = tuple(point for point in moment.unheard if point not in heard)
        if probes:
            return _follow_up(interview, moment.question, shorten(move.follow_up, LONGEST_SPOKEN), probes)
    return _move_on(interview, shorten(move.bridge, LONGEST_SPOKEN))


def _moment(interview: Interview, exchange: Exchange, about: About) -> Moment:
    return Moment(
        about=about,
        pack=interview.pack,
        question=interview.question(exchange),
        asked=exchange.asked,
        answer=exchange.answer,
        earlier=tuple((e.asked, e.answer) for e in interview.on_same_question(exchange)),
        unheard=tuple(point.id for point in plan.unheard(interview, exchange)),
        may_follow_up=plan.may_follow_up(interview, exchange),
        next_question=plan.next_question(interview),
    )


async def _speak(moment: Moment, asking: Asking) -> Move:
    heard_before = _heard_before(moment)

    async def show(text: str) -> None:
        await asking.preview.show(text, moment.question, heard_before)

    return await asking.interviewer.next_move(moment, show)


async def _discreet(move: Move, moment: Moment, asking: Asking) -> Move:
    """The move, spoken once more when it gave something away, and in the pack's own words when it did so again."""
    for retry in (True, False):
        heard = (*_heard_before(moment), *move.heard)
        said = " ".join(filter(None, (move.follow_up, move.bridge)))
        if not reveals(said, moment.question, heard):
            return move
        if retry:
            again = await asking.interviewer.next_move(replace(moment, too_revealing=said), _unseen)
            move = replace(again, heard=move.heard)
    return replace(move, follow_up=_pack_follow_up(moment, move) if move.follow_up else None, bridge="")


async def _unseen(_: str) -> None:
    """What is spoken a second time is checked before anybody sees it."""


def _heard_before(moment: Moment) -> tuple[str, ...]:
    return tuple(point.id for point in moment.question.key_points if point.id not in moment.unheard)


def _pack_follow_up(moment: Moment, move: Move) -> str | None:
    missing = set(moment.unheard) - set(move.heard)
    asked = {moment.asked, *(asked for asked, _ in moment.earlier)}
    fitting = (f.text for f in moment.question.follow_ups if missing & set(f.missed) and f.text not in asked)
    return next(fitting, None)


def _follow_up(interview: Interview, question: Question, text: str, probes: tuple[str, ...]) -> Spoken:
    interview = interview.ask(question, text, probes)
    return Spoken(interview, interview.exchanges[-1])


def _move_on(interview: Interview, bridge: str) -> Spoken:
    question = None if interview.full else plan.next_question(interview)
    if question is None:
        return Spoken(interview, None)
    interview = interview.ask(question, question.text)
    return Spoken(interview, interview.exchanges[-1], (Block(bridge),) if bridge else ())
