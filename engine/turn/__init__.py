"""One turn: what was said in, the next state of the interview and the replies out. The whole product logic starts here.

It knows no platform, no SQL and no HTTP. It waits only for the interviewer, and for the library where history is
asked for.
"""

from __future__ import annotations

from typing import assert_never

from engine import words
from engine.said import Command, Edit, Press, Recording, Text, UnknownCommand, Unsupported
from engine.turn.answers import answer_text, edit_answer, unheard
from engine.turn.buttons import press
from engine.turn.commands import command
from engine.turn.outcome import Outcome, Panel, Turn, only

__all__ = ["Outcome", "Panel", "Turn", "take_turn"]


async def take_turn(turn: Turn, panel: Panel) -> Outcome:
    match turn.said:
        case Text() as text:
            return await answer_text(turn, text, panel)
        case Command(name, argument):
            return await command(turn, name, argument, panel)
        case Press(action):
            return await press(turn, action.split(), panel)
        case Edit() as edit:
            return await edit_answer(turn, edit, panel)
        case UnknownCommand(name):
            return only(words.unknown_command(name))
        case Unsupported(what):
            return only(words.unsupported(what, turn.interview))
        case Recording():
            return unheard(turn, panel)
        case _:
            assert_never(turn.said)
