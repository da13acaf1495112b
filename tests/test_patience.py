"""The interviewer that keeps nobody waiting: it asks again for a while, then the stand-in takes the turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from engine.failures import Unavailable
from engine.openai.interviewer import ModelInterviewer
from engine.patience import PatientInterviewer
from engine.ports import Moment, Move, OnText
from tests.loopback.openai import in_turn
from tests.openai_adapters import CHAT, LUNA, Server, moment, open_server

GO_ON = {"heard": [], "follow_up": "", "bridge": "Thank you."}
IN_PACK = Move((), None, "All right.", "offline")
GOOD = Move((), None, "Thank you.", "model")


@dataclass
class Scripted:
    """An interviewer that answers or fails in turn; after that it is silent until it is given up."""

    turns: list[Move | Exception]
    asked: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        self.asked += 1
        self.begun.set()
        if not self.turns:
            try:
                await asyncio.Event().wait()
            finally:
                self.given_up.set()
        turn = self.turns.pop(0)
        if isinstance(turn, Exception):
            raise turn
        await on_text(turn.bridge)
        return turn


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with open_server() as server:
        yield server


async def unseen(_: str) -> None:
    """Nobody watches."""


async def seconds_of(interviewer: PatientInterviewer) -> tuple[Move, float]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    move = await asyncio.wait_for(interviewer.next_move(moment(), unseen), 10)
    return move, loop.time() - began


async def test_a_move_that_comes_in_time_is_taken() -> None:
    shown: list[str] = []

    async def show(text: str) -> None:
        shown.append(text)

    stand_in = Scripted([])
    assert await PatientInterviewer(Scripted([GOOD]), stand_in).next_move(moment(), show) == GOOD
    assert shown == ["Thank you."]
    assert not stand_in.asked


async def test_a_short_failure_is_tried_again() -> None:
    model = Scripted([Unavailable("away"), Unavailable("limited", retry_after=0.05), GOOD])
    move, _ = await seconds_of(PatientInterviewer(model, Scripted([IN_PACK]), patience=5, pause=0.01))
    assert (move, model.asked) == (GOOD, 3)


async def test_a_silent_interviewer_is_given_up_and_the_stand_in_takes_the_turn() -> None:
    model = Scripted([])
    move, seconds = await seconds_of(PatientInterviewer(model, Scripted([IN_PACK]), patience=0.1))
    assert move == IN_PACK
    assert 0.09 <= seconds < 2
    assert model.given_up.is_set()


async def test_failures_are_not_tried_again_for_ever() -> None:
    model = Scripted([Unavailable("away") for _ in range(1000)])
    move, seconds = await seconds_of(PatientInterviewer(model, Scripted([IN_PACK]), patience=0.3, pause=0.05))
    assert move == IN_PACK
    assert 2 <= model.asked <= 7
    assert seconds < 2


async def test_a_pause_is_made_between_tries_even_if_none_was_asked_for() -> None:
    model = Scripted([Unavailable("away", retry_after=0.0), GOOD])
    _, seconds = await seconds_of(PatientInterviewer(model, Scripted([]), patience=5, pause=0.2))
    assert seconds >= 0.19


async def test_who_is_away_for_longer_is_not_waited_for() -> None:
    model = Scripted([Unavailable("the key is refused", retry_after=60.0)])
    move, seconds = await seconds_of(PatientInterviewer(model, Scripted([IN_PACK]), patience=5))
    assert move == IN_PACK
    assert seconds < 1


async def test_a_cancelled_turn_asks_nobody_else() -> None:
    model, stand_in = Scripted([]), Scripted([IN_PACK])
    turn = asyncio.create_task(PatientInterviewer(model, stand_in).next_move(moment(), unseen))
    await model.begun.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert model.given_up.is_set()
    assert not stand_in.asked


async def test_a_bug_is_not_taken_for_an_outage() -> None:
    with pytest.raises(ZeroDivisionError):
        await PatientInterviewer(Scripted([ZeroDivisionError()]), Scripted([IN_PACK])).next_move(moment(), unseen)


@pytest.mark.parametrize("trouble", [{"hang": True}, {"stall_stream_after": 1}, {"status": 500}, {"status": 401}])
async def test_a_model_in_trouble_does_not_stop_a_turn(server: Server, trouble: dict[str, object]) -> None:
    server.fake.fail(CHAT, times=None, **trouble)
    server.fake.on_chat(in_turn(GO_ON), schema="nextmove")
    interviewer = PatientInterviewer(ModelInterviewer(server.model()), Scripted([IN_PACK]), patience=0.3, pause=0.1)
    move, seconds = await seconds_of(interviewer)
    assert move == IN_PACK
    assert seconds < 3
    server.fake.assert_clean()


async def test_a_model_that_comes_back_takes_the_turn(server: Server) -> None:
    server.fake.fail(CHAT, times=2, status=503)
    server.fake.on_chat(in_turn(GO_ON), schema="nextmove")
    interviewer = PatientInterviewer(ModelInterviewer(server.model()), Scripted([]), patience=10, pause=0.01)
    move, _ = await seconds_of(interviewer)
    assert (move.by, len(server.fake.calls)) == (LUNA, 3)
