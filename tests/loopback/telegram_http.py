"""The HTTP side: from a request to a method and back, with the troubles that were asked for on the way."""

import asyncio
import inspect
import json
import time
from typing import Any

from aiohttp import web

from tests.loopback import telegram_sending  # noqa: F401 (registers its methods)
from tests.loopback.telegram_faults import Fault, Pace
from tests.loopback.telegram_methods import METHODS, Method
from tests.loopback.telegram_wire import Arguments, Call, Json, Refused, Upload, Violation, arguments_of
from tests.loopback.telegram_world import World


class Dropped(Exception):
    """The connection is cut without an answer."""


class Wire(World):
    def __init__(self, *, flood: bool = False, per_second: int = 1, group_per_minute: int = 20, **options: Any) -> None:
        """`flood`: more than `per_second` messages a second in one chat, or `group_per_minute` a minute in a group, get
        a 429. Other options are those of World."""
        super().__init__(**options)
        self.token = f"{self.bot['id']}:loopback-{'x' * 26}"
        self.url = ""
        self.calls: list[Call] = []
        self.refusals: list[tuple[Call, Refused]] = []
        self.violations: list[Violation] = []
        self._faults: list[Fault] = []
        self._pace = Pace(per_second, group_per_minute) if flood else Pace()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=80 * 1024 * 1024)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_route("*", "/{path:.*}", self._nowhere)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        await self.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def blame(self, method: str, what: str, params: Json) -> None:
        self.violations.append(Violation(method, what, params))

    async def _nowhere(self, request: web.Request) -> web.Response:
        self.blame(f"{request.method} {request.path}", "no such path", {})
        return _refusal(Refused(404, "Not Found", wrong=True))

    async def _download(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        if stranger := self._stranger(request):
            return _refusal(stranger)
        try:
            answer = await self._play(self._fault("download", {"path": path}), {})
            return self._file(path) if answer is None else answer
        except Dropped:
            return _cut(request)

    def _file(self, path: str) -> web.Response:
        data = self.files.read(path)
        if data is not None:
            return web.Response(body=data, content_type="application/octet-stream")
        self.blame("download", "a path that getFile has not given, or not lately", {"path": path})
        return _refusal(Refused(404, "Not Found", wrong=True))

    async def _serve(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        if stranger := self._stranger(request):
            return _refusal(stranger)
        if name.lower() not in METHODS:
            self.blame(name, "unknown method", {})
            return _refusal(Refused(404, "Not Found: method not found", wrong=True))
        try:
            return await self._answer(METHODS[name.lower()], request)
        except Dropped:
            return _cut(request)
        except Exception as broken:
            self.blame(name, f"the fake itself broke: {broken!r}", {})
            raise

    def _stranger(self, request: web.Request) -> Refused | None:
        """Another bot's token is 401; what is no token at all is 404."""
        number, colon, _ = request.match_info["token"].partition(":")
        if request.match_info["token"] == self.token:
            return None
        looks_right = number.isdigit() and bool(colon)
        return Refused(401, "Unauthorized", wrong=False) if looks_right else Refused(404, "Not Found", wrong=False)

    async def _answer(self, method: Method, request: web.Request) -> web.Response:
        sent: dict[str, str | Upload] = {}
        call: Call | None = None
        try:
            sent = await arguments_of(request)
            arguments = method.signature.read(sent)
            call = self._record(method.name, dict(arguments))
            return await self._run(method, arguments)
        except Refused as refusal:
            return self._refuse(call or self._record(method.name, dict(sent)), refusal)

    def _record(self, method: str, params: Json) -> Call:
        self.calls.append(Call(method, params, time.monotonic()))
        self.happened.ring()
        return self.calls[-1]

    def _refuse(self, call: Call, refusal: Refused) -> web.Response:
        self.refusals.append((call, refusal))
        if refusal.wrong:
            self.blame(call.method, refusal.description, call.params)
        return _refusal(refusal)

    async def _run(self, method: Method, arguments: Arguments) -> web.Response:
        fault = self._fault(method.name, arguments)
        after = fault is not None and fault.drop == "after"
        if not after and (trouble := await self._play(fault, arguments)) is not None:
            return trouble
        result = await self._effect(method, arguments)
        if after:
            await self._play(fault, arguments)
        return web.json_response({"ok": True, "result": result})

    async def _effect(self, method: Method, arguments: Arguments) -> Any:
        try:
            if method.sends:
                self._pace.check(arguments)
            result = method.run(self, arguments)
            return await result if inspect.isawaitable(result) else result
        finally:
            for fault in arguments.faults:
                self.blame(method.name, fault, dict(arguments))
            self.happened.ring()

    def _fault(self, method: str, params: Json) -> Fault | None:
        fault = next((fault for fault in self._faults if fault.applies(method, params)), None)
        if fault is not None:
            fault.take()
        return fault

    async def _play(self, fault: Fault | None, params: Json) -> web.Response | None:
        """What the fault answers, if it does."""
        if fault is None:
            return None
        await asyncio.sleep(fault.hang)
        if fault.drop:
            raise Dropped
        if not fault.answers:
            return None
        if fault.retry_after is not None and "chat_id" in params:
            self._pace.tell(params["chat_id"], fault.retry_after)
        status, body = fault.answer()
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(status=status, body=raw, content_type="application/json")


def _refusal(refusal: Refused) -> web.Response:
    headers = {"Retry-After": str(refusal.parameters["retry_after"])} if "retry_after" in refusal.parameters else {}
    return web.json_response(refusal.envelope, status=refusal.status, headers=headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
