"""Misfortune for the platforms and the models: what goes wrong with their answers, and with what they deliver."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tests.chaos.log import Log
from tests.chaos.world import World

Trouble = Mapping[str, Any]

PLATFORM: Sequence[Trouble] = (
    {"retry_after": 1}, {"status": 500}, {"drop": "before"}, {"drop": "after"}, {"hang": 2},
)  # fmt: skip
PAGE: Trouble = {"status": 502, "body": "<html>"}
CHAT: Sequence[Trouble] = (
    {"status": 500}, {"status": 429, "retry_after": 1}, {"cut_stream_after": 2}, {"no_done": True}, {"html": True},
    {"malformed_json": True}, {"refusal": True}, {"finish_reason": "length"}, {"empty_choices": True}, {"hang": 2},
    {"stream_error_after": 1},
)  # fmt: skip
LONG: Sequence[Trouble] = ({"status": 429, "code": "insufficient_quota"}, {"hang": 30})
EARS: Sequence[Trouble] = (
    {"status": 503}, {"status": 429, "retry_after": 1}, {"hang": 2}, {"html": True}, {"broken_body": True},
)  # fmt: skip
TELEGRAM_METHODS = ("sendMessage", "sendMessage", "getUpdates", "*")
SLACK_METHODS = ("chat.postMessage", "chat.postMessage", "apps.connections.open", "assistant.threads.setStatus")


class Fault(Protocol):
    """`hits`: how often it has come about."""

    hits: int


class Faults:
    """Plans trouble; `met` says what of it has come about."""

    def __init__(self, chance: random.Random, world: World, log: Log) -> None:
        self._chance = chance
        self._log = log
        self._telegram = world.telegram
        self._slack = world.slack
        self._openai = world.openai
        self._harsh = world.scale.harsh
        self._planned: list[tuple[str, Fault]] = []

    @property
    def met(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for what, fault in self._planned:
            found[what] += fault.hits
        return +found

    async def telegram(self) -> None:
        trouble = self._chance.choice((*PLATFORM, PAGE))
        method = self._chance.choice(TELEGRAM_METHODS)
        self._plan("Telegram", trouble, self._telegram.fail(method, self._times(), **trouble))

    async def telegram_files(self) -> None:
        trouble = self._chance.choice(PLATFORM[1:])
        method = self._chance.choice(("getFile", "download"))
        self._plan(f"Telegram {method}", trouble, self._telegram.fail(method, self._times(), **trouble))

    async def slack(self) -> None:
        trouble = self._chance.choice(PLATFORM)
        method = self._chance.choice(SLACK_METHODS)
        self._plan("Slack", trouble, self._slack.fail(method, self._times(), **trouble))

    async def slack_files(self) -> None:
        trouble = self._chance.choice(PLATFORM)
        self._plan("Slack download", trouble, self._slack.fail("download", self._times(), **trouble))

    async def sockets(self) -> None:
        """Slack's side of the websockets: asked to leave, cut, or their acknowledgements lost."""
        match self._chance.choice(("asked to leave", "cut", "acknowledgements lost")):
            case "asked to leave":
                await self._slack.sockets.disconnect(self._chance.choice(("warning", "refresh_requested")))
                self._log.note("Slack websockets asked to leave")
            case "cut":
                self._slack.sockets.cut()
                self._log.note("Slack websockets cut")
            case _:
                self._slack.sockets.lose_acknowledgements(self._times())
                self._log.note("Slack acknowledgements lost")

    async def model(self) -> None:
        trouble = self._chance.choice((*CHAT, *LONG) if self._harsh else CHAT)
        self._plan("model", trouble, self._openai.fail("/chat/completions", self._times(), **trouble))

    async def ears(self) -> None:
        trouble = self._chance.choice(EARS)
        self._plan("transcription", trouble, self._openai.fail("/audio/transcriptions", self._times(), **trouble))

    def end(self) -> None:
        """What was planned and has not come about will not come."""
        self._openai.heal()
        self._telegram.heal()
        self._slack.heal()

    def _plan(self, whose: str, trouble: Trouble, fault: Fault) -> None:
        self._planned.append((f"{whose} {_named(trouble)}", fault))

    def _times(self) -> int:
        return self._chance.randint(1, 3)


class Redelivery:
    """The platforms deliver again what they have delivered, confirmed or not."""

    def __init__(self, chance: random.Random, world: World, log: Log) -> None:
        self._chance = chance
        self._log = log
        self._learners = world.learners

    async def redeliver(self) -> None:
        sent = [(learner, said) for learner in self._learners for said in learner.said]
        for learner, said in self._chance.sample(sent, min(3, len(sent))):
            learner.redeliver(said)
            self._log.note(f"{learner.platform} events delivered again")


def _named(trouble: Trouble) -> str:
    """{"drop": "after"} is "drop after"; {"status": 500} is "500"; {"html": True} is "html"."""
    if "retry_after" in trouble:
        return "429"
    if "code" in trouble:
        return str(trouble["code"]).replace("_", " ")
    name, value = next(iter(trouble.items()))
    return (
        str(value)
        if name == "status"
        else name.replace("_", " ")
        if value is True
        else f"{name} {value}".replace("_", " ")
    )
