"""Ears over a transcription server: the role's terms go along, the bill is kept, and failures are told apart."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.failures import Unavailable, Unusable
from engine.openai.client import open_client
from engine.openai.ears import MOST_PROMPT_CHARACTERS, ModelEars
from engine.ports import Audio, ModelCall, Transcript
from tests.loopback import speech
from tests.loopback.openai import TranscriptionRequest
from tests.loopback.openai_client import PHRASE, TRANSCRIPTIONS, voice
from tests.loopback.openai_requests import Refused
from tests.openai_adapters import (
    ABOUT,
    SECRET_WORDS,
    KeptLedger,
    LedgerAway,
    Server,
    nothing_leaks,
    open_server,
    web_server,
)

PROMPT = "A job interview, Data Science. The question was: How does K-means work?"
KEYWORDS = ("K-means", "bias-variance tradeoff")
PRICE = 0.006

OUTAGES: list[tuple[dict[str, Any], str, float | None]] = [
    ({"status": 400}, "refuses the request with 400", 60.0),
    ({"status": 401}, "the API key is refused", 60.0),
    ({"model_not_found": True}, "there is no such model or place", 60.0),
    ({"status": 429, "retry_after": 7.25}, "the server answers 429", 7.25),
    ({"status": 429, "code": "insufficient_quota"}, "out of quota", 60.0),
    ({"status": 500}, "the server answers 500", None),
    ({"hang": True}, "APITimeoutError", None),
    ({"cut_stream_after": 0}, "APIConnectionError", None),
    ({"html": True}, "holds no transcript", None),
    ({"missing_fields": True}, "holds no transcript", None),
    ({"broken_body": True}, "cannot be read", None),
]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with open_server() as server:
        yield server


@pytest.fixture(scope="module")
def mp3() -> bytes:
    return voice()


def audio(mp3: bytes, **changes: Any) -> Audio:
    return replace(Audio(ABOUT, mp3, b"", 0.25, PROMPT, KEYWORDS), **changes)


def ears(server: Server, model: str = "gpt-transcribe", patience: float = 20) -> ModelEars:
    return ModelEars(server.client, model, PRICE, server.ledger, patience)


async def test_a_recording_is_heard(server: Server, mp3: bytes) -> None:
    transcript = await ears(server).transcribe(audio(mp3))
    assert transcript == Transcript(PHRASE, "gpt-transcribe", 0.25, "en")
    server.fake.assert_clean()


async def test_the_terms_of_the_role_go_along(server: Server, mp3: bytes) -> None:
    await ears(server).transcribe(audio(mp3, keywords=tuple(f"term {n}" for n in range(300)), language="en"))
    (request,) = server.fake.transcriptions
    assert (request.filename, request.content_type) == ("answer.mp3", "audio/mpeg")
    assert (request.prompt, request.language, request.response_format) == (PROMPT, "en", "json")
    assert request.keywords == tuple(f"term {n}" for n in range(100))
    server.fake.assert_clean()


@pytest.mark.parametrize("model", ["whisper-1", "gpt-4o-transcribe"])
async def test_other_models_find_the_terms_in_their_prompt(server: Server, mp3: bytes, model: str) -> None:
    assert (await ears(server, model).transcribe(audio(mp3))).text == PHRASE
    (request,) = server.fake.transcriptions
    assert request.prompt == f"{PROMPT}, K-means, bias-variance tradeoff"
    assert request.keywords == ()
    server.fake.assert_clean()


@pytest.mark.parametrize("model", ["whisper-1", "gpt-transcribe"])
async def test_a_prompt_ends_before_it_is_too_long_and_with_a_whole_term(
    server: Server, mp3: bytes, model: str
) -> None:
    terms = tuple(f"term-{n:03}" for n in range(300))
    await ears(server, model).transcribe(audio(mp3, keywords=terms))
    await ears(server, model).transcribe(audio(mp3, keywords=terms, prompt="endless " * 10_000))
    first, second = (request.prompt for request in server.fake.transcriptions)
    assert first.startswith(PROMPT)
    assert first.endswith(("?", *terms))
    assert len(first) <= MOST_PROMPT_CHARACTERS
    assert len(second) == MOST_PROMPT_CHARACTERS


async def test_no_terms_and_no_prompt_are_fine_too(server: Server, mp3: bytes) -> None:
    for model in ("whisper-1", "gpt-transcribe"):
        await ears(server, model).transcribe(audio(mp3, keywords=(), prompt=""))
    server.fake.assert_clean()


async def test_what_is_not_said_is_an_empty_transcript(server: Server) -> None:
    silence = speech.mp3(speech.silence(1.0))
    assert (await ears(server).transcribe(audio(silence))).text == ""


async def test_the_ledger_knows_the_seconds_and_their_price(server: Server, mp3: bytes) -> None:
    await ears(server).transcribe(audio(mp3, seconds=90.0))
    (call,) = server.ledger.calls
    assert call.cost == pytest.approx(0.009)
    assert call.latency > 0
    assert call == ModelCall(ABOUT, "transcribe", "gpt-transcribe", 0, 0, 0, 90.0, call.latency, call.cost)


async def test_a_ledger_that_is_away_does_not_cost_the_transcript(
    server: Server, mp3: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    listener = ModelEars(server.client, "gpt-transcribe", PRICE, LedgerAway())
    with nothing_leaks(caplog, PHRASE, server.fake.api_key):
        assert (await listener.transcribe(audio(mp3))).text == PHRASE
    assert "transcribe by gpt-transcribe" in caplog.text


@pytest.mark.parametrize(("trouble", "text", "wait"), OUTAGES)
async def test_an_outage_is_unavailable(
    server: Server,
    mp3: bytes,
    caplog: pytest.LogCaptureFixture,
    trouble: dict[str, Any],
    text: str,
    wait: float | None,
) -> None:
    server.fake.fail(TRANSCRIPTIONS, **trouble)
    with pytest.raises(Unavailable, match=text) as caught, nothing_leaks(caplog, PHRASE, server.fake.api_key):
        await ears(server, patience=0.1).transcribe(audio(mp3))
    assert caught.value.retry_after == wait
    assert not server.ledger.calls
    assert len(server.fake.calls) == 1, "whoever asks knows best how long to go on"
    assert (await ears(server).transcribe(audio(mp3))).text == PHRASE
    server.fake.assert_clean()


async def test_a_long_recording_may_take_its_time(server: Server, mp3: bytes) -> None:
    server.fake.fail(TRANSCRIPTIONS, hang=0.5)
    assert (await ears(server, patience=0.1).transcribe(audio(mp3, seconds=600.0))).text == PHRASE


def refusing(status: int, **more: Any) -> Callable[[TranscriptionRequest], str]:
    def refuse(_: TranscriptionRequest) -> str:
        raise Refused(status, f"No: {SECRET_WORDS}", violation=False, **more)

    return refuse


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (refusing(400, code="audio_too_short"), "nothing_said"),
        (refusing(400, code="invalid_value", param="file"), "not_audio"),
        (refusing(413), "too_big"),
    ],
)
async def test_a_recording_that_no_server_takes_is_unusable(
    server: Server,
    mp3: bytes,
    caplog: pytest.LogCaptureFixture,
    refusal: Callable[[TranscriptionRequest], str],
    reason: str,
) -> None:
    server.fake.on_transcribe(refusal)
    with pytest.raises(Unusable) as caught, nothing_leaks(caplog, server.fake.api_key):
        await ears(server).transcribe(audio(mp3))
    assert caught.value.reason == reason


async def test_a_recording_of_no_length_is_unusable(server: Server) -> None:
    with pytest.raises(Unusable):
        await ears(server).transcribe(audio(b"no sound at all"))
    server.fake.violations.clear()


@pytest.mark.parametrize("languages", ["null", "5", "{}", "[]", "[null]", '["en"]', '[{"code": 5}]'])
async def test_strange_fields_do_not_cost_the_transcript(languages: str) -> None:
    body = f'{{"text": "Half \\ud83d of it", "languages": {languages}}}'.encode()
    async with web_server(body, "application/json") as url, open_client("sk", url) as client:
        transcript = await ModelEars(client, "gpt-transcribe", PRICE, KeptLedger()).transcribe(audio(b""))
    assert (transcript.text, transcript.language) == ("Half \ufffd of it", None)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"5", b'"text"', b"[]", b'{"text": null}', b'{"text": 5}', b"[" * 100_000, b"\xff\xfe"]
)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/html"])
async def test_an_answer_of_anything_is_unavailable(body: bytes, content_type: str) -> None:
    async with web_server(body, content_type) as url, open_client("sk", url) as client:
        with pytest.raises(Unavailable):
            await ModelEars(client, "gpt-transcribe", PRICE, KeptLedger()).transcribe(audio(b""))
