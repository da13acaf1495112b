"""The learner's commands, and what each of them does when."""

from __future__ import annotations

from dataclasses import replace

from engine import words
from engine.interview import Exchange, Interview
from engine.plan import next_hint
from engine.reply import say
from engine.scorecard import scorecard
from engine.turn.answers import is_early, lost, skip
from engine.turn.beginning import number_in, start
from engine.turn.outcome import Outcome, Panel, Turn, only


async def command(turn: Turn, name: str, argument: str, panel: Panel) -> Outcome:
    match name:
        case "start":
            return await start(turn, argument, panel)
        case "history":
            return await _history(turn, argument, panel)
        case "help":
            return only(replace(words.help_text(), private=True))
        case "grade":
            return grade(turn)
    interview = turn.interview
    if interview is None or interview.current is None:
        waiting = interview and interview.status == "ended" and not interview.scored
        return only(say(words.STILL_GRADING if waiting else words.NOTHING_RUNNING))
    if name == "skip" and is_early(turn, interview.current):
        return Outcome((say(words.EARLY_SKIP), *lost(interview, interview.current)))
    return while_running(turn, interview, interview.current, name)


def while_running(turn: Turn, interview: Interview, current: Exchange, name: str) -> Outcome:
    match name:
        case "hint":
            return _hint(interview, current)
        case "skip":
            return skip(turn, interview, current)
        case "cancel":
            return only(words.confirm_cancel(interview))
        case _:
            return only(replace(words.progress(interview), private=True))


def _hint(interview: Interview, current: Exchange) -> Outcome:
    point = next_hint(interview, current)
    if point is None:
        return only(say(words.NO_HINT_LEFT))
    hinted = replace(current, hints=(*current.hints, point.id))
    return Outcome((say(words.hint(point.hint)),), (interview.put(hinted),))


def grade(turn: Turn) -> Outcome:
    interview = turn.interview
    if interview is None or interview.status == "cancelled":
        return only(say(words.NOTHING_RUNNING))
    if interview.status == "open":
        ended = interview.end(turn.now)
        return Outcome((words.grading(ended),), (ended,))
    return only(scorecard(interview) if interview.scored else say(words.STILL_GRADING))


async def _history(turn: Turn, argument: str, panel: Panel) -> Outcome:
    past = await panel.history.past(turn.learner.key)
    if not argument:
        return only(words.history(past))
    number = number_in(argument)
    if number is None or not 1 <= number <= len(past):
        return only(say(words.UNKNOWN_INTERVIEW))
    return await show(turn, past[number - 1].id, panel)


async def show(turn: Turn, interview_id: str, panel: Panel) -> Outcome:
    """An earlier interview's scorecard, to the learner whose interview it was and to nobody else."""
    interview = await panel.history.interview(interview_id)
    if interview is None or interview.learner != turn.learner.key or interview.status != "ended":
        return only(say(words.UNKNOWN_INTERVIEW))
    return only(replace(scorecard(interview), private=True))
