"""The fake OpenAI answers the real client as OpenAI would."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any, Literal

import openai
import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel, Field

from tests.loopback.openai import ChatRequest, FakeOpenAI, OfferedModel, in_turn
from tests.loopback.openai_client import CHAT, LUNA, as_format, asked, client_of, say


class Assessment(BaseModel):
    grade: int = Field(ge=1, le=10)
    verdict: Literal["good", "thin"]
    missing: list[str] = Field(max_length=3)
    note: str | None


GOOD = {"grade": 7, "verdict": "good", "missing": [], "note": None}


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
async def client(fake: FakeOpenAI) -> AsyncIterator[AsyncOpenAI]:
    async with client_of(fake) as client:
        yield client


async def test_a_chat_is_answered_by_the_brain_that_the_test_registered(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    seen: list[ChatRequest] = []

    def brain(request: ChatRequest) -> str:
        seen.append(request)
        return "Tell me about K-means."

    fake.on_chat(brain)
    reply = await say(client, "I am ready")
    assert reply.choices[0].message.content == "Tell me about K-means."
    assert reply.choices[0].finish_reason == "stop"
    assert (seen[0].instructions, seen[0].last) == ("Be kind.", "I am ready")
    assert reply._request_id == "req_1"
    fake.assert_clean()


async def test_without_a_brain_the_last_message_comes_back(client: AsyncOpenAI) -> None:
    assert (await say(client, "I am ready")).choices[0].message.content == "You said: I am ready"


async def test_the_name_of_the_schema_chooses_the_brain(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    async def move(_request: ChatRequest) -> dict[str, int]:
        return {"grade": 1}

    fake.on_chat(move, schema="move")
    fake.on_chat(in_turn({"grade": 9}), schema="assessment")
    fake.on_chat(lambda _: "something else")
    said = [(await say(client, response_format=as_format(name))) for name in ("assessment", "move")]
    assert [json.loads(reply.choices[0].message.content) for reply in said] == [{"grade": 9}, {"grade": 1}]
    assert [chat.schema_name for chat in fake.chats] == ["assessment", "move"]


async def test_structured_output_is_parsed_by_the_client(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_chat(lambda _: GOOD, schema="Assessment")
    reply = await client.chat.completions.parse(model=LUNA, messages=asked(), response_format=Assessment)
    assert reply.choices[0].message.parsed == Assessment.model_validate(GOOD)
    fake.assert_clean()


async def test_a_stream_brings_the_content_in_pieces_and_the_usage_last(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    text = "Größe zählt nicht: naïve Bayes bleibt naïve 🙂 und freundlich."
    fake.on_chat(lambda _: text)
    chunks = [chunk async for chunk in await say(client, stream=True, stream_options={"include_usage": True})]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == text
    assert len(chunks) == 1 + 4 + 2
    assert (chunks[-2].choices[0].finish_reason, chunks[-2].usage) == ("stop", None)
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens > 0
    assert len({chunk.id for chunk in chunks}) == 1


async def test_every_field_that_the_specification_requires_is_there(client: AsyncOpenAI) -> None:
    whole = json.loads((await client.chat.completions.with_raw_response.create(model=LUNA, messages=asked())).text)
    assert {"id", "object", "created", "model", "choices", "usage"} <= whole.keys()
    assert whole["choices"][0].keys() == {"index", "message", "logprobs", "finish_reason"}
    assert {"role", "content", "refusal"} <= whole["choices"][0]["message"].keys()
    assert {"prompt_tokens", "completion_tokens", "total_tokens"} <= whole["usage"].keys()


async def test_closing_does_not_wait_for_a_call_that_hangs() -> None:
    clock = asyncio.get_running_loop().time
    async with FakeOpenAI() as fake, client_of(fake) as client:
        fake.fail(CHAT, hang=True)
        hanging = asyncio.create_task(say(client))
        await fake.called(CHAT)
        started = clock()
        await fake.__aexit__(None, None, None)
        assert clock() - started < 2
        await asyncio.gather(hanging, return_exceptions=True)


async def test_a_stream_counts_no_tokens_unless_asked(client: AsyncOpenAI) -> None:
    chunks = [chunk async for chunk in await say(client, stream=True)]
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)


async def test_a_structured_answer_streams_too(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_chat(lambda _: GOOD, schema="Assessment")
    async with client.chat.completions.stream(model=LUNA, messages=asked(), response_format=Assessment) as stream:
        final = await stream.get_final_completion()
    assert final.choices[0].message.parsed == Assessment.model_validate(GOOD)
    fake.assert_clean()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"grade": 11}, "answer.grade is 11, but maximum is 10"),
        ({"grade": 7.5}, "answer.grade is float, not integer"),
        ({"grade": 7, "more": 1}, "answer has 'more'"),
        ({}, "answer lacks 'grade'"),
        ("seven", "not JSON"),
    ],
)
async def test_a_brain_that_breaks_its_schema_fails_the_test(
    fake: FakeOpenAI, client: AsyncOpenAI, answer: Any, problem: str
) -> None:
    fake.on_chat(lambda _: answer)
    with pytest.raises(openai.InternalServerError):
        await say(client, response_format=as_format())
    with pytest.raises(AssertionError, match="the brain for 'assessment' breaks its schema") as caught:
        fake.assert_clean()
    assert problem in str(caught.value)


async def test_a_brain_that_raises_fails_the_test(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_chat(in_turn("Only once"))
    await say(client)
    with pytest.raises(openai.InternalServerError):
        await say(client)
    with pytest.raises(AssertionError, match="asked more often than the 1 scripted answers"):
        fake.assert_clean()


async def test_a_schema_that_nobody_answers_fails_the_test(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    with pytest.raises(openai.InternalServerError, match="no brain for the schema 'assessment'"):
        await say(client, response_format=as_format())
    assert fake.violations


async def test_four_characters_are_a_token(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_chat(lambda _: "x" * 41)
    usage = (await say(client, "y" * 400, reasoning_effort="none")).usage
    assert usage.completion_tokens == 11
    assert 100 < usage.prompt_tokens < 115
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.completion_tokens_details.reasoning_tokens == 0


async def test_a_long_repeated_prefix_is_cached_in_steps_of_128(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    async def cached(instructions: str, text: str, model: str = LUNA) -> tuple[int, int]:
        usage = (await say(client, model=model, messages=asked(text, instructions))).usage
        return usage.prompt_tokens_details.cached_tokens, usage.prompt_tokens_details.cache_write_tokens

    long = "".join(f"Rule {number}: be kind. " for number in range(1000, 1275))
    assert await cached(long, "first") == (0, 1280)
    assert await cached(long, "second") == (1280, 0)
    assert await cached(long, "second", "gpt-6.1-terra") == (0, 1280)
    assert await cached(long[:4_700] + "different" * 100, "third") == (1152, 128)
    assert await cached("Too short. " * 300, "text") == (0, 0)
    assert await cached("Too short. " * 300, "text") == (0, 0)


async def test_thinking_is_billed_unless_switched_off(client: AsyncOpenAI) -> None:
    thought = [
        (await say(client, **options)).usage.completion_tokens_details.reasoning_tokens
        for options in ({}, {"reasoning_effort": "low"}, {"reasoning_effort": "none"}, {"model": "gpt-4o-mini"})
    ]
    assert thought == [256, 64, 0, 0]


async def test_an_answer_longer_than_allowed_is_cut(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_chat(lambda _: "A rather long answer that does not fit")
    reply = await say(client, max_completion_tokens=5, reasoning_effort="none")
    assert (reply.choices[0].message.content, reply.choices[0].finish_reason) == ("A rather long answer", "length")
    assert reply.usage.completion_tokens == 5
    thinking = await say(client, max_completion_tokens=100)
    assert (thinking.choices[0].message.content, thinking.usage.completion_tokens) == ("", 100)


async def test_models_tell_when_they_shut_down(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    offered = {model.id: model async for model in client.models.list()}
    assert offered[LUNA].shutdown_date is None
    assert offered["whisper-1"].shutdown_date == "2027-02-26"
    assert "gpt-4" not in offered
    assert (await client.models.retrieve("gpt-5-mini")).shutdown_date == "2026-12-11"
    fake.offer(OfferedModel("whisper-large", "transcription", date(2027, 1, 1), owned_by="someone"))
    assert (await client.models.retrieve("whisper-large")).owned_by == "someone"
    fake.withdraw(LUNA)
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve(LUNA)
    fake.assert_clean()


async def test_a_model_is_gone_after_its_last_day() -> None:
    async with (
        FakeOpenAI(today=date(2027, 1, 14)) as fake,
        AsyncOpenAI(base_url=fake.base_url, api_key=fake.api_key) as client,
    ):
        with pytest.raises(openai.NotFoundError, match="has been deprecated"):
            await say(client, model="gpt-4o-mini")
