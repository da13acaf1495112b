"""Beginning an interview: the role and the length, by word or by button."""

from __future__ import annotations

from dataclasses import replace

from engine import words
from engine.asking import first_question
from engine.interview import LENGTHS, Interview
from engine.rolepack import RolePack, RolePacks
from engine.turn.outcome import Outcome, Panel, Turn, only


async def start(turn: Turn, argument: str, panel: Panel) -> Outcome:
    pack, length = _wish(argument, panel.packs)
    if turn.interview and turn.interview.current:
        wish = f"{pack.role if pack else ''} {length or ''}".strip()
        return only(words.already_running(turn.interview, wish))
    if argument and pack is None:
        return only(words.choose_role(panel.packs, argument))
    return await _choose(turn, pack, length, panel)


async def _choose(turn: Turn, pack: RolePack | None, length: int | None, panel: Panel) -> Outcome:
    if pack is None:
        return only(words.welcome(turn.learner.name, panel.packs))
    if length is None:
        return only(words.choose_length(pack))
    avoid = await panel.history.asked_before(turn.learner.key, pack.role)
    interview = Interview(turn.new_id, turn.conversation, turn.learner.key, pack, length, turn.now, avoid)
    begun = first_question(interview)
    reply = words.question(begun, begun.exchanges[-1], *words.opening(begun))
    return Outcome((replace(reply, answer_to=turn.ref),), (begun,))


async def again(turn: Turn, interview: Interview, wish: str, panel: Panel) -> Outcome:
    stopped = interview.end(turn.now, "cancelled")
    pack, length = _wish(wish, panel.packs)
    fresh = await _choose(replace(turn, interview=None), pack, length, panel)
    return replace(fresh, interviews=(stopped, *fresh.interviews))


def _wish(argument: str, packs: RolePacks) -> tuple[RolePack | None, int | None]:
    """The role and the length in the words after /start: "data-science 10", "Data Science", "law_5"."""
    text = argument.replace("_", " ").strip()
    head, _, last = text.rpartition(" ")
    wanted = number_in(last)
    if head and wanted is not None:
        return pack_named(head, packs), min(LENGTHS, key=lambda length: (abs(length - wanted), length))
    return pack_named(text, packs), None


def number_in(text: str) -> int | None:
    """A number somebody typed; None for anything else, and for more digits than a number here can have."""
    return int(text) if text.isdecimal() and len(text) <= 6 else None


def pack_named(text: str, packs: RolePacks) -> RolePack | None:
    name = "-".join(text.lower().split())
    return packs.get(name) or next((p for p in packs.values() if p.title.lower() == text.strip().lower()), None)
