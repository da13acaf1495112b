"""The preview: a sign of life while the interviewer thinks and speaks. Never a record, and never a revealing word."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from engine.reveal import reveals
from engine.rolepack import Question

_SENTENCE_END = re.compile(r"[.!?\u3002\uff01\uff1f\u0964]['\"”’)]*(?=\s|$)")


@dataclass
class Preview:
    """`write` shows a text in place of the one before; it is best effort and never fails."""

    write: Callable[[str], Awaitable[None]]
    _sentences: str = field(default="", init=False)

    async def show(self, text: str, question: Question, heard: tuple[str, ...]) -> None:
        """Shows the whole sentences of `text`, unless they give the question's answer away."""
        sentences = whole_sentences(text)
        if sentences == self._sentences:
            return
        self._sentences = sentences
        if sentences and not reveals(sentences, question, heard):
            await self.write(sentences)


def whole_sentences(text: str) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return text[: ends[-1]] if ends else ""
