"""Whatever a chat server does wrong is repaired once or becomes Unavailable; nobody's words and no key are told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from openai.types.completion_usage import CompletionUsage

from engine.failures import Unavailable
from engine.openai.client import MALFORMED_SECONDS, Model, open_client
from engine.openai.failures import retry_after
from engine.openai.interviewer import ModelInterviewer
from engine.openai.prices import text_cost
from tests.loopback.openai import ChatRequest, in_turn
from tests.loopback.openai_requests import Refused
from tests.openai_adapters import (
    ANSWER,
    CHAT,
    LUNA,
    SECRET_WORDS,
    KeptLedger,
    Server,
    moment,
    nothing_leaks,
    open_server,
    web_server,
)

GO_ON = {"heard": ["groups"], "follow_up": "", "bridge": "Thank you."}
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

OUTAGES: list[tuple[dict[str, Any], str, float | None]] = [
    ({"status": 400}, "refuses the request with 400", 60.0),
    ({"status": 401}, "the API key is refused", 60.0),
    ({"status": 403}, "may not use this model", 60.0),
    ({"model_not_found": True}, "there is no such model or place", 60.0),
    ({"status": 413}, "refuses the request with 413", 60.0),
    ({"status": 422}, "refuses the request with 422", 60.0),
    ({"status": 429}, "the server answers 429", None),
    ({"status": 429, "retry_after": 7.25}, "the server answers 429", 7.25),
    ({"status": 429, "retry_after": 90_000}, "the server answers 429", 3600.0),
    ({"status": 429, "code": "insufficient_quota"}, "out of quota", 60.0),
    ({"status": 408}, "the server answers 408", None),
    ({"status": 500}, "the server answers 500", None),
    ({"status": 503, "retry_after": 3}, "the server answers 503", 3.0),
    ({"hang": True}, "no whole answer within 0.3 s", None),
    ({"stall_stream_after": 1}, "no whole answer within 0.3 s", None),
    ({"cut_stream_after": 0}, "APIConnectionError", None),
    ({"cut_stream_after": 2}, "APIConnectionError", None),
    ({"stream_error_after": 1}, "APIError", None),
    ({"no_done": True}, "broke off, or is none", None),
    ({"html": True}, "broke off, or is none", None),
    ({"empty_choices": True}, "broke off, or is none", None),
    ({"missing_fields": True}, "broke off, or is none", None),
    ({"broken_body": True}, "cannot be read", None),
]

MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"refusal": True}, "the model refused to answer"),
    ({"finish_reason": "length"}, "the answer ended with length"),
    ({"finish_reason": "content_filter"}, "the answer ended with content_filter"),
    ({"finish_reason": SECRET_WORDS}, "the answer ended with another reason"),
    ({"malformed_json": True}, "the answer: Invalid JSON"),
    ({"content": SECRET_WORDS}, "the answer: Invalid JSON"),
    ({"content": "[]"}, "the answer: Input should be an object"),
    ({"content": "{}"}, "heard: Field required; follow_up: Field required; bridge: Field required"),
    ({"content": json.dumps(GO_ON | {SECRET_WORDS: 1})}, "the answer: Extra inputs are not permitted"),
    ({"content": json.dumps(GO_ON | {"heard": SECRET_WORDS})}, "heard: Input should be a valid array"),
    ({"content": json.dumps(GO_ON | {"heard": [None]})}, "heard.0: Input should be a valid string"),
    ({"content": json.dumps(GO_ON) + SECRET_WORDS}, "the answer: Invalid JSON"),
    ({"content": '{"heard": [' + " " * 120_000}, "the answer does not end"),
]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with open_server() as server:
        server.fake.pace.chunk_size = 4_096
        server.fake.on_chat(in_turn(*[GO_ON] * 3), schema="nextmove")
        yield server


async def unseen(_: str) -> None:
    """Nobody watches."""


async def ask(model: Model) -> str:
    return (await ModelInterviewer(model).next_move(moment(), unseen)).bridge


async def failure(model: Model) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        await ask(model)
    return caught.value


@pytest.mark.parametrize(("trouble", "text", "wait"), OUTAGES)
async def test_an_outage_is_unavailable(
    server: Server, caplog: pytest.LogCaptureFixture, trouble: dict[str, Any], text: str, wait: float | None
) -> None:
    server.fake.pace.chunk_size = 16
    server.fake.fail(CHAT, **trouble)
    with pytest.raises(Unavailable, match=text) as caught, nothing_leaks(caplog, server.fake.api_key):
        await asyncio.wait_for(ask(server.model(patience=0.3)), 5)
    assert caught.value.retry_after == wait
    assert not server.ledger.calls, "nothing is known of what it cost"
    assert len(server.fake.calls) == 1, "whoever asks knows best how long to go on"
    assert await ask(server.model()) == "Thank you."
    server.fake.assert_clean()


async def test_an_answer_that_trickles_in_is_not_waited_for_for_ever(server: Server) -> None:
    server.fake.pace.chunk_size, server.fake.pace.chunk_latency = 1, 0.05
    with pytest.raises(Unavailable, match="no whole answer"):
        await asyncio.wait_for(ask(server.model(patience=0.3)), 5)


@pytest.mark.parametrize("status", [401, 403, 404, 400])
async def test_the_operator_is_told_what_will_not_mend_itself(
    server: Server, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    server.fake.fail(CHAT, status=status)
    await failure(server.model())
    (told,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert told.getMessage().startswith("gpt-6-luna: ")


@pytest.mark.parametrize(("trouble", "wrong"), MALFORMED)
async def test_a_malformed_answer_is_repaired_once(
    server: Server, caplog: pytest.LogCaptureFixture, trouble: dict[str, Any], wrong: str
) -> None:
    server.fake.fail(CHAT, **trouble)
    with nothing_leaks(caplog, server.fake.api_key):
        assert await ask(server.model()) == "Thank you."
    repair = json.loads(server.fake.chats[1].last)["your_last_try_was_refused_because"]
    assert repair.startswith(wrong)
    assert SECRET_WORDS not in repair
    server.fake.assert_clean()


@pytest.mark.parametrize(("trouble", "wrong"), MALFORMED)
async def test_an_answer_that_is_malformed_twice_is_unavailable_for_a_while(
    server: Server, caplog: pytest.LogCaptureFixture, trouble: dict[str, Any], wrong: str
) -> None:
    server.fake.fail(CHAT, times=2, **trouble)
    with pytest.raises(Unavailable) as caught, nothing_leaks(caplog, server.fake.api_key):
        await ask(server.model())
    assert str(caught.value).startswith(f"gpt-6-luna: malformed twice: {wrong}")
    assert caught.value.retry_after == MALFORMED_SECONDS, "each try is paid for"
    assert len(server.fake.calls) == 2


async def test_what_a_server_echoes_is_told_to_nobody(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    def echo(request: ChatRequest) -> str:
        message = f"Bad request by {request.body} with the key {server.fake.api_key}: {request.text}"
        raise Refused(400, message, violation=False)

    server.fake.on_chat(echo, schema="nextmove")
    with pytest.raises(Unavailable), nothing_leaks(caplog, server.fake.api_key):
        await ask(server.model())
    assert SECRET_WORDS in server.fake.chats[0].last


@pytest.mark.parametrize("option", ["reasoning_effort", "max_completion_tokens", "stream_options"])
@pytest.mark.parametrize("status", [400, 422])
async def test_an_option_that_a_server_does_not_know_is_left_out_from_then_on(
    server: Server, option: str, status: int
) -> None:
    def picky(request: ChatRequest) -> dict[str, Any]:
        if option in request.body:
            raise Refused(status, f"Extra inputs are not permitted: body.{option}", violation=False)
        return GO_ON

    server.fake.on_chat(picky, schema="nextmove")
    model = server.model()
    assert [await ask(model), await ask(model)] == ["Thank you."] * 2
    assert [option in call.body for call in server.fake.calls] == [True, False, False]
    counted = option != "stream_options"
    assert [call.output_tokens > 0 for call in server.ledger.calls] == [counted] * 2
    assert [call.cost is not None for call in server.ledger.calls] == [counted] * 2


async def test_a_server_that_refuses_every_option_is_asked_four_times_at_most(server: Server) -> None:
    def stubborn(request: ChatRequest) -> dict[str, Any]:
        option = next(
            iter({"reasoning_effort", "max_completion_tokens", "stream_options"} & request.body.keys()), "stream"
        )
        raise Refused(400, f"Unknown parameter: '{option}'.", param=option, violation=False)

    server.fake.on_chat(stubborn, schema="nextmove")
    assert "refuses the request with 400" in str(await failure(server.model()))
    assert len(server.fake.calls) == 4


async def test_nobody_at_the_address_is_unavailable() -> None:
    async with web_server(b"") as url:
        pass
    async with open_client("sk-nobody", url) as client:
        assert "APIConnectionError" in str(await failure(Model(client, LUNA, "none", KeptLedger())))


async def test_a_key_that_cannot_be_sent_is_named_without_being_told(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    key = "sk-copied…badly"
    async with open_client(key, server.fake.base_url) as client:
        with pytest.raises(Unavailable, match="copy it again") as caught, nothing_leaks(caplog, key):
            await ask(Model(client, LUNA, "none", KeptLedger()))
    assert caught.value.retry_after == 60


def events(*data: object) -> bytes:
    return b"".join(f"data: {json.dumps(item)}\n\n".encode() for item in data) + b"data: [DONE]\n\n"


def piece(content: object, finish: object = None, **more: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish}], **more}


WHOLE = piece(json.dumps(GO_ON), "stop")
STRANGE = [
    b"",
    b"\x00\xff\xfe garbage \n\n\n data: \n\n",
    b"data: \xff\xfe\n\n",
    events(None),
    events(5, "text", [], True),
    events({"choices": None}),
    events({"choices": 5}),
    events({"choices": [None]}),
    events({"choices": [[]]}),
    events({"choices": [{"delta": None, "finish_reason": None}]}),
    events({"choices": [{"delta": "text"}]}),
    events(piece(["a", "list"])),
    events(piece({"type": "text"})),
    events(piece(5)),
    events(piece("text", 5)),
    events({"error": "a text"}),
    events({"error": {"message": {"deep": ANSWER}, "code": 5, "param": [], "type": None}}),
    b"event: thread.run\ndata: {}\n\n",
    b"event: error\ndata: {}\n\n",
    ("data: " + "[" * 100_000 + "\n\n").encode(),
    ("data: " + "9" * 10_000 + "\n\n").encode(),
]


@pytest.mark.parametrize("body", STRANGE, ids=range(len(STRANGE)))
@pytest.mark.parametrize("content_type", ["text/event-stream", "application/json", "text/html"])
async def test_a_stream_of_anything_is_unavailable(
    caplog: pytest.LogCaptureFixture, body: bytes, content_type: str
) -> None:
    async with web_server(body, content_type) as url, open_client("sk-strange", url) as client:
        with pytest.raises(Unavailable), nothing_leaks(caplog, "sk-strange"):
            await ask(Model(client, LUNA, "none", KeptLedger()))


@pytest.mark.parametrize(
    "usage",
    [
        None,
        5,
        "many",
        {},
        {"prompt_tokens": None, "completion_tokens": 1, "total_tokens": 1},
        {"prompt_tokens": -5, "completion_tokens": 1, "total_tokens": 1},
        {"prompt_tokens": 10**12, "completion_tokens": 1, "total_tokens": 1},
    ],
)
async def test_a_bill_that_cannot_be_read_does_not_cost_the_answer(usage: object) -> None:
    ledger = KeptLedger()
    async with web_server(events(WHOLE, {"choices": [], "usage": usage})) as url, open_client("sk", url) as client:
        assert await ask(Model(client, LUNA, "none", ledger)) == "Thank you."
    (call,) = ledger.calls
    assert (call.input_tokens, call.output_tokens, call.cost) == (0, 0, None)


async def test_a_bill_that_contradicts_itself_is_entered_without_a_price() -> None:
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 3,
        "total_tokens": 13,
        "prompt_tokens_details": {"cached_tokens": 2_000, "cache_write_tokens": 2_000},
    }
    ledger = KeptLedger()
    async with web_server(events(WHOLE, {"choices": [], "usage": usage})) as url, open_client("sk", url) as client:
        await ask(Model(client, LUNA, "none", ledger))
    (call,) = ledger.calls
    assert (call.input_tokens, call.cached_tokens, call.output_tokens, call.cost) == (10, 10, 3, None)


def test_reading_from_the_cache_is_cheaper_and_writing_to_it_dearer_than_neither() -> None:
    read, neither, written = (
        text_cost(LUNA, CompletionUsage.model_validate(counts | {"prompt_tokens_details": details}))
        for counts in ({"prompt_tokens": 4_000, "completion_tokens": 3, "total_tokens": 4_003},)
        for details in ({"cached_tokens": 4_000}, {}, {"cache_write_tokens": 4_000})
    )
    assert read is not None
    assert neither is not None
    assert written is not None
    assert 0 < read < neither < written


async def test_a_model_without_a_known_price_has_none_in_the_ledger() -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
    ledger = KeptLedger()
    async with web_server(events(WHOLE, {"choices": [], "usage": usage})) as url, open_client("sk", url) as client:
        await ask(Model(client, "our-own-model", "none", ledger))
    assert [(call.input_tokens, call.cost) for call in ledger.calls] == [(10, None)]


async def test_a_character_that_came_in_two_halves_is_put_together() -> None:
    halves = json.dumps(GO_ON | {"bridge": "Fine \N{ROBOT FACE}."}, ensure_ascii=False)
    first, last = halves.split("\N{ROBOT FACE}")
    body = events(piece(first + "\ud83e"), piece("\udd16" + last, "stop"))
    shown: list[str] = []

    async def show(text: str) -> None:
        shown.append(text)

    async with web_server(body) as url, open_client("sk", url) as client:
        model = Model(client, LUNA, "none", KeptLedger())
        move = await ModelInterviewer(model).next_move(moment(), show)
    assert move.bridge == "Fine \N{ROBOT FACE}."
    assert shown == ["Fine", move.bridge]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "7", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "7", "retry-after-ms": "soon"}, 7.0),
        ({"retry-after": "Tue, 24 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Tue, 24 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "Tue, 24 Nov 2099 11:00:00 GMT"}, 3600.0),
        ({"retry-after": "1e9"}, 3600.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "in a while"}, None),
    ],
)
def test_how_long_to_wait_is_read_from_what_the_server_says(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds
