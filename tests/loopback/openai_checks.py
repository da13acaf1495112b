"""What OpenAI refuses in a chat completion or speech request.

The legal parameters and their types are the installed SDK's own.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openai.types.audio.speech_create_params import SpeechCreateParams
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from pydantic_core import ErrorDetails

from tests.loopback.openai_catalogue import OfferedModel
from tests.loopback.openai_requests import Json, Refused
from tests.loopback.openai_schema import why_not_strict

STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(STRICT)
class _PlainChat(CompletionCreateParamsNonStreaming):
    pass


@with_config(STRICT)
class _StreamedChat(CompletionCreateParamsStreaming):
    pass


@with_config(STRICT)
class _Speech(SpeechCreateParams):
    pass


PLAIN_CHAT, STREAMED_CHAT, SPEECH = TypeAdapter(_PlainChat), TypeAdapter(_StreamedChat), TypeAdapter(_Speech)
RANGES: Mapping[str, tuple[float, float]] = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
    "max_completion_tokens": (1, 1_000_000),
    "max_tokens": (1, 1_000_000),
    "speed": (0.25, 4),
}
LENGTHS = {"safety_identifier": 128, "prompt_cache_key": 64, "input": 4_096}
MOST_STOPS = 4
SAMPLING = ("temperature", "top_p", "frequency_penalty", "presence_penalty")
VOICES = {
    *("alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin", "cedar"),
}
NOT_SPOKEN = (
    "audio",
    "function_call",
    "functions",
    "logprobs",
    "modalities",
    "moderation",
    "parallel_tool_calls",
    "prediction",
    "tool_choice",
    "tools",
    "top_logprobs",
    "web_search_options",
)
"""Legal at OpenAI, but beyond this fake."""


def check_chat(body: Json, model: OfferedModel) -> None:
    _check_types(STREAMED_CHAT if body.get("stream") else PLAIN_CHAT, body)
    _check_limits(body)
    for rule in (_rules_of_messages, _rules_of_streaming, _rules_of_storing, _rules_of_format, _rules_of_this_fake):
        _refuse_first(rule(body))
    _refuse_first(_rules_of_model(body, model))


def check_speech(body: Json, model: OfferedModel) -> None:
    _check_types(SPEECH, body)
    _check_limits(body)
    _refuse_first(_rules_of_speech(body, model))


def check_model_name(body: Json) -> str:
    """The model's name, asked first because OpenAI looks it up before anything else."""
    match body.get("model"):
        case None:
            raise Refused(400, "you must provide a model parameter", param="model")
        case str(name):
            return name
        case other:
            message = f"Invalid type for 'model': expected a string, but got {type(other).__name__}."
            raise Refused(400, message, code="invalid_type", param="model")


def _check_types(adapter: TypeAdapter[Any], body: Json) -> None:
    try:
        checked: Json = adapter.validate_python(body)
    except ValidationError as error:
        raise _refusal(error, ()) from error
    for parameter, value in checked.items():
        try:
            _exhaust(value)
        except ValidationError as error:
            raise _refusal(error, (parameter,)) from error


def _exhaust(value: object) -> None:
    """The SDK types lists as Iterable, whose items pydantic checks only while they are iterated over."""
    match value:
        case str() | int() | float() | None:
            pass
        case dict():
            for part in value.values():
                _exhaust(part)
        case _:
            for part in value:  # type: ignore[attr-defined]
                _exhaust(part)


def _refusal(error: ValidationError, within: tuple[str, ...]) -> Refused:
    clearest = _clearest(error.errors(include_url=False, include_input=False))
    # A union's member is named by its class, which is no part of the path that was sent.
    steps = [str(step) for step in (*within, *clearest["loc"])]
    name = ".".join(step for step in steps if not step[:1].isupper())
    match clearest["type"]:
        case "extra_forbidden":
            return Refused(400, f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)
        case "missing":
            return Refused(400, f"Missing required parameter: '{name}'.", code="missing_required_parameter", param=name)
        case _:
            return Refused(400, f"Invalid type for '{name}': {clearest['msg']}.", code="invalid_type", param=name)


def _clearest(found: list[ErrorDetails]) -> ErrorDetails:
    """pydantic reports every member of a union: what matters is the member whose `role` or `type` was meant."""
    literals = [part for part in found if part["type"] == "literal_error"]
    not_meant = {part["loc"][:-1] for part in literals}
    meant = (part for part in found if not any(part["loc"][:end] in not_meant for end in range(len(part["loc"]))))
    return next(meant, (literals or found)[0])


def _check_limits(body: Json) -> None:
    for name, (least, most) in RANGES.items():
        if body.get(name) is not None and not least <= body[name] <= most:
            raise _invalid(name, f"expected a value from {least} to {most}, but got {body[name]}")
    if isinstance(body.get("stop"), list) and len(body["stop"]) > MOST_STOPS:
        raise _invalid("stop", f"more than {MOST_STOPS} sequences")
    for name, longest in LENGTHS.items():
        if len(body.get(name) or "") > longest:
            raise Refused(400, f"Invalid '{name}': longer than {longest}.", code="string_above_max_length", param=name)


def _refuse_first(refusals: Iterator[Refused]) -> None:
    for refusal in refusals:
        raise refusal


def _rules_of_messages(body: Json) -> Iterator[Refused]:
    if not body["messages"]:
        yield Refused(400, "Invalid 'messages': empty array.", code="empty_array", param="messages")


def _rules_of_streaming(body: Json) -> Iterator[Refused]:
    if body.get("stream_options") is not None and not body.get("stream"):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        yield Refused(400, message, param="stream_options")


def _rules_of_storing(body: Json) -> Iterator[Refused]:
    if body.get("metadata") and not body.get("store"):
        yield Refused(400, "The 'metadata' parameter is only allowed when 'store' is enabled.", param="metadata")


def _rules_of_format(body: Json) -> Iterator[Refused]:
    form: Json = body.get("response_format") or {"type": "text"}
    if form["type"] == "json_object" and "json" not in str(body["messages"]).lower():
        yield _invalid("messages", "must contain the word 'json' to use 'response_format' of type 'json_object'")
    if form["type"] == "json_schema":
        yield from _rules_of_schema(form["json_schema"])


def _rules_of_schema(wanted: Json) -> Iterator[Refused]:
    name = wanted["name"]
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
        yield _invalid("response_format.json_schema.name", f"{name!r} does not match '^[a-zA-Z0-9_-]{{1,64}}$'")
    if "schema" not in wanted:
        yield Refused(400, "Missing required parameter: 'response_format.json_schema.schema'.", param="response_format")
    elif wanted.get("strict"):
        problems = why_not_strict(wanted["schema"])
        if problems:
            message = f"Invalid schema for response_format '{name}': {' '.join(problems)}"
            yield Refused(400, message, param="response_format")


def _rules_of_this_fake(body: Json) -> Iterator[Refused]:
    for name in NOT_SPOKEN:
        if body.get(name):
            yield Refused(400, f"'{name}' is legal at OpenAI, but this fake does not speak it.", param=name)
    if body.get("n") not in (None, 1):
        yield Refused(400, "this fake answers one choice only.", param="n")


def _rules_of_model(body: Json, model: OfferedModel) -> Iterator[Refused]:
    effort = body.get("reasoning_effort")
    if not model.reasons and effort is not None:
        yield Refused(400, "Unrecognized request argument supplied: reasoning_effort", param="reasoning_effort")
    if model.reasons and body.get("max_tokens") is not None:
        yield _unsupported("max_tokens", "is not supported with this model. Use 'max_completion_tokens' instead")
    for name in SAMPLING:
        if model.reasons and effort != "none" and body.get(name) is not None:
            yield _unsupported(name, "is not supported with this model while it reasons")


def _rules_of_speech(body: Json, model: OfferedModel) -> Iterator[Refused]:
    voice = body["voice"]
    if isinstance(voice, str) and voice not in VOICES:
        yield _invalid("voice", f"{voice!r} is not one of {sorted(VOICES)}")
    if not body["input"]:
        yield _invalid("input", "expected a text of at least one character")
    if model.id.startswith("tts-1") and "instructions" in body:
        yield _unsupported("instructions", "is not supported with this model")
    if body.get("stream_format") == "sse":
        yield Refused(
            400, "streamed speech is legal at OpenAI, but this fake does not speak it.", param="stream_format"
        )


def _invalid(name: str, why: str) -> Refused:
    return Refused(400, f"Invalid '{name}': {why}.", code="invalid_value", param=name)


def _unsupported(name: str, why: str) -> Refused:
    return Refused(400, f"Unsupported parameter: '{name}' {why}.", code="unsupported_parameter", param=name)
