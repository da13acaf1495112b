"""Socket Mode, Slack's side: websockets by ticket, each envelope to one of them, acknowledgements, pings."""

import asyncio
import json
import uuid
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.loopback.slack_delivery import Delivery, Unanswered
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_workspace import Workspace

MOST_CONNECTIONS = 10
RESPONDING = ("slash_commands", "interactive")


@dataclass(eq=False)
class Connection:
    socket: web.WebSocketResponse
    request: web.Request
    leaving: bool = False
    muted: bool = False  # no answers to pings: a connection gone stale
    pings: int = 0
    ponged: asyncio.Event = field(default_factory=asyncio.Event)
    envelopes: list[Json] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return not self.leaving and not self.socket.closed

    async def send(self, frame: Json) -> None:
        await self.socket.send_str(json.dumps(frame))


class Sockets:
    """The transport for apps that have an app token."""

    def __init__(self, workspace: Workspace) -> None:
        self.connections: list[Connection] = []
        self._workspace = workspace
        self._tickets: set[str] = set()
        self._envelopes: dict[str, Delivery] = {}
        self._acked: set[str] = set()
        self._turn = 0
        self._acks_to_lose = 0

    def ticket(self) -> str:
        """A ticket that opens one websocket."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return ticket

    def open_connections(self) -> list[Connection]:
        return [connection for connection in self.connections if connection.open]

    async def connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="ticket is unknown or used up")
        if "Authorization" in request.headers:
            self._workspace.violate("token_leaked", "a token was sent to the websocket")
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self._tickets.discard(ticket)
        await self._serve(Connection(socket, request))
        return socket

    async def attempt(self, delivery: Delivery, number: int, reason: str, within: float) -> None:
        connection = await self._one(wait=delivery.kind == "events_api")
        envelope = self._envelope(delivery, number, reason)
        self._envelopes[envelope["envelope_id"]] = delivery
        connection.envelopes.append(envelope)
        try:
            await connection.send(envelope)
            await asyncio.wait_for(delivery.acked.wait(), within)
        except (TimeoutError, ConnectionError):
            raise Unanswered("timeout") from None

    async def disconnect(self, reason: str = "warning", connection: Connection | None = None) -> None:
        """Asks connections to leave: they get no further envelopes, and the app is to come back by a new one."""
        for each in [connection] if connection else self.open_connections():
            each.leaving = True
            await each.send({"type": "disconnect", "reason": reason, "debug_info": {"host": "loopback"}})

    def cut(self) -> None:
        """The network fails: every websocket is gone without a farewell."""
        for connection in self.open_connections():
            connection.leaving = True
            if connection.request.transport is not None:
                connection.request.transport.abort()

    def lose_acknowledgements(self, times: int) -> None:
        """The next ones never arrive, so that what they were for is delivered again."""
        self._acks_to_lose = times

    async def stop(self) -> None:
        for connection in self.connections:
            await connection.socket.close()

    async def _serve(self, connection: Connection) -> None:
        if len(self.open_connections()) >= MOST_CONNECTIONS:
            await self.disconnect("too_many_websockets", connection)
            return
        self.connections.append(connection)
        await connection.send(self._hello())
        self._workspace.signal.fire()
        await self._listen(connection)
        connection.leaving = True
        self._workspace.signal.fire()

    async def _listen(self, connection: Connection) -> None:
        while (message := await connection.socket.receive()).type not in (
            WSMsgType.CLOSE,
            WSMsgType.CLOSING,
            WSMsgType.CLOSED,
            WSMsgType.ERROR,
        ):
            if message.type == WSMsgType.PING:
                connection.pings += 1
                if not connection.muted:
                    await connection.socket.pong(message.data)
            elif message.type == WSMsgType.PONG:
                connection.ponged.set()
            elif message.type == WSMsgType.TEXT:
                self._acknowledge(message.data)
            else:
                self._workspace.violate("bad_frame", f"a {message.type.name} frame")

    def _acknowledge(self, frame: str) -> None:
        try:
            ack = json.loads(frame)
            delivery = self._envelopes[ack["envelope_id"]]
        except (ValueError, TypeError, KeyError):
            self._workspace.violate("bad_frame", f"this acknowledges nothing: {frame}")
            return
        if ack["envelope_id"] in self._acked:
            self._workspace.violate("acknowledged_twice", frame)
        if ack.keys() - {"envelope_id", "payload"}:
            self._workspace.violate("bad_frame", f"unknown fields: {frame}")
        if "payload" in ack and delivery.kind not in RESPONDING:
            self._workspace.violate("payload_not_accepted", frame)
        self._acked.add(ack["envelope_id"])
        if self._acks_to_lose and delivery.kind == "events_api":
            self._acks_to_lose -= 1
            return
        delivery.accept(ack.get("payload"))

    async def _one(self, wait: bool) -> Connection:
        """The open connections take turns. An event waits for one; a person does not."""
        if wait:
            while not self.open_connections():
                await self._workspace.signal.until(lambda: bool(self.open_connections()), 3600)
        choice = self.open_connections()
        if not choice:
            raise Unanswered("dispatch_failed: no websocket is open")
        self._turn += 1
        return choice[self._turn % len(choice)]

    def _envelope(self, delivery: Delivery, number: int, reason: str) -> Json:
        envelope = {
            "envelope_id": str(uuid.uuid4()),
            "type": delivery.kind,
            "accepts_response_payload": delivery.kind in RESPONDING,
            "payload": delivery.payload,
        }
        return (
            envelope if delivery.kind in RESPONDING else {**envelope, "retry_attempt": number, "retry_reason": reason}
        )

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.open_connections()),
            "debug_info": {"host": "loopback", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._workspace.app_id},
        }
