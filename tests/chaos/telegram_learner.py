"""A learner in a private chat on Telegram, who may also speak."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.chaos.learners import PATIENCE, Learner, Said, Shown, What
from tests.loopback import speech
from tests.loopback.telegram import Chat, FakeTelegram, Message


@dataclass(eq=False)
class TelegramLearner(Learner):
    telegram: FakeTelegram
    chat: Chat
    updates: dict[Said, Message] = field(default_factory=dict, init=False)

    @property
    def platform(self) -> str:
        return "Telegram"

    @property
    def key(self) -> str:
        return f"telegram:{self.telegram.bot['id']}:{self.chat.id}"

    @property
    def edits_at_once(self) -> bool:
        return True

    async def begin(self) -> Said:
        return self._said("start", await self.chat.say(f"/start data-science {self.length}"), "")

    async def say(self, text: str, what: What, *, mention: bool = False) -> Said:
        return self._said(what, await self.chat.say(text if what == "answer" else f"/{text}"), text)

    async def speak(self, text: str) -> Said:
        note = await asyncio.to_thread(voice_note, text)
        return self._said("answer", await self.chat.send_voice(note, 5), text, spoken=True)

    async def change(self, said: Said, text: str) -> Said:
        return self._said("edit", await self.chat.edit(int(said.ref), text), text)

    def _said(self, what: What, message: Message, text: str, *, spoken: bool = False) -> Said:
        assert message.update, "Telegram tells the bot of everything in a private chat"
        number = message.update["update_id"]
        time = message.wire.get("edit_date", message.wire["date"])
        event = f"telegram:{self.telegram.bot['id']}:{number}:{time}"
        said = Said(what, str(message.id), event, message.id, number, text, spoken=spoken)
        self.updates[said] = message
        return said

    async def next_of(self, pattern: re.Pattern[str]) -> str:
        return (await self.chat.wait_for(pattern, timeout=PATIENCE)).text

    def shown(self) -> Sequence[Shown]:
        first = {message.id: message.text for message in self.chat.posted_by_bot}
        return [Shown(str(m.id), m.id, m.text, first[m.id]) for m in self.chat.said_by_bot]

    def confirmed(self, said: Said) -> float:
        """Telegram hands out updates in order, so that each comes before all later ones."""
        return said.sent

    def redeliver(self, said: Said) -> None:
        update = self.updates[said].update
        assert update
        self.telegram.updates.repeat(update)


def voice_note(text: str) -> bytes:
    return speech.ogg_opus(speech.speak(text))
