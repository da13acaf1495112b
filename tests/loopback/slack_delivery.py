"""Getting payloads to the app: one delivery, its retries, and the two ways there."""

import asyncio
import math
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tests.loopback.slack_shapes import Json
from tests.loopback.slack_talk import Message
from tests.loopback.slack_workspace import Workspace

Kind = Literal["events_api", "slash_commands", "interactive"]
SCOPES = {
    "message.im": "im:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "app_mention": "app_mentions:read",
    "file_shared": "files:read",
    "agent_session_stopped": "chat:write",
}
CHANNEL_TYPES = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}


class NotAcknowledged(Exception):
    """The app did not answer as Slack wants it: what the person sees instead of an answer."""


class Unanswered(Exception):
    """One attempt failed. `reason` is Slack's word for it; `final`: the app asked for no retry."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.final = reason, final


@dataclass(frozen=True)
class Timing:
    """Seconds. Slack's own: 3, 3, retries at once, after a minute and after five; a trigger lives for 3."""

    ack_within: float = 3.0
    answer_within: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 0.5, 2.0)
    trigger_life: float = 3.0


@dataclass(eq=False)
class Delivery:
    kind: Kind
    payload: Json
    about: Message | None = None
    attempts: list[str] = field(default_factory=list)  # the retry reason of each; "" for the first
    first_attempt: int = 0
    answer: Any = None
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    acked_at: float = math.inf  # time.time()
    given_up: bool = False

    @property
    def event(self) -> Json:
        """The inner event of an Events API payload."""
        return dict(self.payload.get("event", {}))

    def accept(self, answer: Any) -> None:
        self.answer = answer
        self.acked_at = min(self.acked_at, time.time())
        self.acked.set()


class Transport(Protocol):
    async def attempt(self, delivery: Delivery, number: int, reason: str, within: float) -> None:
        """Sends it once and waits until it is acknowledged. Raises Unanswered."""


class Dispatcher:
    """Sends events until they are acknowledged, and commands and interactions once."""

    def __init__(self, workspace: Workspace, timing: Timing, transport: Transport) -> None:
        self.transport = transport
        self.deliveries: list[Delivery] = []
        self._workspace, self._timing = workspace, timing
        self._tasks: set[asyncio.Task[None]] = set()

    def event(self, event: Json, about: Message | None = None) -> Delivery | None:
        """Sends an event if the app subscribed to its type and has the scope for it."""
        name = CHANNEL_TYPES[event["channel_type"]] if event["type"] == "message" else event["type"]
        if name not in self._workspace.subscriptions or SCOPES.get(name, "") not in {"", *self._workspace.scopes}:
            return None
        return self.start(Delivery("events_api", self._callback(event), about))

    def start(self, delivery: Delivery) -> Delivery:
        self.deliveries.append(delivery)
        self.spawn(self._until_acknowledged(delivery))
        return delivery

    async def ask(self, kind: Kind, payload: Json) -> Any:
        """The app's answer to a command or an interaction. Raises NotAcknowledged."""
        delivery = Delivery(kind, payload)
        self.deliveries.append(delivery)
        delivery.attempts.append("")
        try:
            await self.transport.attempt(delivery, 0, "", self._timing.answer_within)
        except Unanswered as failure:
            raise NotAcknowledged(f"{kind} {failure.reason}:\n{self._workspace.transcript()}") from failure
        self._workspace.signal.fire()
        return delivery.answer

    async def again(self, about: Delivery | Message) -> list[Delivery]:
        """Sends an event, or all events about a message, once more, and waits for the acknowledgements."""
        which = [each for each in self.deliveries if about in (each, each.about) and each.kind == "events_api"]
        copies = [self.start(Delivery(each.kind, each.payload, each.about, first_attempt=1)) for each in which]
        await self.settled(10)
        return copies

    async def settled(self, within: float) -> None:
        """Waits until every event is acknowledged or given up."""

        def open_ones() -> list[Delivery]:
            events = (each for each in self.deliveries if each.kind == "events_api")
            return [each for each in events if not each.acked.is_set() and not each.given_up]

        try:
            await self._workspace.signal.until(lambda: not open_ones(), within)
        except TimeoutError:
            raise AssertionError(f"not acknowledged: {[each.event for each in open_ones()]}") from None

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._workspace.violate("fake_broke", repr(task.exception()))

    async def _until_acknowledged(self, delivery: Delivery) -> None:
        reason = "timeout" if delivery.first_attempt else ""
        for number, pause in enumerate((0.0, *self._timing.retry_delays), delivery.first_attempt):
            if await self._acked_within(delivery, pause):
                return
            delivery.attempts.append(reason)
            self._workspace.signal.fire()
            try:
                await self.transport.attempt(delivery, number, reason, self._timing.ack_within)
            except Unanswered as failure:
                reason = failure.reason
                if failure.final:
                    break
            else:
                self._workspace.signal.fire()
                return
        self._give_up(delivery, reason)

    async def _acked_within(self, delivery: Delivery, seconds: float) -> bool:
        """An acknowledgement of an earlier attempt may still come while the next one is due."""
        if seconds:
            try:
                await asyncio.wait_for(delivery.acked.wait(), seconds)
            except TimeoutError:
                return False
        return delivery.acked.is_set()

    def _give_up(self, delivery: Delivery, reason: str) -> None:
        delivery.given_up = True
        self._workspace.violate("event_never_acknowledged", f"{reason}: {delivery.event}")

    def _callback(self, event: Json) -> Json:
        workspace = self._workspace
        authorization = {"enterprise_id": None, "team_id": workspace.team_id, "user_id": workspace.bot_user_id}
        return {
            "token": "verification-token",
            "team_id": workspace.team_id,
            "context_team_id": workspace.team_id,
            "context_enterprise_id": None,
            "api_app_id": workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": workspace.next_id("Ev"),
            "event_time": int(float(event.get("event_ts", 0))),
            "authorizations": [{**authorization, "is_bot": True, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "event_context": workspace.next_id("4-"),
        }
