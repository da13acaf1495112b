"""A learner in Slack: in a thread of a channel that others use as well, or in the Messages tab."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.chaos.learners import PATIENCE, Learner, Said, Shown, What
from tests.loopback import speech
from tests.loopback.slack import Channel, FakeSlack, Message, Thread, User
from tests.loopback.slack_delivery import Delivery

TOLD = ("message", "app_mention")


@dataclass(eq=False)
class SlackLearner(Learner):
    """Threads take no commands: their names are said in plain words there."""

    slack: FakeSlack
    user: User
    channel: Channel
    messages: dict[Said, Message] = field(default_factory=dict, init=False)
    _thread: Thread | None = field(default=None, init=False)
    _seen: Message | None = field(default=None, init=False)

    @property
    def platform(self) -> str:
        return "Slack"

    @property
    def key(self) -> str:
        return f"slack:{self.slack.team_id}:{self.user.id}"

    @property
    def edits_at_once(self) -> bool:
        return False

    @property
    def thread(self) -> Thread:
        assert self._thread, "opened by the first message"
        return self._thread

    async def begin(self) -> Said:
        call = "start" if self.channel.kind == "im" else f"<@{self.slack.bot_user_id}>"
        message = await self.channel.say(self.user, f"{call} data-science {self.length}")
        self._thread = message.thread
        return self._said("start", message, "")

    async def say(self, text: str, what: What, *, mention: bool = False) -> Said:
        """A mention in a thread is delivered twice: as a message, and as a mention."""
        call = f"<@{self.slack.bot_user_id}> " if mention else ""
        return self._said(what, await self.thread.say(self.user, call + text), text)

    async def speak(self, text: str) -> Said:
        clip = await asyncio.to_thread(audio_clip, text)
        message = await self.thread.share_audio(self.user, clip, mimetype="video/mp4")
        return self._said("answer", message, text, spoken=True)

    async def change(self, said: Said, text: str) -> Said:
        message = self.messages[said]
        await self.slack.edit(self.user, message, text)
        delivery = self._deliveries(message, changed=True)[-1]
        when = delivery.event["message"]["edited"]["ts"]
        event = f"slack:{self.slack.team_id}:{self.channel.id}:{message.ts}:{when}"
        correction = Said("edit", message.ts, event, _micros(when), float(when), text)
        self.messages[correction] = message
        return correction

    def _said(self, what: What, message: Message, text: str, *, spoken: bool = False) -> Said:
        event = f"slack:{self.slack.team_id}:{self.channel.id}:{message.ts}"
        said = Said(what, message.ts, event, _micros(message.ts), float(message.ts), text, spoken=spoken)
        self.messages[said] = message
        return said

    async def next_of(self, pattern: re.Pattern[str]) -> str:
        self._seen = await self.thread.wait_for(pattern, PATIENCE, after=self._seen)
        return self._seen.shown

    def shown(self) -> Sequence[Shown]:
        mine = [message for message in self.thread.messages if message.by_app]
        return [Shown(m.ts, _micros(m.ts), m.shown, m.first_shown) for m in mine]

    def confirmed(self, said: Said) -> float:
        deliveries = self._deliveries(self.messages[said], changed=said.what == "edit")
        return min((delivery.acked_at for delivery in deliveries), default=math.inf)

    def redeliver(self, said: Said) -> None:
        for known in self._deliveries(self.messages[said], changed=said.what == "edit"):
            self.slack.dispatcher.start(Delivery(known.kind, known.payload, known.about, first_attempt=1))

    def _deliveries(self, message: Message, *, changed: bool) -> list[Delivery]:
        """Of the message itself, or of its correction; not of the file in it."""
        about = [each for each in self.slack.deliveries if each.about is message and each.event["type"] in TOLD]
        return [each for each in about if (each.event.get("subtype") == "message_changed") == changed]


def audio_clip(text: str) -> bytes:
    return speech.mp4_video_label(speech.speak(text))


def _micros(ts: str) -> int:
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int(fraction)
