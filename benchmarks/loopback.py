"""A Telegram and a model as lean as they can be, so that what is measured is Viva: they check nothing and keep times.

All times are seconds of one clock, time.perf_counter(), in this one process.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

TOKEN = "123456:" + "x" * 35
KEY = "sk-bench"
CHUNKS = 40
_MARK = re.compile(r"ref(\d+)x(\d+)")

OnMessage = Callable[[int, str, float], Awaitable[None]]
"""Called with the chat, the text and the time at which the bot's request was there."""


def mark(chat: int, number: int) -> str:
    """What an answer carries, so that the model call about it is known."""
    return f"ref{chat}x{number}"


@dataclass(frozen=True)
class Asked:
    """A model call: when it was there, and when its last byte was out."""

    schema: str
    arrived: float
    done: float


@dataclass
class Platform:
    """`model_seconds` is what the model takes for an answer, within a fifth, spread over its 40 chunks."""

    model_seconds: float = 0.0
    on_message: OnMessage | None = None
    asked: dict[tuple[int, int], list[Asked]] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    url: str = ""
    recording: bytes = b""
    """What every voice note contains."""
    _updates: list[dict[str, Any]] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _runner: web.AppRunner | None = None
    _tasks: set[asyncio.Future[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=80 << 20)
        app.router.add_post("/bot{token}/{method}", self._telegram)
        app.router.add_get("/file/bot{token}/{name}", self._download)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/audio/transcriptions", self._transcribe)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner
        await self._runner.cleanup()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "TELEGRAM_API_URL": self.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "OPENAI_BASE_URL": f"{self.url}/v1",
            "OPENAI_API_KEY": KEY,
        }

    def say(self, chat: int, text: str) -> float:
        """A learner writes to the bot; the time at which the update can be fetched."""
        content: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        return self._deliver(chat, content)

    def speak(self, chat: int, seconds: int) -> float:
        """A learner sends the recording as a voice note."""
        voice = {"file_id": "note", "file_unique_id": "note", "duration": seconds, "mime_type": "audio/ogg"}
        return self._deliver(chat, {"voice": voice | {"file_size": len(self.recording)}})

    def _deliver(self, chat: int, content: dict[str, Any]) -> float:
        number = next(self._numbers)
        person = {"id": chat, "is_bot": False, "first_name": f"Learner{chat}", "language_code": "en"}
        room = {"id": chat, "type": "private", "first_name": person["first_name"]}
        message = {"message_id": number, "date": int(time.time()), "from": person, "chat": room, **content}
        self._updates.append({"update_id": number, "message": message})
        self._news.set()
        return time.perf_counter()

    # Telegram

    async def _telegram(self, request: web.Request) -> web.StreamResponse:
        arrived = time.perf_counter()
        method = request.match_info["method"]
        self.calls[method] = self.calls.get(method, 0) + 1
        sent = await request.post()
        if method == "getUpdates":
            return _result(await self._fetch(int(str(sent.get("offset") or 0)), float(str(sent.get("timeout") or 0))))
        if method == "getMe":
            return _result({"id": 123456, "is_bot": True, "first_name": "Viva", "username": "viva_bench_bot"})
        if method == "getFile":
            return _result({"file_id": "note", "file_unique_id": "note", "file_path": "note.oga"})
        if method != "sendMessage":
            return _result(True)
        chat, text = int(str(sent["chat_id"])), str(sent["text"])
        if self.on_message:
            task = asyncio.ensure_future(self.on_message(chat, text, arrived))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        room = {"id": chat, "type": "private"}
        return _result({"message_id": next(self._numbers), "date": int(time.time()), "chat": room, "text": text})

    async def _fetch(self, offset: int, timeout: float) -> list[dict[str, Any]]:  # noqa: ASYNC109
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        if not self._updates:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), timeout)
            except TimeoutError:
                return []
        return self._updates[:100]

    async def _download(self, _: web.Request) -> web.StreamResponse:
        return web.Response(body=self.recording)

    # The model

    async def _transcribe(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        return web.json_response({"text": HEARD})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        arrived = time.perf_counter()
        body = await request.json()
        schema = body["response_format"]["json_schema"]["name"]
        said = body["messages"][-1]["content"]
        answer = json.dumps(_answer(schema, json.loads(said)))
        if body.get("stream"):
            response = await self._stream(request, answer)
        else:
            await asyncio.sleep(self._thinking())
            response = web.json_response(_completion(answer))
        found = _MARK.findall(said)
        if found:
            chat, number = map(int, found[-1])
            self.asked.setdefault((chat, number), []).append(Asked(schema, arrived, time.perf_counter()))
        return response

    def _thinking(self) -> float:
        """No model is regular; learners who wait equally long would come in step for ever."""
        return self.model_seconds * random.uniform(0.8, 1.2)

    async def _stream(self, request: web.Request, answer: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        seconds = self._thinking()
        size = -(-len(answer) // CHUNKS)
        pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
        for number, piece in enumerate(pieces, 1):
            due = begun + seconds * number / len(pieces)
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            await response.write(_event({"choices": [{"index": 0, "delta": {"content": piece}}]}))
        await response.write(_event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        await response.write(_event({"choices": [], "usage": USAGE}) + b"data: [DONE]\n\n")
        return response


HEARD = "I would first look at how the data came about, and then compare a simple model with what we do today."
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}


def _result(value: object) -> web.Response:
    return web.json_response({"ok": True, "result": value})


def _head(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_790_000_000, "model": "gpt-6-luna"}


def _event(more: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(_head("chat.completion.chunk") | more).encode() + b"\n\n"


def _completion(answer: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return _head("chat.completion") | {"choices": [choice], "usage": USAGE}


def _answer(schema: str, data: dict[str, Any]) -> dict[str, object]:
    """Moves on with a sentence of the usual length; grades with the usual three sentences."""
    if schema == "nextmove":
        bridge = (
            "Thank you, that gives me a good picture of how you would go about it, so let us move on to the next one."
        )
        return {"heard": list(data["not_heard_yet"]), "follow_up": "", "bridge": bridge}
    quote = " ".join(str(data["answer"]).split()[:5])
    return {
        "covered": [{"key_point": point, "quote": quote} for point in data["required"]],
        "contradicted": [],
        "points": [{"criterion": name, "points": 8} for name in CRITERIA],
        "good": "You named the two sides of it and said what you would look at first, so you have done it.",
        "missing": "Think about what happens when the circumstances change, and how you would notice that in time.",
        "improve": "Give one example with a number from your own work.",
    }


CRITERIA: Sequence[str] = ("correctness", "completeness", "clarity")
