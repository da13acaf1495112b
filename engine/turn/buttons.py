"""Buttons: what they carry tells what they belong to, so that one from last week does no harm."""

from __future__ import annotations

from engine import words
from engine.interview import Interview
from engine.reply import say
from engine.turn.beginning import again, start
from engine.turn.commands import grade, show, while_running
from engine.turn.outcome import Outcome, Panel, Turn, only


async def press(turn: Turn, action: list[str], panel: Panel) -> Outcome:
    match action:
        case ["role", role] if role in panel.packs:
            return await start(turn, role, panel)
        case ["begin", role, length] if role in panel.packs and length.isdecimal():
            return await start(turn, f"{role} {length}", panel)
        case ["show", interview_id]:
            return await show(turn, interview_id, panel)
        case [name, interview_id, *rest] if turn.interview and turn.interview.id == interview_id:
            return await _press_in(turn, turn.interview, name, rest, panel)
        case _:
            return only(say(words.STALE_BUTTON, private=True))


async def _press_in(turn: Turn, interview: Interview, name: str, rest: list[str], panel: Panel) -> Outcome:
    """A button that belongs to this interview."""
    current = interview.current
    match name:
        case "grade":
            return grade(turn)
        case "hint" | "skip" if current and rest == [str(current.number)]:
            return while_running(turn, interview, current, name)
        case "continue" if current:
            return Outcome((words.question(interview, current),))
        case "cancel" if current:
            return Outcome((say(words.CANCELLED),), (interview.end(turn.now, "cancelled"),))
        case "new" if current:
            return await again(turn, interview, " ".join(rest), panel)
        case _:
            return only(say(words.STALE_BUTTON, private=True))
