"""Whose conversation an event belongs to: the learner's own, a new one, somebody else's, or nobody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.ports import Library
from engine.said import Command, Conversation, Edit, Incoming, Press


@dataclass(frozen=True)
class Elsewhere:
    """The event belongs to no conversation of the learner's: `several` are open, it stands in a `stranger`'s interview,
    it is `not_for_us`, or the place is about to get its name (`soon`)."""

    why: Literal["several", "stranger", "not_for_us", "soon"]
    others: tuple[Conversation, ...] = ()


@dataclass(frozen=True)
class Here:
    """The learner's conversation.

    One that is kept already must not be recorded again: its place may be getting its name at this moment.
    """

    conversation: Conversation
    new: bool = False


async def whereabouts(incoming: Incoming, library: Library) -> Here | Elsewhere:
    if incoming.place is not None:
        return await _at_place(incoming, incoming.place, library)
    return await _in_chat(incoming, library)


async def _at_place(incoming: Incoming, place: str, library: Library) -> Here | Elsewhere:
    found = await library.conversation_at(incoming.channel, place)
    may_be_named_soon = not incoming.to_viva or isinstance(incoming.said, Press)
    if found is None and may_be_named_soon:
        if await library.unnamed_conversations(incoming.learner.key, incoming.chat):
            return Elsewhere("soon")
        # It may have got its name between the two looks.
        found = await library.conversation_at(incoming.channel, place)
    if found:
        return Here(found) if found.learner == incoming.learner.key else Elsewhere("stranger", (found,))
    return _new(incoming, place) if incoming.to_viva else Elsewhere("not_for_us")


async def _in_chat(incoming: Incoming, library: Library) -> Here | Elsewhere:
    """The learner's open interview in this chat, else anywhere on the platform; else the latest here, else a new
    place."""
    learner = incoming.learner.key
    if _begins(incoming):
        return _new(incoming, incoming.opens)
    here = await library.open_conversations(learner, incoming.chat)
    candidates = here or (await library.open_conversations(learner) if isinstance(incoming.said, Command) else ())
    if len(candidates) > 1 and not _is_general(incoming):
        return Elsewhere("several", candidates)
    if candidates:
        return Here(candidates[0])
    latest = await library.latest_conversation(learner, incoming.chat)
    known = latest if isinstance(incoming.said, Command | Edit) else None
    return Here(known) if known else _new(incoming, incoming.opens)


def _begins(incoming: Incoming) -> bool:
    match incoming.said:
        case Command("start"):
            return True
        case Press(action):
            return action.partition(" ")[0] in ("role", "begin")
        case _:
            return False


def _is_general(incoming: Incoming) -> bool:
    """Whether it is about no interview in particular, so that any will do."""
    match incoming.said:
        case Command(name):
            return name in ("help", "history")
        case Press(action):
            return action.partition(" ")[0] == "show"
        case _:
            return False


def _new(incoming: Incoming, place: str | None) -> Here:
    """Named by its place, or by the event that begins it while the place has no name.

    Where nothing begins, no message will ever name the place: it stays what it is, and nobody waits for a name.
    """
    key = place or f"{incoming.chat}:{incoming.learner.key}:{incoming.ref}"
    place = place if place or _begins(incoming) else key
    conversation = Conversation(key, incoming.channel, incoming.learner.key, incoming.chat, incoming.address, place)
    return Here(conversation, new=True)
