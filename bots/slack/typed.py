"""What people type at Viva in Slack: plain words that are commands there, because threads take no slash commands.
Pure."""

from __future__ import annotations

import re

from engine.said import COMMANDS, Command, CommandName, Said, Text

_NAMES = "|".join(COMMANDS)
_ALONE = re.compile(rf"/?({_NAMES})[\s.!?…]*", re.IGNORECASE)
_HISTORY = re.compile(r"/?history\s+(\d{1,6})", re.IGNORECASE)
_LENGTH = r"\d{1,2}"
_WISH = re.compile(rf"[\w-]+(?:\s+[\w-]+){{0,3}}\s+{_LENGTH}")
# "start with the data" is an answer, "start data-science" is not.
_START = re.compile(rf"/?start\s+([\w-]+|{_WISH.pattern})", re.IGNORECASE)


def said(text: str, *, mentioned: bool) -> Said | None:
    """What a message in a thread, or at the root of a conversation with the app, says; None for nothing at all.

    `mentioned`: it named Viva; then a role and a length alone begin an interview, and so does the name alone.
    """
    text = text.strip()
    if mentioned and (not text or _WISH.fullmatch(text)):
        return _alone(text) or Command("start", text)
    return (_alone(text) or _with_argument(text) or Text(text)) if text else None


def request(text: str) -> Command:
    """What follows /interview, or Viva's name at the root of a channel: a command, else the role that is wished for."""
    first, _, rest = text.strip().partition(" ")
    name = _name(first)
    return Command(name, rest.strip()) if name else Command("start", text.strip())


def _alone(text: str) -> Command | None:
    match = _ALONE.fullmatch(text)
    name = _name(match[1]) if match else None
    return Command(name) if name else None


def _with_argument(text: str) -> Command | None:
    if match := _HISTORY.fullmatch(text):
        return Command("history", match[1])
    if match := _START.fullmatch(text):
        return Command("start", match[1])
    return None


def _name(word: str) -> CommandName | None:
    return next((name for name in COMMANDS if name == word.lower()), None)
