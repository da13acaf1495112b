"""What is said in answer: to the open question, before it, after it, and corrected."""

from __future__ import annotations

from dataclasses import replace

from engine import words
from engine.asking import Asking, Spoken, answered, skipped
from engine.grading import About
from engine.interview import AnswerPart, Exchange, Interview
from engine.nonanswers import kind_of
from engine.plan import next_hint
from engine.reply import Block, Reply, led_by, say
from engine.rolepack import RolePacks
from engine.said import Edit, Text
from engine.turn.beginning import pack_named
from engine.turn.outcome import Outcome, Panel, Turn, only


async def answer_text(turn: Turn, text: Text, panel: Panel) -> Outcome:
    interview = turn.interview
    if interview is None or interview.status != "open":
        return _without_interview(turn, text.text, panel.packs)
    current = interview.current
    if current is None:
        return only(say(words.NOTHING_RUNNING))
    part = AnswerPart(turn.ref, text.text, text.heard)
    echo = words.heard(text.text) if text.heard else ()
    if is_early(turn, current):
        return _late(turn, interview, current, part, echo)
    return await _answer(turn, interview, current.with_part(part), echo, panel)


def unheard(turn: Turn, panel: Panel) -> Outcome:
    """A recording that nobody has listened to: no question is open, or there are no ears."""
    if turn.interview is None or turn.interview.current is None:
        return _without_interview(turn, "", panel.packs)
    return only(words.no_ears(turn.interview))


def is_early(turn: Turn, current: Exchange) -> bool:
    """Whether the message was sent before the open question reached the learner."""
    return current.asked_at is None or turn.position < current.asked_at


def _without_interview(turn: Turn, text: str, packs: RolePacks) -> Outcome:
    interview = turn.interview
    if interview and interview.status == "ended" and not interview.scored:
        return only(say(words.STILL_GRADING))
    pack = pack_named(text, packs)
    if pack:
        return only(words.choose_length(pack))
    return only(words.welcome(turn.learner.name, packs) if interview is None else say(words.NOTHING_RUNNING))


def _late(turn: Turn, interview: Interview, current: Exchange, part: AnswerPart, echo: tuple[Block, ...]) -> Outcome:
    """A message from before the current question was delivered belongs to the answer before it: to that question's
    which was the last when the message was sent, because some platforms deliver late and not in order."""
    if not interview.responses:
        return Outcome((say(words.TOO_EARLY), *lost(interview, current)))
    asked = (e for e in reversed(interview.responses) if e.asked_at is not None and e.asked_at < turn.position)
    previous = next(asked, interview.responses[-1]).with_part(part)
    changed = interview.put(previous)
    replies = (say(*echo, words.LATE), *lost(interview, current))
    return Outcome(replies, (changed,), ((changed, previous.number),))


def lost(interview: Interview, current: Exchange) -> tuple[Reply, ...]:
    """The open question once more when it never arrived: otherwise nothing could ever answer it."""
    return () if current.asked_at is not None else (words.question(interview, current),)


async def _answer(
    turn: Turn, interview: Interview, exchange: Exchange, echo: tuple[Block, ...], panel: Panel
) -> Outcome:
    kind = kind_of(exchange.parts[-1].text, interview.question(exchange))
    if kind == "unknown":
        return _unknown(turn, interview, exchange, echo)
    closed = replace(exchange, closed=True)
    asking = Asking(About(turn.conversation, interview.id), panel.interviewer, panel.preview)
    if kind:
        return _spoken(turn, skipped(interview.put(closed)), closed.number, *echo, words.NOT_AN_ANSWER)
    return _spoken(turn, await answered(interview.put(closed), closed, asking), closed.number, *echo)


def _unknown(turn: Turn, interview: Interview, exchange: Exchange, echo: tuple[Block, ...]) -> Outcome:
    """The first "I don't know" gets a hint in the same exchange; a second one closes it as skipped."""
    point = next_hint(interview, exchange)
    if exchange.unknowns or point is None:
        return skip(turn, interview, replace(exchange, unknowns=exchange.unknowns + 1), *echo)
    hinted = replace(exchange, unknowns=1, hints=(*exchange.hints, point.id))
    return Outcome((led_by(words.first_unknown(point.hint), echo),), (interview.put(hinted),))


def skip(turn: Turn, interview: Interview, exchange: Exchange, *before: Block) -> Outcome:
    closed = replace(exchange, closed=True, skipped=True)
    return _spoken(turn, skipped(interview.put(closed)), closed.number, *before, words.SKIPPED)


def _spoken(turn: Turn, spoken: Spoken, number: int, *before: Block) -> Outcome:
    """The outcome of a closed exchange: the next question, or the end when there is none."""
    to_grade = spoken.interview
    if spoken.question is None:
        ended = to_grade.end(turn.now)
        out_of_questions = () if ended.full else (Block(words.NO_MORE_QUESTIONS),)
        parting = (block for block in before if block not in (words.SKIPPED, words.NOT_AN_ANSWER))
        farewell = led_by(words.grading(ended), (*parting, *out_of_questions))
        return Outcome((farewell,), (ended,), ((ended, number),))
    reply = words.question(to_grade, spoken.question, *before, *spoken.bridge)
    return Outcome((replace(reply, answer_to=turn.ref),), (to_grade,), ((to_grade, number),))


async def edit_answer(turn: Turn, edit: Edit, panel: Panel) -> Outcome:
    interview = turn.interview
    exchange = interview.exchange_with(edit.ref) if interview else None
    if interview is None or exchange is None or interview.status == "cancelled":
        return Outcome()
    old = next(part for part in exchange.parts if part.ref == edit.ref)
    if old.text == edit.text or old.heard:
        return Outcome()
    if interview.scored:
        return only(say(words.ALREADY_SCORED))
    changed = replace(exchange.with_part(AnswerPart(edit.ref, edit.text)), skipped=exchange.skipped)
    if exchange == interview.current and kind_of(edit.text, interview.question(exchange)) != "unknown":
        return await _answer(turn, interview, changed, (), panel)
    interview = interview.put(changed)
    to_grade = ((interview, changed.number),) if changed.closed else ()
    return Outcome((words.corrected(changed),), (interview,), to_grade)
