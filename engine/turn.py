"""One turn: what was said in, the next state of the interview and the replies out. The whole product logic starts here.

It knows no platform, no SQL and no HTTP. It waits only for the interviewer, and for the library where history is
asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from engine import words
from engine.asking import Asking, Spoken, answered, first_question, skipped
from engine.grading import About
from engine.interview import LENGTHS, AnswerPart, Exchange, Interview
from engine.nonanswers import kind_of
from engine.plan import next_hint
from engine.ports import History, Interviewer
from engine.preview import Preview
from engine.reply import Block, Reply, led_by, say
from engine.rolepack import RolePack, RolePacks
from engine.said import Command, Edit, Learner, Press, Recording, Said, Text, UnknownCommand, Unsupported
from engine.scorecard import scorecard


@dataclass(frozen=True)
class Turn:
    """What a turn starts from. `interview` is the conversation's latest; `ref` and `position` are those of the message;
    `new_id` names the interview that this turn may begin."""

    said: Said
    learner: Learner
    conversation: str
    interview: Interview | None
    ref: str
    position: int
    now: datetime
    new_id: str


@dataclass(frozen=True)
class Outcome:
    """What a turn comes to: interviews to keep, replies in order, answers to grade as (interview, exchange number)."""

    replies: tuple[Reply, ...] = ()
    interviews: tuple[Interview, ...] = ()
    to_grade: tuple[tuple[Interview, int], ...] = ()

    @property
    def ended(self) -> Interview | None:
        """The interview that this turn brought to its end, and that now wants a scorecard."""
        return next((interview for interview in self.interviews if interview.status == "ended"), None)


@dataclass(frozen=True)
class Panel:
    """Who and what a turn may ask: role packs, the interviewer, the learner's history, and a preview to speak into."""

    packs: RolePacks
    interviewer: Interviewer
    history: History
    preview: Preview


async def take_turn(turn: Turn, panel: Panel) -> Outcome:
    match turn.said:
        case Text() as text:
            return await _text(turn, text, panel)
        case Command(name, argument):
            return await _command(turn, name, argument, panel)
        case Press(action):
            return await _press(turn, action.split(), panel)
        case Edit() as edit:
            return await _edit(turn, edit, panel)
        case UnknownCommand(name):
            return _only(words.unknown_command(name))
        case Unsupported(what):
            return _only(words.unsupported(what, turn.interview))
        case Recording():
            return _unheard(turn, panel)
        case _:
            assert_never(turn.said)


# What is said in answer


async def _text(turn: Turn, text: Text, panel: Panel) -> Outcome:
    interview = turn.interview
    if interview is None or interview.status != "open":
        return _without_interview(turn, text.text, panel.packs)
    current = interview.current
    if current is None:
        return _only(say(words.NOTHING_RUNNING))
    part = AnswerPart(turn.ref, text.text, text.heard)
    echo = words.heard(text.text) if text.heard else ()
    if _is_early(turn, current):
        return _late(turn, interview, current, part, echo)
    return await _answer(turn, interview, current.with_part(part), echo, panel)


def _unheard(turn: Turn, panel: Panel) -> Outcome:
    """A recording that nobody has listened to: no question is open, or there are no ears."""
    if turn.interview is None or turn.interview.current is None:
        return _without_interview(turn, "", panel.packs)
    return _only(words.no_ears(turn.interview))


def _is_early(turn: Turn, current: Exchange) -> bool:
    """Whether the message was sent before the open question reached the learner."""
    return current.asked_at is None or turn.position < current.asked_at


def _without_interview(turn: Turn, text: str, packs: RolePacks) -> Outcome:
    interview = turn.interview
    if interview and interview.status == "ended" and not interview.scored:
        return _only(say(words.STILL_GRADING))
    pack = _pack_named(text, packs)
    if pack:
        return _only(words.choose_length(pack))
    return _only(words.welcome(turn.learner.name, packs) if interview is None else say(words.NOTHING_RUNNING))


def _late(turn: Turn, interview: Interview, current: Exchange, part: AnswerPart, echo: tuple[Block, ...]) -> Outcome:
    """A message from before the current question was delivered belongs to the answer before it: to that question's
    which was the last when the message was sent, because some platforms deliver late and not in order."""
    if not interview.responses:
        return Outcome((say(words.TOO_EARLY), *_lost(interview, current)))
    asked = (e for e in reversed(interview.responses) if e.asked_at is not None and e.asked_at < turn.position)
    previous = next(asked, interview.responses[-1]).with_part(part)
    changed = interview.put(previous)
    replies = (say(*echo, words.LATE), *_lost(interview, current))
    return Outcome(replies, (changed,), ((changed, previous.number),))


def _lost(interview: Interview, current: Exchange) -> tuple[Reply, ...]:
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
        return _skip(turn, interview, replace(exchange, unknowns=exchange.unknowns + 1), *echo)
    hinted = replace(exchange, unknowns=1, hints=(*exchange.hints, point.id))
    return Outcome((led_by(words.first_unknown(point.hint), echo),), (interview.put(hinted),))


def _skip(turn: Turn, interview: Interview, exchange: Exchange, *before: Block) -> Outcome:
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


async def _edit(turn: Turn, edit: Edit, panel: Panel) -> Outcome:
    interview = turn.interview
    exchange = interview.exchange_with(edit.ref) if interview else None
    if interview is None or exchange is None or interview.status == "cancelled":
        return Outcome()
    old = next(part for part in exchange.parts if part.ref == edit.ref)
    if old.text == edit.text or old.heard:
        return Outcome()
    if interview.scored:
        return _only(say(words.ALREADY_SCORED))
    changed = replace(exchange.with_part(AnswerPart(edit.ref, edit.text)), skipped=exchange.skipped)
    if exchange == interview.current and kind_of(edit.text, interview.question(exchange)) != "unknown":
        return await _answer(turn, interview, changed, (), panel)
    interview = interview.put(changed)
    to_grade = ((interview, changed.number),) if changed.closed else ()
    return Outcome((words.corrected(changed),), (interview,), to_grade)


# Commands


async def _command(turn: Turn, name: str, argument: str, panel: Panel) -> Outcome:
    match name:
        case "start":
            return await _start(turn, argument, panel)
        case "history":
            return await _history(turn, argument, panel)
        case "help":
            return _only(replace(words.help_text(), private=True))
        case "grade":
            return _grade(turn)
    interview = turn.interview
    if interview is None or interview.current is None:
        waiting = interview and interview.status == "ended" and not interview.scored
        return _only(say(words.STILL_GRADING if waiting else words.NOTHING_RUNNING))
    if name == "skip" and _is_early(turn, interview.current):
        return Outcome((say(words.EARLY_SKIP), *_lost(interview, interview.current)))
    return _while_running(turn, interview, interview.current, name)


def _while_running(turn: Turn, interview: Interview, current: Exchange, name: str) -> Outcome:
    match name:
        case "hint":
            return _hint(interview, current)
        case "skip":
            return _skip(turn, interview, current)
        case "cancel":
            return _only(words.confirm_cancel(interview))
        case _:
            return _only(replace(words.progress(interview), private=True))


def _hint(interview: Interview, current: Exchange) -> Outcome:
    point = next_hint(interview, current)
    if point is None:
        return _only(say(words.NO_HINT_LEFT))
    hinted = replace(current, hints=(*current.hints, point.id))
    return Outcome((say(words.hint(point.hint)),), (interview.put(hinted),))


def _grade(turn: Turn) -> Outcome:
    interview = turn.interview
    if interview is None or interview.status == "cancelled":
        return _only(say(words.NOTHING_RUNNING))
    if interview.status == "open":
        ended = interview.end(turn.now)
        return Outcome((words.grading(ended),), (ended,))
    return _only(scorecard(interview) if interview.scored else say(words.STILL_GRADING))


async def _history(turn: Turn, argument: str, panel: Panel) -> Outcome:
    past = await panel.history.past(turn.learner.key)
    if not argument:
        return _only(words.history(past))
    number = _number(argument)
    if number is None or not 1 <= number <= len(past):
        return _only(say(words.UNKNOWN_INTERVIEW))
    return await _show(turn, past[number - 1].id, panel)


async def _show(turn: Turn, interview_id: str, panel: Panel) -> Outcome:
    """An earlier interview's scorecard, to the learner whose interview it was and to nobody else."""
    interview = await panel.history.interview(interview_id)
    if interview is None or interview.learner != turn.learner.key or interview.status != "ended":
        return _only(say(words.UNKNOWN_INTERVIEW))
    return _only(replace(scorecard(interview), private=True))


# Beginning


async def _start(turn: Turn, argument: str, panel: Panel) -> Outcome:
    pack, length = _wish(argument, panel.packs)
    if turn.interview and turn.interview.current:
        wish = f"{pack.role if pack else ''} {length or ''}".strip()
        return _only(words.already_running(turn.interview, wish))
    if argument and pack is None:
        return _only(words.choose_role(panel.packs, argument))
    return await _choose(turn, pack, length, panel)


async def _choose(turn: Turn, pack: RolePack | None, length: int | None, panel: Panel) -> Outcome:
    if pack is None:
        return _only(words.welcome(turn.learner.name, panel.packs))
    if length is None:
        return _only(words.choose_length(pack))
    avoid = await panel.history.asked_before(turn.learner.key, pack.role)
    interview = Interview(turn.new_id, turn.conversation, turn.learner.key, pack, length, turn.now, avoid)
    begun = first_question(interview)
    reply = words.question(begun, begun.exchanges[-1], *words.opening(begun))
    return Outcome((replace(reply, answer_to=turn.ref),), (begun,))


def _wish(argument: str, packs: RolePacks) -> tuple[RolePack | None, int | None]:
    """The role and the length in the words after /start: "data-science 10", "Data Science", "law_5"."""
    text = argument.replace("_", " ").strip()
    head, _, last = text.rpartition(" ")
    wanted = _number(last)
    if head and wanted is not None:
        return _pack_named(head, packs), min(LENGTHS, key=lambda length: (abs(length - wanted), length))
    return _pack_named(text, packs), None


def _number(text: str) -> int | None:
    """A number somebody typed; None for anything else, and for more digits than a number here can have."""
    return int(text) if text.isdecimal() and len(text) <= 6 else None


def _pack_named(text: str, packs: RolePacks) -> RolePack | None:
    name = "-".join(text.lower().split())
    return packs.get(name) or next((p for p in packs.values() if p.title.lower() == text.strip().lower()), None)


# Buttons


async def _press(turn: Turn, action: list[str], panel: Panel) -> Outcome:
    match action:
        case ["role", role] if role in panel.packs:
            return await _start(turn, role, panel)
        case ["begin", role, length] if role in panel.packs and length.isdecimal():
            return await _start(turn, f"{role} {length}", panel)
        case ["show", interview_id]:
            return await _show(turn, interview_id, panel)
        case [name, interview_id, *rest] if turn.interview and turn.interview.id == interview_id:
            return await _press_in(turn, turn.interview, name, rest, panel)
        case _:
            return _only(say(words.STALE_BUTTON, private=True))


async def _press_in(turn: Turn, interview: Interview, name: str, rest: list[str], panel: Panel) -> Outcome:
    """A button that belongs to this interview."""
    current = interview.current
    match name:
        case "grade":
            return _grade(turn)
        case "hint" | "skip" if current and rest == [str(current.number)]:
            return _while_running(turn, interview, current, name)
        case "continue" if current:
            return Outcome((words.question(interview, current),))
        case "cancel" if current:
            return Outcome((say(words.CANCELLED),), (interview.end(turn.now, "cancelled"),))
        case "new" if current:
            return await _again(turn, interview, " ".join(rest), panel)
        case _:
            return _only(say(words.STALE_BUTTON, private=True))


async def _again(turn: Turn, interview: Interview, wish: str, panel: Panel) -> Outcome:
    stopped = interview.end(turn.now, "cancelled")
    pack, length = _wish(wish, panel.packs)
    fresh = await _choose(replace(turn, interview=None), pack, length, panel)
    return replace(fresh, interviews=(stopped, *fresh.interviews))


# Small print


def _only(reply: Reply) -> Outcome:
    return Outcome((reply,))
