"""The fake OpenAI takes nothing that OpenAI would refuse, and remembers that it was asked."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI

from tests.loopback.openai import FakeOpenAI
from tests.loopback.openai_client import CHAT, LUNA, as_format, client_of, say


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
async def client(fake: FakeOpenAI) -> AsyncIterator[AsyncOpenAI]:
    async with client_of(fake) as client:
        yield client


@pytest.mark.parametrize(
    ("options", "status", "code", "param"),
    [
        ({"extra_body": {"temprature": 1}}, 400, "unknown_parameter", "temprature"),
        ({"extra_body": {"seed": "one"}}, 400, "invalid_type", "seed"),
        ({"extra_body": {"messages": None}}, 400, "invalid_type", "messages"),
        ({"extra_body": {"model": 6}}, 400, "invalid_type", "model"),
        ({"extra_body": {"stream_options": {"usage": True}}}, 400, "unknown_parameter", "stream_options.usage"),
        ({"messages": []}, 400, "empty_array", "messages"),
        ({"messages": [{"role": "user", "content": "Hi", "mood": "good"}]}, 400, "unknown_parameter", None),
        ({"messages": [{"role": "user", "content": 7}]}, 400, "invalid_type", None),
        ({"messages": [{"role": "learner", "content": "Hi"}]}, 400, "invalid_type", None),
        ({"model": "gpt-7-sun"}, 404, "model_not_found", "model"),
        ({"model": "gpt-4"}, 404, "model_not_found", "model"),
        ({"model": "gpt-transcribe"}, 404, None, "model"),
        ({"max_tokens": 100}, 400, "unsupported_parameter", "max_tokens"),
        ({"max_completion_tokens": 0}, 400, "invalid_value", "max_completion_tokens"),
        ({"temperature": 0.2}, 400, "unsupported_parameter", "temperature"),
        ({"temperature": 3, "reasoning_effort": "none"}, 400, "invalid_value", "temperature"),
        ({"reasoning_effort": "a lot"}, 400, "invalid_type", "reasoning_effort"),
        ({"model": "gpt-4o-mini", "reasoning_effort": "low"}, 400, None, "reasoning_effort"),
        ({"stream_options": {"include_usage": True}}, 400, None, "stream_options"),
        ({"metadata": {"interview": "7"}}, 400, None, "metadata"),
        ({"safety_identifier": "x" * 129}, 400, "string_above_max_length", "safety_identifier"),
        ({"stop": ["a", "b", "c", "d", "e"]}, 400, "invalid_value", "stop"),
        ({"n": 2}, 400, None, "n"),
        ({"tool_choice": "auto"}, 400, None, "tool_choice"),
        ({"response_format": {"type": "json_object"}}, 400, "invalid_value", "messages"),
        ({"response_format": as_format("my answer")}, 400, "invalid_value", "response_format.json_schema.name"),
        ({"response_format": as_format(schema={"type": "object"})}, 400, None, "response_format"),
    ],
)
async def test_an_illegal_chat_is_refused_and_remembered(
    fake: FakeOpenAI, client: AsyncOpenAI, options: dict[str, Any], status: int, code: str | None, param: str | None
) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        await say(client, **options)
    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert param in (None, caught.value.param)
    assert isinstance(caught.value.body, dict)
    assert caught.value.body.keys() == {"message", "type", "param", "code"}
    with pytest.raises(AssertionError, match="OpenAI would not have taken this"):
        fake.assert_clean()
    assert [call.status for call in fake.calls] == [status]
    assert fake.chats == []


async def test_legal_options_are_taken(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_chat(lambda _: '{"ok": true}')
    await say(
        client,
        "Answer in JSON",
        reasoning_effort="none",
        temperature=0.2,
        max_completion_tokens=500,
        prompt_cache_key="data-science",
        safety_identifier="5f3a",
        store=False,
        verbosity="low",
        service_tier="default",
        stop=["\n\n"],
        response_format={"type": "json_object"},
    )
    parts: Any = [
        {"role": "user", "content": [{"type": "text", "text": "Part one, "}, {"type": "text", "text": "two"}]}
    ]
    await say(client, messages=parts)
    assert fake.chats[1].last == "Part one, two"
    fake.assert_clean()


async def test_an_unknown_path_is_refused(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match=r"Invalid URL \(POST /v1/responses\)"):
        await client.responses.create(model=LUNA, input="Hello")
    assert fake.violations == ["POST /responses: 404 Invalid URL (POST /v1/responses)"]


async def test_a_wrong_method_and_a_query_are_refused(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    with pytest.raises(openai.APIStatusError, match="Not allowed to GET"):
        await client.get(CHAT, cast_to=object)
    with pytest.raises(openai.BadRequestError, match="Unknown query parameters"):
        await client.models.list(extra_query={"page": 2})
    assert len(fake.violations) == 2


async def test_a_wrong_key_is_refused(fake: FakeOpenAI) -> None:
    async with AsyncOpenAI(base_url=fake.base_url, api_key="sk-other", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError) as caught:
            await say(stranger)
    assert caught.value.code == "invalid_api_key"
    assert fake.violations == ["POST /chat/completions: 401 Incorrect API key provided."]


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [("text/plain", b"{}", 415), ("application/json", b"{", 400), ("application/json", b"[]", 400)],
)
async def test_a_body_that_is_no_json_object_is_refused(
    fake: FakeOpenAI, content_type: str, body: bytes, status: int
) -> None:
    headers = {"Authorization": f"Bearer {fake.api_key}", "Content-Type": content_type}
    async with httpx2.AsyncClient() as client:
        reply = await client.post(fake.base_url + CHAT, content=body, headers=headers)
    assert (reply.status_code, len(fake.violations)) == (status, 1)
