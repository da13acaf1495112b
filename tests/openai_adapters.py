"""What the tests of the OpenAI adapters share: a small role pack, a moment, a task, ledgers, and a fake server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web
from openai import AsyncOpenAI

from engine.failures import Unavailable
from engine.grading import About, GradingTask
from engine.openai.client import Model, open_client
from engine.ports import Ledger, ModelCall, Moment
from engine.rolepack import RolePack
from tests.loopback.openai import FakeOpenAI

LUNA = "gpt-6-luna"
CHAT = "/chat/completions"
SECRET_WORDS = "purple-elephant-confession"
ANSWER = f"It finds groups of points that lie close together, {SECRET_WORDS}."


def _key_point(name: str, point: str) -> dict[str, object]:
    return {"id": name, "point": point, "says": [point], "hint": f"Think about {name}."}


def _question(name: str, text: str) -> dict[str, object]:
    points = [
        _key_point("groups", "It groups similar points"),
        _key_point("centroids", "It moves centroids to the means"),
    ]
    follow_ups = [{"missed": ["centroids"], "text": f"What happens in each step of {name}?"}]
    return {
        "id": name,
        "topic": "Clustering",
        "difficulty": "working",
        "text": text,
        "reference": "It assigns points to centroids and moves these until nothing changes.",
        "key_points": points,
        "follow_ups": follow_ups,
    }


PACK = RolePack.model_validate(
    {
        "role": "clustering",
        "title": "Clustering",
        "persona": "You are calm, and it costs no $money to ask you.",
        "opening": "Welcome.",
        "criteria": [
            {"id": "correct", "name": "Correctness", "weight": 2, "looks_for": "What is true."},
            {"id": "clear", "name": "Clarity", "weight": 1, "looks_for": "What is plain."},
        ],
        "bands": [
            {"low": low, "high": low + 1, "meaning": f"Band {low}.", "example": f"Example {low}."}
            for low in (9, 7, 5, 3, 1)
        ],
        "questions": [_question(f"q-{n}", f"What does clustering method {n} do?") for n in range(1, 6)],
    }
)
ABOUT = About("telegram:42", "interview-1")


def moment(answer: str = ANSWER, **changes: Any) -> Moment:
    question = PACK.questions[0]
    plain = Moment(
        about=ABOUT,
        pack=PACK,
        question=question,
        asked=question.text,
        answer=answer,
        earlier=(),
        unheard=("groups", "centroids"),
        may_follow_up=True,
        next_question=PACK.questions[1],
    )
    return replace(plain, **changes)


def task(answer: str = ANSWER) -> GradingTask:
    question = PACK.questions[0]
    return GradingTask(ABOUT, PACK, question, question.text, ("groups", "centroids"), answer)


@dataclass
class KeptLedger:
    calls: list[ModelCall] = field(default_factory=list)

    async def record_call(self, call: ModelCall) -> None:
        self.calls.append(call)


class LedgerAway:
    async def record_call(self, call: ModelCall) -> None:
        raise Unavailable("the database is away")


@dataclass(frozen=True)
class Server:
    """A fake OpenAI, the client as the product opens it, and the ledger of what was paid there."""

    fake: FakeOpenAI
    client: AsyncOpenAI
    ledger: KeptLedger

    def model(
        self, name: str = LUNA, *, effort: str = "none", patience: float = 20, ledger: Ledger | None = None
    ) -> Model:
        return Model(self.client, name, effort, ledger or self.ledger, patience)


@asynccontextmanager
async def open_server() -> AsyncIterator[Server]:
    async with FakeOpenAI() as fake, open_client(fake.api_key, fake.base_url) as client:
        yield Server(fake, client, KeptLedger())


@asynccontextmanager
async def web_server(body: bytes, content_type: str = "text/event-stream") -> AsyncIterator[str]:
    """A server that answers everything with these bytes."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": content_type})

    app = web.Application()
    app.router.add_post("/v1/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


@contextmanager
def nothing_leaks(caplog: pytest.LogCaptureFixture, *secrets: str) -> Iterator[None]:
    """Whatever is logged or raised inside, at any level and down any chain of causes, holds no secret."""
    caplog.set_level("DEBUG")
    try:
        yield
    except Exception as error:
        _assert_free_of(secrets, _texts_of(error))
        raise
    finally:
        _assert_free_of(secrets, [caplog.text])


def _texts_of(error: BaseException | None) -> list[str]:
    """What a printed traceback would say: a cause that is suppressed is not printed."""
    if error is None:
        return []
    above = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return [str(error), repr(error), *_texts_of(above)]


def _assert_free_of(secrets: tuple[str, ...], texts: list[str]) -> None:
    told = [secret for secret in (SECRET_WORDS, *secrets) for text in texts if secret in text]
    assert not told, f"told to the log or in an exception: {told}"
