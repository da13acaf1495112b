"""A strict Telegram Bot API server on 127.0.0.1, with learners to talk to the bot on it.

    async with FakeTelegram() as fake:            # TELEGRAM_API_URL=fake.url, TELEGRAM_BOT_TOKEN=fake.token
        chat = fake.private_chat(fake.learner(42, "Ada Lovelace"))
        await chat.say("/start")
        await chat.wait_for("Which role?")
        await chat.press("Data Science")
        print(chat.transcript())

What no correct bot does is refused as Telegram refuses it, and fails the test when the `async with` ends (`assert_clean`).
`with FakeTelegram.in_thread() as fake` runs the server in a thread of its own; `fake.do(chat.say("/start"))` waits there.
"""

import asyncio
import contextlib
import inspect
import json
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from aiohttp import web

from tests.loopback.telegram_chats import Chat
from tests.loopback.telegram_faults import Fault, Pace
from tests.loopback.telegram_files import Files
from tests.loopback.telegram_messages import Button, Message
from tests.loopback.telegram_methods import METHODS, Method
from tests.loopback.telegram_rooms import Learner, Query, Sighting
from tests.loopback.telegram_updates import Updates
from tests.loopback.telegram_wire import (
    Arguments,
    Bell,
    Call,
    Json,
    Refused,
    Upload,
    Violation,
    arguments_of,
    illegal,
)

__all__ = ["Button", "Call", "Chat", "FakeTelegram", "Fault", "Learner", "Message", "Query", "Sighting", "Violation"]

Result = TypeVar("Result")


class Dropped(Exception):
    """The connection is cut without an answer."""


class FakeTelegram:
    """`flood`: more than `per_second` messages a second in one chat, or `group_per_minute` a minute in a group, get a 429.
    `topics`: the bot has topics in private chats. `poll_rules`: a hasty repeat of an offset waits 3 s, as on the real server.
    `webhook_at`: the loopback root that stands for the public address of the webhook."""

    def __init__(
        self,
        *,
        bot_id: int = 123456789,
        username: str = "viva_test_bot",
        name: str = "Viva",
        privacy: bool = True,
        topics: bool = False,
        flood: bool = False,
        per_second: int = 1,
        group_per_minute: int = 20,
        poll_rules: bool = True,
        conflict_pause: float = 3.0,
        webhook_at: str | None = None,
        allow: tuple[str, ...] = (),
    ) -> None:
        self.token, self.url, self.privacy, self.webhook_at = f"{bot_id}:loopback-{'x' * 26}", "", privacy, webhook_at
        self.bot: Json = {"id": bot_id, "is_bot": True, "first_name": name, "username": username}
        self.bot |= {"can_join_groups": True, "can_read_all_group_messages": not privacy, "has_topics_enabled": topics}
        self.bot |= {"supports_inline_queries": False, "can_connect_to_business": False, "has_main_web_app": False}
        self.calls: list[Call] = []
        self.refusals: list[tuple[Call, Refused]] = []
        self.violations: list[Violation] = []
        self.learners: dict[int, Learner] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[tuple[str, int, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.files, self.happened = Files(), Bell()
        self.updates = Updates(conflict_pause, poll_rules, moved=self.happened)
        self.webhook_set = 0.0
        self._allowed = list(allow)
        self._faults: list[Fault] = []
        self._pace = Pace(per_second, group_per_minute) if flood else Pace()
        self._runner: web.AppRunner | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # Life

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        app = web.Application(client_max_size=80 * 1024 * 1024)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_route("*", "/{path:.*}", self._nowhere)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.updates.close()
        assert self._runner
        await self._runner.cleanup()
        if error is None:
            self.assert_clean()

    @classmethod
    @contextlib.contextmanager
    def in_thread(cls, **options: Any) -> Iterator[Self]:
        """For tests without a loop: the server runs in a thread, and `do` runs there whatever is to be awaited."""
        fake, loop = cls(**options), asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="fake Telegram", daemon=True)
        thread.start()
        fake._loop = loop
        stack = contextlib.AsyncExitStack()
        try:
            fake.do(stack.enter_async_context(fake))
            try:
                yield fake
            except BaseException:
                fake._allowed.append("")
                raise
            finally:
                fake.do(stack.aclose())
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Runs it on the server's loop and waits for it; for any thread but the server's own."""
        assert self._loop
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    # People and chats

    def learner(self, user_id: int, name: str, language: str = "en", username: str | None = None) -> Learner:
        self.learners[user_id] = Learner(user_id, name, language, username)
        return self.learners[user_id]

    def private_chat(self, learner: Learner) -> Chat:
        names = {key: value for key, value in learner.wire.items() if key in ("first_name", "last_name", "username")}
        return self._open(Chat(self, {"id": learner.id, "type": "private", **names}, learner))

    def group(
        self, chat_id: int, title: str, *, forum: bool = False, supergroup: bool = False, admin: bool = False
    ) -> Chat:
        """`chat_id` is negative. `admin`: the bot is one, and sees everything."""
        large = forum or supergroup or str(chat_id).startswith("-100")
        wire = {"id": chat_id, "type": "supergroup" if large else "group", "title": title}
        return self._open(Chat(self, wire | ({"is_forum": True} if forum else {}), admin=admin))

    async def migrate(self, group: Chat, new_id: int | None = None) -> Chat:
        """The group becomes a supergroup under another id; the old id answers with `migrate_to_chat_id`."""
        new = self.group(new_id or -1_000_000_000_000 + group.id, group.wire["title"], supergroup=True)
        group.retire(new)
        return new

    def chat(self, chat_id: int | str) -> Chat:
        """Raises Refused for a chat that is not there."""
        if chat_id not in self.chats:
            raise illegal("chat not found")
        return self.chats[int(chat_id)]

    def _open(self, chat: Chat) -> Chat:
        return self.chats.setdefault(chat.id, chat)

    def publish(self, body: Json) -> Json | None:
        return self.updates.put(body)

    def expect_answer(self, query: Query) -> None:
        self.queries[query.id] = query

    def see(self, sightings: list[Sighting], sighting: Sighting) -> None:
        sightings.append(sighting)
        self.happened.ring()

    async def inject(self, body: Json) -> Json | None:
        """Any update at all, poison too; the server numbers it."""
        return self.updates.put(body)

    async def redeliver(self, update: Json) -> None:
        """The same update under the same id once more, even when it was confirmed."""
        self.updates.repeat(update)

    async def until_confirmed(self, update: Json | None, timeout: float = 10) -> float:  # noqa: ASYNC109
        """When the bot let go of the update (time.monotonic()): by the next offset, or by 2xx to the webhook."""
        assert update is not None, "the bot was not told"
        return await self.updates.until_confirmed(update, timeout)

    # What the bot did

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def wait_for_call(
        self,
        method: str,
        where: Callable[[Json], object] = lambda params: True,
        since: int = 0,
        timeout: float = 10,  # noqa: ASYNC109
    ) -> Call:
        """The first such call from `calls[since]` on."""
        return await self.happened.until(
            lambda: next((call for call in self.calls[since:] if call.method == method and where(call.params)), None),
            timeout,
            lambda: f"no call of {method} among {[call.method for call in self.calls[since:]]}",
        )

    def allow(self, *fragments: str) -> None:
        """Violations with any of these words in them do not fail the test."""
        self._allowed.extend(fragments)

    def assert_clean(self, *allow: str) -> None:
        """Fails with every violation that is not allowed."""
        allowed = (*self._allowed, *allow)
        bad = [str(violation) for violation in self.violations if not any(word in str(violation) for word in allowed)]
        if bad:
            raise AssertionError("what no correct bot does:\n  " + "\n  ".join(bad))

    # Trouble

    def fail(
        self,
        method: str,
        times: int = 1,
        *,
        status: int | None = None,
        body: Json | str | bytes | None = None,
        retry_after: int | None = None,
        hang: float = 0.0,
        drop: Literal["before", "after"] | None = None,
        where: Callable[[Json], object] = lambda params: True,
    ) -> Fault:
        """Trouble for the next calls of a method ("*": of any; "download": of a file), for which `where` says yes.

        `status`, `body` (text: the description; an object: the envelope; bytes: raw) and `retry_after` answer in its place.
        `hang`: seconds to wait first. `drop`: the connection is cut, before or after the method has had its effect.
        """
        fault = Fault(method, times, status, body, retry_after, hang, drop, where)
        self._faults.append(fault)
        return fault

    def blame(self, method: str, what: str, params: Json) -> None:
        self.violations.append(Violation(method, what, params))

    # The wire

    async def _nowhere(self, request: web.Request) -> web.Response:
        self.blame(f"{request.method} {request.path}", "no such path", {})
        return _json(Refused(404, "Not Found", wrong=True))

    async def _download(self, request: web.Request) -> web.Response:
        if refusal := self._stranger(request):
            return _json(refusal)
        path = request.match_info["path"]
        try:
            if (answer := await self._troubled("download", {"path": path})) is not None:
                return answer
        except Dropped:
            return _cut(request)
        data = self.files.read(path)
        if data is None:
            self.blame("download", "a path that getFile has not given, or not lately", {"path": path})
            return _json(Refused(404, "Not Found", wrong=True))
        return web.Response(body=data, content_type="application/octet-stream")

    async def _serve(self, request: web.Request) -> web.Response:
        if refusal := self._stranger(request):
            return _json(refusal)
        try:
            return await self._answer(request)
        except Dropped:
            return _cut(request)
        except Exception as broken:
            self.blame(request.match_info["method"], f"the fake itself broke: {broken!r}", {})
            raise

    def _stranger(self, request: web.Request) -> Refused | None:
        token = request.match_info["token"]
        if token == self.token:
            return None
        known = token.partition(":")[0].isdigit() and ":" in token
        return Refused(401, "Unauthorized", wrong=False) if known else Refused(404, "Not Found", wrong=False)

    async def _answer(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        method = METHODS.get(name.lower())
        if method is None:
            self.blame(name, "unknown method", {})
            return _json(Refused(404, "Not Found: method not found", wrong=True))
        fields: dict[str, str | Upload] = {}
        call: Call | None = None
        try:
            fields = await arguments_of(request)
            arguments = method.signature.read(fields)
            call = self._record(method.name, dict(arguments))
            return await self._run(method, arguments)
        except Refused as refusal:
            call = call or self._record(method.name, dict(fields))
            self.refusals.append((call, refusal))
            if refusal.wrong:
                self.blame(method.name, refusal.description, call.params)
            return _json(refusal)

    def _record(self, method: str, params: Json) -> Call:
        self.calls.append(Call(method, params, time.monotonic()))
        self.happened.ring()
        return self.calls[-1]

    async def _run(self, method: Method, arguments: Arguments) -> web.Response:
        fault = self._fault(method.name, arguments)
        if fault is None or fault.drop != "after":
            answer = await self._play(fault, arguments)
            if answer is not None:
                return answer
        result = await self._effect(method, arguments)
        if fault is not None and fault.drop == "after":
            await asyncio.sleep(fault.hang)
            raise Dropped
        return web.json_response({"ok": True, "result": result}, dumps=json.dumps)

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

    async def _troubled(self, method: str, params: Json) -> web.Response | None:
        return await self._play(self._fault(method, params), params)

    async def _play(self, fault: Fault | None, params: Json) -> web.Response | None:
        """What the fault answers, if it does."""
        if fault is None:
            return None
        await asyncio.sleep(fault.hang)
        if fault.drop == "before":
            raise Dropped
        if not fault.answers:
            return None
        if fault.retry_after is not None and "chat_id" in params:
            self._pace.tell(params["chat_id"], fault.retry_after)
        status, body = fault.answer()
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(status=status, body=raw, content_type="application/json")


def _json(refusal: Refused) -> web.Response:
    headers = {"Retry-After": str(refusal.parameters["retry_after"])} if "retry_after" in refusal.parameters else {}
    return web.json_response(refusal.envelope, status=refusal.status, headers=headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
