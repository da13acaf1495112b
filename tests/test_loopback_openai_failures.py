"""The fake OpenAI fails as a test has planned, and the real client sees what it would see."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from tests.loopback.openai import FakeOpenAI
from tests.loopback.openai_client import (
    CHAT,
    TRANSCRIPTIONS,
    as_format,
    client_of,
    say,
)


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
async def client(fake: FakeOpenAI) -> AsyncIterator[AsyncOpenAI]:
    async with client_of(fake) as client:
        yield client


@pytest.mark.parametrize(
    ("status", "exception"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (413, openai.APIStatusError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
async def test_a_planned_error_happens_as_often_as_planned(
    fake: FakeOpenAI, client: AsyncOpenAI, status: int, exception: type[openai.APIStatusError]
) -> None:
    fake.fail(CHAT, times=2, status=status)
    for _ in range(2):
        with pytest.raises(exception) as caught:
            await say(client)
        assert caught.value.status_code == status
    await say(client)
    fake.assert_clean()


async def test_the_client_waits_as_long_as_it_is_told(fake: FakeOpenAI) -> None:
    fake.fail(CHAT, times=2, status=429, retry_after=0.05)
    async with AsyncOpenAI(base_url=fake.base_url, api_key=fake.api_key, max_retries=2) as client:
        await say(client)
    calls = await fake.called(CHAT, times=3)
    assert [call.attempt for call in calls] == [0, 1, 2]
    assert [call.status for call in calls] == [429, 429, 200]
    waits = [later.time - earlier.time for earlier, later in itertools.pairwise(calls)]
    assert all(0.05 <= wait < 0.4 for wait in waits)


async def test_a_spent_quota_has_its_own_code(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(CHAT, status=429, code="insufficient_quota")
    with pytest.raises(openai.RateLimitError) as caught:
        await say(client)
    assert (caught.value.code, caught.value.type) == ("insufficient_quota", "insufficient_quota")


async def test_an_outage_lasts_until_it_is_healed(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail("*", times=None, status=503)
    for _ in range(3):
        with pytest.raises(openai.InternalServerError):
            await say(client)
    with pytest.raises(openai.InternalServerError):
        await client.models.list()
    fake.heal()
    await say(client)
    fake.assert_clean()


async def test_a_failure_can_be_meant_for_one_schema(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_chat(lambda _: {"grade": 5}, schema="assessment")
    fake.fail(CHAT, schema="assessment", status=500)
    await say(client)
    with pytest.raises(openai.InternalServerError):
        await say(client, response_format=as_format())
    await say(client, response_format=as_format())


async def test_a_model_can_be_missing(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(CHAT, model_not_found=True)
    with pytest.raises(openai.NotFoundError, match="gpt-6-luna") as caught:
        await say(client)
    assert caught.value.code == "model_not_found"
    fake.assert_clean()


async def test_a_client_gives_up_on_silence(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(CHAT, hang=True)
    with pytest.raises(openai.APITimeoutError):
        await say(client, timeout=0.1)
    await say(client)
    await fake.calls[0].ended.wait()
    assert [call.given_up for call in fake.calls] == [True, False]
    fake.assert_clean()


async def test_silence_can_last_until_an_event(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    gate = asyncio.Event()
    fake.fail(CHAT, hang=gate)
    slow = asyncio.create_task(say(client, "slow"))
    await fake.called(CHAT)
    await say(client, "quick")
    assert not slow.done()
    gate.set()
    assert (await slow).choices[0].message.content == "You said: slow"


async def test_the_pace_is_kept(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.pace.latency, fake.pace.chunk_latency = 0.05, 0.02
    clock = asyncio.get_running_loop().time
    started = clock()
    stream = await say(client, stream=True)
    opened = clock() - started
    chunks = [chunk async for chunk in stream]
    assert opened >= 0.05
    assert clock() - started >= 0.05 + 0.02 * len(chunks)


async def collect(stream: Any, got: list[str]) -> None:
    async for chunk in stream:
        got.append(chunk.choices[0].delta.content)


async def test_a_cut_stream_is_a_lost_connection(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_chat(lambda _: "x" * 100)
    fake.fail(CHAT, cut_stream_after=2)
    got: list[str] = []
    with pytest.raises(openai.APIConnectionError):
        await collect(await say(client, stream=True), got)
    assert got == ["", "x" * 16, "x" * 16]
    await fake.calls[0].ended.wait()
    assert not fake.calls[0].given_up
    await say(client)
    fake.assert_clean()


async def test_a_plain_reply_can_be_cut_too(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(CHAT, cut_stream_after=0)
    with pytest.raises(openai.APIConnectionError):
        await say(client)


async def test_a_stalled_stream_times_out(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(CHAT, stall_stream_after=1)
    with pytest.raises(openai.APITimeoutError):
        [chunk async for chunk in await say(client, stream=True, timeout=0.2)]
    await fake.calls[0].ended.wait()
    assert fake.calls[0].given_up


async def test_an_error_can_come_in_the_middle_of_a_stream(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(CHAT, stream_error_after=1)
    with pytest.raises(openai.APIError, match="had an error while processing"):
        [chunk async for chunk in await say(client, stream=True)]


async def test_a_stream_can_just_end(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(CHAT, no_done=True)
    chunks = [chunk async for chunk in await say(client, stream=True, stream_options={"include_usage": True})]
    assert {chunk.choices[0].finish_reason for chunk in chunks} == {None}
    assert all(chunk.usage is None for chunk in chunks)


async def test_a_web_page_can_come_instead_of_json(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(CHAT, html=True)
    assert "<html>" in await say(client)


async def test_a_reply_can_be_broken_json(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(CHAT, times=2, broken_body=True)
    with pytest.raises(json.JSONDecodeError):
        await say(client)
    with pytest.raises(json.JSONDecodeError):
        [chunk async for chunk in await say(client, stream=True)]


async def test_a_reply_can_lack_its_fields_or_choices(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(CHAT, missing_fields=True)
    fake.fail(CHAT, empty_choices=True)
    bare, empty = await say(client), await say(client)
    assert (bare.choices, bare.usage) == (None, None)
    assert empty.choices == []


@pytest.mark.parametrize("stream", [False, True])
async def test_a_model_can_refuse(fake: FakeOpenAI, client: AsyncOpenAI, stream: bool) -> None:
    fake.fail(CHAT, refusal=True)
    reply = await say(client, stream=stream)
    if stream:
        assert "sorry" in "".join([chunk.choices[0].delta.refusal or "" async for chunk in reply])
    else:
        assert reply.choices[0].message.content is None
        assert "sorry" in reply.choices[0].message.refusal


async def test_what_the_model_says_can_be_spoiled(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_chat(lambda _: {"grade": 5}, schema="assessment")
    fake.fail(CHAT, malformed_json=True)
    fake.fail(CHAT, finish_reason="length")
    fake.fail(CHAT, finish_reason="content_filter")
    fake.fail(CHAT, content='{"grade": 42}')
    said = [(await say(client, response_format=as_format())).choices[0] for _ in range(5)]
    assert [(choice.message.content, choice.finish_reason) for choice in said] == [
        ('{"grad', "stop"),
        ('{"grad', "length"),
        ("", "content_filter"),
        ('{"grade": 42}', "stop"),
        ('{"grade": 5}', "stop"),
    ]
    fake.assert_clean()


async def test_a_planned_failure_that_never_happened_fails_the_test(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(TRANSCRIPTIONS, status=500)
    await say(client)
    with pytest.raises(AssertionError, match="planned, but never happened"):
        fake.assert_clean()


def test_a_failure_that_cannot_happen_is_not_planned() -> None:
    with pytest.raises(ValueError, match="can only happen to /chat/completions"):
        FakeOpenAI().fail(TRANSCRIPTIONS, refusal=True)
    with pytest.raises(TypeError, match="refuse"):
        FakeOpenAI().fail(CHAT, refuse=True)
