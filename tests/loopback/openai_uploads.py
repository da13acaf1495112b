"""Transcription requests to the fake OpenAI: the multipart form, its legal parts, and audio that really plays."""

import asyncio

from aiohttp import web
from aiohttp.web_request import FileField
from openai.types.audio.transcription_create_params import TranscriptionCreateParamsStreaming

from tests.loopback import recognition
from tests.loopback.openai_catalogue import Catalogue, OfferedModel
from tests.loopback.openai_requests import Json, Refused, TranscriptionRequest

LARGEST_FILE = 25 << 20
SHORTEST_SECONDS = 0.1
LISTS = {
    "include",
    "keywords",
    "known_speaker_names",
    "known_speaker_references",
    "languages",
    "timestamp_granularities",
}
PARAMETERS = TranscriptionCreateParamsStreaming.__required_keys__ | TranscriptionCreateParamsStreaming.__optional_keys__
PARTS = {f"{name}[]" if name in LISTS else name for name in PARAMETERS}
ONLY_GPT_TRANSCRIBE = ("keywords[]", "languages[]")
NOT_SPOKEN = {"chunking_strategy", "include[]", "known_speaker_names[]", "known_speaker_references[]"}
FORMATS = {"whisper-1": {"json", "text", "srt", "verbose_json", "vtt"}}
OTHERS_FORMATS = {"json"}
SIGNATURES = {
    "flac": ((0, b"fLaC"),),
    "m4a": ((4, b"ftyp"),),
    "mp3": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2"), (0, b"\xff\xfa")),
    "mp4": ((4, b"ftyp"),),
    "mpeg": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\x00\x00\x01")),
    "mpga": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3")),
    "ogg": ((0, b"OggS"),),
    "wav": ((0, b"RIFF"),),
    "webm": ((0, b"\x1aE\xdf\xa3"),),
}
"""By the file name's extension: bytes of which one must stand at its place in the file."""

Fields = dict[str, tuple[str, ...]]


async def read_upload(request: web.Request, models: Catalogue) -> tuple[Json, TranscriptionRequest]:
    """The form for the record, and the checked request."""
    fields, file = await _form(request)
    with file.file:
        audio = file.file.read()
    model = models.find_for("transcription", _one(fields, "model") or "")
    _check_fields(fields, model)
    _check_file(file.filename, audio)
    record: Json = {name: values if name.endswith("[]") else values[0] for name, values in fields.items()}
    record["file"] = {"filename": file.filename, "content_type": file.content_type, "size": len(audio)}
    return record, await _as_request(fields, file, audio)


async def _form(request: web.Request) -> tuple[Fields, FileField]:
    if request.content_type != "multipart/form-data":
        raise Refused(400, f"expected multipart/form-data, got {request.content_type}.")
    form = await request.post()
    files = [value for value in form.values() if isinstance(value, FileField)]
    if len(files) != 1 or files[0].name != "file":
        raise Refused(400, "Missing required parameter: 'file'.", code="missing_required_parameter", param="file")
    texts = [name for name in dict.fromkeys(form) if name != "file"]
    return {name: tuple(str(value) for value in form.getall(name)) for name in texts}, files[0]


async def _as_request(fields: Fields, file: FileField, audio: bytes) -> TranscriptionRequest:
    seconds = await asyncio.to_thread(recognition.seconds, audio)
    if not seconds:
        raise Refused(400, "Audio file might be corrupted or unsupported", code="invalid_value", param="file")
    if seconds < SHORTEST_SECONDS:
        raise Refused(
            400, f"Audio file is too short. Minimum audio length is {SHORTEST_SECONDS} seconds.", code="audio_too_short"
        )
    return TranscriptionRequest(
        model=fields["model"][0],
        filename=file.filename,
        content_type=file.content_type,
        audio=audio,
        seconds=seconds,
        prompt=_one(fields, "prompt") or "",
        keywords=fields.get("keywords[]", ()),
        language=_one(fields, "language"),
        languages=fields.get("languages[]", ()),
        response_format=_one(fields, "response_format") or "json",
        stream=_one(fields, "stream") == "true" and fields["model"][0] != "whisper-1",
        fields=fields,
    )


def _one(fields: Fields, name: str) -> str | None:
    return fields[name][0] if name in fields else None


def _check_fields(fields: Fields, model: OfferedModel) -> None:
    for name, values in fields.items():
        if name not in PARTS:
            raise Refused(400, f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)
        if name in NOT_SPOKEN:
            raise Refused(400, f"'{name}' is legal at OpenAI, but this fake does not speak it.", param=name)
        if len(values) > 1 and not name.endswith("[]"):
            raise Refused(400, f"Duplicate parameter: '{name}'.", param=name)
        if name in ONLY_GPT_TRANSCRIBE and model.id != "gpt-transcribe":
            raise Refused(400, f"'{name}' is not supported with model '{model.id}'.", param=name)
    _check_values(fields, model)


def _check_values(fields: Fields, model: OfferedModel) -> None:
    legal = FORMATS.get(model.id, OTHERS_FORMATS)
    wanted = _one(fields, "response_format") or "json"
    if wanted not in legal:
        message = f"response_format '{wanted}' is not compatible with model '{model.id}'. Use one of {sorted(legal)}."
        raise Refused(400, message, code="unsupported_value", param="response_format")
    if "timestamp_granularities[]" in fields and wanted != "verbose_json":
        raise Refused(
            400, "timestamp_granularities needs response_format 'verbose_json'.", param="timestamp_granularities"
        )
    for language in (*fields.get("language", ()), *fields.get("languages[]", ())):
        if not (language.isascii() and language.islower() and len(language) in (2, 3)):
            message = f"Invalid language '{language}'. Language parameter must be specified in ISO-639-1 format."
            raise Refused(400, message, code="invalid_language_format", param="language")
    if not all(keyword.strip() for keyword in fields.get("keywords[]", ())):
        raise Refused(400, "Invalid 'keywords': an empty keyword.", code="invalid_value", param="keywords")
    if not _is_temperature(_one(fields, "temperature") or "0"):
        raise Refused(
            400, "Invalid 'temperature': expected a number from 0 to 1.", code="invalid_value", param="temperature"
        )


def _is_temperature(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


def _check_file(filename: str, audio: bytes) -> None:
    if len(audio) > LARGEST_FILE:
        message = f"413: Maximum content size limit ({LARGEST_FILE}) exceeded ({len(audio)} bytes read)"
        raise Refused(413, message, kind="server_error")
    signatures = SIGNATURES.get(filename.rpartition(".")[2].lower())
    if signatures is None:
        raise Refused(400, f"Unrecognized file format. Supported formats: {sorted(SIGNATURES)}", param="file")
    if not any(audio.startswith(magic, at) for at, magic in signatures):
        message = f"Audio file might be corrupted or unsupported: its content is not what '{filename}' says."
        raise Refused(400, message, code="invalid_value", param="file")
