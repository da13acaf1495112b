"""The fake OpenAI hears and speaks, and takes only audio that OpenAI would take."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI

from tests.loopback import recognition, speech
from tests.loopback.openai import FakeOpenAI
from tests.loopback.openai_client import LUNA, PHRASE, TRANSCRIPTIONS, client_of, transcribe, voice
from tests.loopback.openai_uploads import LARGEST_FILE, LISTS, PARAMETERS


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
async def client(fake: FakeOpenAI) -> AsyncIterator[AsyncOpenAI]:
    async with client_of(fake) as client:
        yield client


@pytest.mark.parametrize(
    ("encode", "name"),
    [
        (speech.mp3, "voice.mp3"),
        (speech.ogg_opus, "voice.ogg"),
        (speech.m4a, "voice.m4a"),
        (speech.mp4_video_label, "voice.mp4"),
        (speech.webm, "voice.webm"),
        (speech.wav, "voice.wav"),
    ],
)
async def test_the_fake_hears_what_was_said(fake: FakeOpenAI, client: AsyncOpenAI, encode: Any, name: str) -> None:
    other = "The bias-variance tradeoff balances two kinds of error."
    assert [(await transcribe(client, encode(speech.speak(text)), name)).text for text in (PHRASE, other)] == [
        PHRASE,
        other,
    ]
    fake.assert_clean()


async def test_silence_and_noise_say_nothing(client: AsyncOpenAI) -> None:
    assert (await transcribe(client, speech.mp3(speech.silence(2)))).text == ""
    assert (await transcribe(client, speech.mp3(speech.noise(2)))).text == ""


async def test_the_ear_sees_the_whole_request(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_transcribe(lambda request: f"{request.prompt}: {', '.join(request.keywords)}")
    reply = await transcribe(
        client, prompt="Interview", keywords=["K-means", "bias-variance"], languages=["en", "de"], temperature=0
    )
    heard = fake.transcriptions[0]
    assert reply.text == "Interview: K-means, bias-variance"
    assert (heard.filename, heard.audio, heard.languages) == ("voice.mp3", voice(), ("en", "de"))
    assert heard.seconds == pytest.approx(len(speech.speak(PHRASE)) / 2 / speech.RATE, abs=0.1)
    assert reply.usage.seconds == pytest.approx(heard.seconds, abs=0.01)
    assert fake.calls[0].body["keywords[]"] == ("K-means", "bias-variance")
    assert fake.calls[0].body["file"]["size"] == len(voice())
    fake.assert_clean()


async def test_whisper_gives_other_formats(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_transcribe(lambda _: "Hello there.")
    text, srt, vtt = [
        await transcribe(client, model="whisper-1", response_format=form) for form in ("text", "srt", "vtt")
    ]
    verbose = await transcribe(
        client, model="whisper-1", response_format="verbose_json", timestamp_granularities=["segment"], language="en"
    )
    assert text == "Hello there.\n"
    assert "00:00:00,000 --> 00:00:03," in srt
    assert vtt.startswith("WEBVTT")
    assert (verbose.text, verbose.segments[0].text) == ("Hello there.", "Hello there.")
    assert verbose.duration == pytest.approx(recognition.seconds(voice()), abs=0.01)
    fake.assert_clean()


async def test_a_transcript_streams(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.on_transcribe(lambda _: "One two three four five six.")
    events = [event async for event in await transcribe(client, stream=True)]
    assert "".join(event.delta for event in events[:-1]) == events[-1].text == "One two three four five six."
    fake.assert_clean()


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        ({"name": "voice.oga"}, 400, "Unrecognized file format"),
        ({"name": "voice"}, 400, "Unrecognized file format"),
        ({"name": "voice.ogg"}, 400, "its content is not what 'voice.ogg' says"),
        ({"audio": b"ID3" + bytes(5_000)}, 400, "might be corrupted or unsupported"),
        ({"audio": speech.wav(speech.silence(0.05)), "name": "a.wav"}, 400, "too short"),
        ({"audio": b"ID3" + bytes(LARGEST_FILE)}, 413, "Maximum content size limit"),
        ({"model": "whisper-1", "keywords": ["K-means"]}, 400, "'keywords[]' is not supported with model 'whisper-1'"),
        ({"model": "whisper-1", "languages": ["en"]}, 400, "'languages[]' is not supported"),
        ({"model": LUNA}, 404, "not a transcription model"),
        ({"model": "whisper-2"}, 404, "does not exist"),
        ({"keywords": ["K-means", " "]}, 400, "an empty keyword"),
        ({"response_format": "verbose_json"}, 400, "not compatible with model 'gpt-transcribe'"),
        ({"model": "whisper-1", "timestamp_granularities": ["word"]}, 400, "needs response_format 'verbose_json'"),
        ({"language": "English"}, 400, "ISO-639-1"),
        ({"temperature": 2}, 400, "Invalid 'temperature'"),
        ({"extra_body": {"glossary": "K-means"}}, 400, "Unknown parameter: 'glossary'"),
        ({"chunking_strategy": "auto"}, 400, "does not speak it"),
    ],
)
async def test_an_illegal_transcription_is_refused_and_remembered(
    fake: FakeOpenAI, client: AsyncOpenAI, options: dict[str, Any], status: int, message: str
) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        await transcribe(client, **options)
    assert caught.value.status_code == status
    assert message in str(caught.value)
    assert len(fake.violations) == 1


async def test_a_transcription_needs_a_form_with_a_file(fake: FakeOpenAI) -> None:
    headers = {"Authorization": f"Bearer {fake.api_key}"}
    async with httpx2.AsyncClient(headers=headers) as client:
        as_json = await client.post(fake.base_url + TRANSCRIPTIONS, json={"model": "gpt-transcribe"})
        no_file = await client.post(fake.base_url + TRANSCRIPTIONS, files={"audio": ("a.mp3", voice())})
        twice = {"file": ("a.mp3", voice())}
        repeated = await client.post(
            fake.base_url + TRANSCRIPTIONS, files=twice, data={"model": ["gpt-transcribe", "whisper-1"]}
        )
    assert [reply.status_code for reply in (as_json, no_file, repeated)] == [400, 400, 400]
    assert "Duplicate parameter: 'model'" in repeated.text


async def test_transcription_meets_failures_too(fake: FakeOpenAI, client: AsyncOpenAI) -> None:
    fake.fail(TRANSCRIPTIONS, status=500)
    fake.fail(TRANSCRIPTIONS, missing_fields=True)
    fake.fail(TRANSCRIPTIONS, html=True)
    with pytest.raises(openai.InternalServerError):
        await transcribe(client)
    assert (await transcribe(client)).text is None
    assert "<html>" in await transcribe(client)
    fake.assert_clean()


def test_the_legal_parts_are_the_clients_own() -> None:
    assert LISTS < PARAMETERS
    assert {"file", "model", "prompt", "language", "stream"} < PARAMETERS


@pytest.mark.parametrize("form", ["mp3", "opus", "wav", "aac", "flac", "pcm"])
async def test_speech_says_the_text(fake: FakeOpenAI, client: AsyncOpenAI, form: Any) -> None:
    text = "What is overfitting, and how do you notice it?"
    reply = await client.audio.speech.create(model="gpt-4o-mini-tts", voice="alloy", input=text, response_format=form)
    audio = reply.content
    if form == "pcm":
        assert len(audio) / 2 / 24_000 == pytest.approx(len(speech.speak(text)) / 2 / speech.RATE, abs=0.05)
    else:
        assert recognition.heard(audio) == text
    fake.assert_clean()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"voice": "robot"}, "invalid_value"),
        ({"input": "x" * 4097}, "string_above_max_length"),
        ({"input": ""}, "invalid_value"),
        ({"speed": 5}, "invalid_value"),
        ({"response_format": "ogg"}, "invalid_type"),
        ({"model": "tts-1", "instructions": "Be kind"}, "unsupported_parameter"),
        ({"extra_body": {"pitch": 1}}, "unknown_parameter"),
        ({"model": LUNA}, None),
    ],
)
async def test_illegal_speech_is_refused_and_remembered(
    fake: FakeOpenAI, client: AsyncOpenAI, options: dict[str, Any], code: str | None
) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        await client.audio.speech.create(**{"model": "gpt-4o-mini-tts", "voice": "alloy", "input": "Hello", **options})
    assert caught.value.code == code
    assert len(fake.violations) == 1
