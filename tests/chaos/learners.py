"""Learners that take an interview on Telegram, whatever happens to the other side."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.loopback.telegram import Chat, Message

PATIENCE = 90.0
NEXT = re.compile(r"Question (\d+)/(\d+)|Scorecard: ")
_QUESTION = re.compile(r"Question (\d+)/")


@dataclass
class SimulatedLearner:
    """Answers each question once, with words that nobody else says. `sent` is all that this learner wrote, in order."""

    name: str
    chat: Chat
    length: int
    answers: dict[int, str] = field(default_factory=dict)
    sent: list[Message] = field(default_factory=list)

    async def take(self) -> None:
        """From /start to the scorecard. A question that comes a second time is not answered a second time."""
        self.sent.append(await self.chat.say(f"/start data-science {self.length}"))
        while True:
            message = await self.chat.wait_for(NEXT, timeout=PATIENCE)
            if "Scorecard: " in message.text:
                return
            number = int(_QUESTION.findall(message.text)[-1])
            if number == len(self.answers) + 1:
                self.answers[number] = self._answer(number)
                self.sent.append(await self.chat.say(self.answers[number]))

    def _answer(self, number: int) -> str:
        return f"{self.name} thinks of answer {number}: compare the training and the validation error, then choose"
