"""The paths that the fake OpenAI serves. Each reads, checks, records, meets its planned fault, then answers."""

import asyncio
import json
from collections.abc import Callable
from datetime import date

from aiohttp import web

from tests.loopback import speech
from tests.loopback.openai_brains import Brains
from tests.loopback.openai_catalogue import Catalogue
from tests.loopback.openai_checks import check_chat, check_model_name, check_speech
from tests.loopback.openai_faults import Fault, Faults
from tests.loopback.openai_journal import Journal
from tests.loopback.openai_replies import Answer, chunks, completion, transcript, transcript_events
from tests.loopback.openai_requests import CALL, ChatRequest, Json, Refused, SpeechRequest, chat_request
from tests.loopback.openai_stream import WEB_PAGE, Pace, script, send_plain, send_stream
from tests.loopback.openai_uploads import read_upload
from tests.loopback.openai_usage import PromptCache, reasoning_tokens, usage

ROOT = "/v1"
VOICE_FILES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "mp3": ("audio/mpeg", speech.mp3),
    "opus": ("audio/ogg", speech.ogg_opus),
    "wav": ("audio/wav", speech.wav),
    "aac": ("audio/aac", lambda pcm: speech.encode(pcm, "-c:a", "aac", "-f", "adts")),
    "flac": ("audio/flac", lambda pcm: speech.encode(pcm, "-c:a", "flac", "-f", "flac")),
    "pcm": ("audio/pcm", lambda pcm: speech.encode(pcm, "-ar", "24000", "-f", "s16le")),
}


class Endpoints:
    def __init__(self, journal: Journal, pace: Pace, today: date) -> None:
        self.journal, self.pace = journal, pace
        self.models, self.brains, self.faults = Catalogue(today), Brains(), Faults()
        self.closing = asyncio.Event()
        self._cache = PromptCache()

    def add_to(self, app: web.Application) -> None:
        app.router.add_post(f"{ROOT}/chat/completions", self.chat)
        app.router.add_post(f"{ROOT}/audio/transcriptions", self.transcribe)
        app.router.add_post(f"{ROOT}/audio/speech", self.speak)
        app.router.add_get(f"{ROOT}/models", self.list_models, allow_head=False)
        app.router.add_get(f"{ROOT}/models/{{id}}", self.show_model, allow_head=False)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = await self._json(request)
        model = self.models.find_for("chat", check_model_name(body))
        check_chat(body, model)
        asked = chat_request(body)
        await self.journal.record(request[CALL], body, asked)
        fault = await self._meet_fault(request, asked.model, asked.schema_name)
        content = await self.brains.answer(asked)
        answer = Answer(content, reasoned=reasoning_tokens(asked) if model.reasons else 0)
        return await self._say(request, asked, fault.spoil(answer.within(body.get("max_completion_tokens"))), fault)

    async def _say(self, request: web.Request, asked: ChatRequest, answer: Answer, fault: Fault) -> web.StreamResponse:
        used = usage(self._cache.admit(asked), answer.tokens, answer.reasoned)
        if not asked.stream or fault.html:
            return await send_plain(request, completion(asked, answer, used), fault)
        opening, pieces, closing = chunks(asked, answer, used, self.pace.chunk_size)
        return await send_stream(request, script([opening], pieces, closing, fault), self.pace, self.closing)

    async def transcribe(self, request: web.Request) -> web.StreamResponse:
        body, asked = await read_upload(request, self.models)
        await self.journal.record(request[CALL], body, asked)
        fault = await self._meet_fault(request, asked.model)
        text = await self.brains.transcribe(asked)
        if not asked.stream or fault.html:
            return await send_plain(request, transcript(asked, text), fault)
        *deltas, last = transcript_events(asked, text, self.pace.chunk_size)
        return await send_stream(request, script([], deltas, [last], fault), self.pace, self.closing)

    async def speak(self, request: web.Request) -> web.StreamResponse:
        """Real speech, in espeak-ng's voice whichever was asked for; `speed` is checked, but changes nothing."""
        body = await self._json(request)
        check_speech(body, self.models.find_for("speech", check_model_name(body)))
        wanted = body.get("response_format") or "mp3"
        asked = SpeechRequest(body["model"], body["input"], str(body["voice"]), wanted, body)
        await self.journal.record(request[CALL], body, asked)
        fault = await self._meet_fault(request, asked.model)
        content_type, encode = VOICE_FILES[wanted]
        audio = await asyncio.to_thread(lambda: encode(speech.speak(asked.input)))
        if fault.html:
            return web.Response(text=WEB_PAGE, content_type="text/html")
        return web.Response(body=audio, content_type=content_type)

    async def list_models(self, request: web.Request) -> web.StreamResponse:
        await self.journal.record(request[CALL])
        fault = await self._meet_fault(request)
        return await send_plain(request, {"object": "list", "data": [model.as_json() for model in self.models]}, fault)

    async def show_model(self, request: web.Request) -> web.StreamResponse:
        """To ask whether a model exists is no violation."""
        await self.journal.record(request[CALL])
        fault = await self._meet_fault(request)
        try:
            return await send_plain(request, self.models.find(request.match_info["id"]).as_json(), fault)
        except Refused as refused:
            refused.violation = False
            raise

    async def _json(self, request: web.Request) -> Json:
        if request.content_type != "application/json":
            raise Refused(415, f"Unsupported content type: '{request.content_type}'.")
        try:
            body = await request.json()
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise Refused(400, "We could not parse the JSON body of your request.") from error
        if not isinstance(body, dict):
            raise Refused(400, "The JSON body of your request is not an object.")
        request[CALL].body = body
        return body

    async def _meet_fault(self, request: web.Request, model: str = "", schema: str | None = None) -> Fault:
        """The silence and the errors of a planned fault; the rest of it is for the reply."""
        fault = self.faults.take(request[CALL].path, schema)
        await fault.hold(self.closing)
        await asyncio.sleep(self.pace.latency)
        fault.raise_error(model)
        return fault
