"""The fake OpenAI's replies on the wire: completions, chunks, transcripts.

Each has every field that OpenAI's specification requires.
"""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass

from tests.loopback.openai_requests import ChatRequest, Json, TranscriptionRequest
from tests.loopback.openai_usage import CHARACTERS_PER_TOKEN, count

CREATED = 1_790_000_000
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """What the model says, and how many tokens it thought first."""

    content: str | None
    refusal: str | None = None
    finish_reason: str = "stop"
    reasoned: int = 0

    @property
    def tokens(self) -> int:
        return count((self.content or "") + (self.refusal or ""))

    def within(self, most_tokens: int | None) -> "Answer":
        """Cut where `max_completion_tokens` ends it; thinking counts too."""
        if most_tokens is None or self.reasoned + self.tokens <= most_tokens:
            return self
        reasoned = min(self.reasoned, most_tokens)
        kept = (self.content or "")[: (most_tokens - reasoned) * CHARACTERS_PER_TOKEN]
        return Answer(kept, None, "length", reasoned)


def completion(request: ChatRequest, answer: Answer, used: Json) -> Json:
    message: Json = {"role": "assistant", "content": answer.content, "refusal": answer.refusal, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answer.finish_reason}
    return _head(request, "chat.completion") | {"choices": [choice], "usage": used}


def chunks(request: ChatRequest, answer: Answer, used: Json, size: int) -> tuple[Json, list[Json], list[Json]]:
    """The opening chunk, the pieces of content (`size` characters each), and the closing chunks of one stream."""
    options: Json = request.body.get("stream_options") or {}
    counted: Json = {"usage": None} if options.get("include_usage") else {}
    padding: Json = {} if options.get("include_obfuscation") is False else {"obfuscation": "obfuscated"}
    head = _head(request, "chat.completion.chunk") | counted

    def chunk(delta: Json, finish_reason: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return head | {"choices": [choice]} | padding

    opening = chunk({"role": "assistant", "content": "", "refusal": None})
    said = "content" if answer.refusal is None else "refusal"
    pieces = [chunk({said: piece}) for piece in _pieces(answer.refusal or answer.content or "", size)]
    closing = [chunk({}, answer.finish_reason)]
    if counted:
        closing.append(head | {"choices": [], "usage": used})
    return opening, pieces, closing


def transcript(request: TranscriptionRequest, text: str) -> Json | str:
    """The reply in the format that was asked for; a plain text for text, srt and vtt."""
    match request.response_format:
        case "text":
            return text + "\n"
        case "srt":
            return f"1\n00:00:00,000 --> {_clock(request.seconds, ',')}\n{text}\n"
        case "vtt":
            return f"WEBVTT\n\n00:00:00.000 --> {_clock(request.seconds, '.')}\n{text}\n"
        case "verbose_json":
            return _verbose(request, text)
        case _:
            found = {"languages": [{"code": "en"}] if text else []} if request.model == "gpt-transcribe" else {}
            return {"text": text, "usage": _duration(request)} | found


def transcript_events(request: TranscriptionRequest, text: str, size: int) -> list[Json]:
    deltas: list[Json] = [{"type": "transcript.text.delta", "delta": piece} for piece in _pieces(text, size)]
    return [*deltas, {"type": "transcript.text.done", "text": text, "usage": _duration(request)}]


def event(data: Json) -> bytes:
    """One server-sent event. OpenAI sends UTF-8, not escapes."""
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode("utf-8", "surrogatepass")


DONE = b"data: [DONE]\n\n"


def _head(request: ChatRequest, kind: str) -> Json:
    return {
        "id": f"chatcmpl-{next(_numbers)}",
        "object": kind,
        "created": CREATED,
        "model": request.model,
        "service_tier": "default",
        "system_fingerprint": None,
    }


def _pieces(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def _duration(request: TranscriptionRequest) -> Json:
    return {"type": "duration", "seconds": round(request.seconds, 2)}


def _verbose(request: TranscriptionRequest, text: str) -> Json:
    segment = {
        "id": 0,
        "seek": 0,
        "start": 0.0,
        "end": round(request.seconds, 2),
        "text": text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": -0.2,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.01 if text else 0.9,
    }
    return {
        "task": "transcribe",
        "language": request.language or "english",
        "duration": round(request.seconds, 2),
        "text": text,
        "segments": [segment] if text else [],
        "usage": _duration(request),
    }


def _clock(seconds: float, point: str) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{milliseconds:03}"
