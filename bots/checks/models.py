"""Models: they exist, are not about to be shut down, and have a known price; and whether there are ears at all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from openai import AsyncOpenAI, AuthenticationError, NotFoundError, OpenAIError, PermissionDeniedError
from openai.types import CompletionUsage, Model
from pydantic import SecretStr

from bots.checks import Check, Finding, Fine, Wrong, host
from bots.settings import Settings
from engine.hearing import local
from engine.openai.client import open_client
from engine.openai.prices import text_cost

SOON_DAYS = 60


@dataclass(frozen=True)
class _Server:
    """A server of models, with the variables that name its key, its address and a model there."""

    client: AsyncOpenAI
    key_variable: str
    url_variable: str
    place: str


def checks(settings: Settings) -> list[Check]:
    found = []
    if settings.openai_api_key or "openai_base_url" in settings.model_fields_set:
        found.append(Check("models", _chat_models))
    if settings.whisper_model:
        found.append(Check("ears", _whisper))
    elif settings.ears_key:
        found.append(Check("ears", _transcription_model))
    return found


async def _chat_models(settings: Settings) -> list[Finding]:
    if not settings.openai_api_key:
        mend = "set OPENAI_API_KEY (to any word if the server asks for none)"
        return [Wrong("models: OPENAI_BASE_URL is set, but without a key the interviewer is offline", mend)]
    server = _server(settings.openai_api_key, "OPENAI_API_KEY", settings.openai_base_url, "OPENAI_BASE_URL")
    uses = [("interviewer", settings.interviewer_model), ("grader", settings.grader_model)]
    async with server.client:
        return [
            await _model(server, name, _roles(name, uses), priced=True) for name in dict.fromkeys(m for _, m in uses)
        ]


def _roles(name: str, uses: Sequence[tuple[str, str]]) -> list[str]:
    return [role for role, model in uses if model == name]


async def _transcription_model(settings: Settings) -> list[Finding]:
    assert settings.ears_key, "checked only when it is set"
    key = "VIVA_TRANSCRIBE_API_KEY" if settings.transcribe_api_key else "OPENAI_API_KEY"
    url = "VIVA_TRANSCRIBE_BASE_URL" if settings.transcribe_base_url else "OPENAI_BASE_URL"
    server = _server(settings.ears_key, key, settings.ears_url, url)
    async with server.client:
        return [await _model(server, settings.transcribe_model, ["transcribe"], priced=False)]


async def _whisper(settings: Settings) -> list[Finding]:
    model = str(settings.whisper_model)
    if not local.is_installed():
        return [Wrong("ears: VIVA_WHISPER_MODEL is set, but faster-whisper is not installed", local.MEND)]
    if os.path.isabs(model) and not await asyncio.to_thread(os.path.isdir, model):
        return [Wrong(f"ears: there is no folder {model}", "set VIVA_WHISPER_MODEL to a model's folder or name")]
    return [Fine(f"ears: Whisper {model} on this machine, loaded at the first recording")]


def _server(key: SecretStr, key_variable: str, url: str, url_variable: str) -> _Server:
    client = open_client(key.get_secret_value(), url).with_options(max_retries=0)
    return _Server(client, key_variable, url_variable, host(url))


async def _model(server: _Server, name: str, roles: list[str], *, priced: bool) -> Finding:
    mend = "set " + " and ".join(f"VIVA_{role.upper()}_MODEL" for role in roles) + " to another model"
    what = f"model {name} ({', '.join(roles)})"
    try:
        found = await _find(server.client, name)
    except (AuthenticationError, PermissionDeniedError):
        return Wrong(f"{what}: {server.key_variable} is refused by {server.place}", f"mend {server.key_variable}")
    except OpenAIError as error:
        cause = f"{what}: {server.place} does not answer as it should ({type(error).__name__})"
        return Wrong(cause, f"look at the network, and at {server.url_variable} if it is set")
    if found is None:
        return Wrong(f"{what} does not exist at {server.place}", mend)
    return _judged(found, what, mend, priced=priced)


@dataclass(frozen=True)
class _Unlisted:
    """A server that lists no models; many a compatible one does not."""

    id: str


async def _find(client: AsyncOpenAI, name: str) -> Model | _Unlisted | None:
    """None when the server does not have it."""
    try:
        found = await client.models.retrieve(name)
    except NotFoundError as error:
        if error.code == "model_not_found":
            return None
        return await _find_in_list(client, name)
    if not isinstance(found, Model):
        raise OpenAIError("no JSON")
    return found


async def _find_in_list(client: AsyncOpenAI, name: str) -> Model | _Unlisted | None:
    try:
        return next((model for model in (await client.models.list()).data if model.id == name), None)
    except NotFoundError:
        return _Unlisted(name)


def _judged(found: Model | _Unlisted, what: str, mend: str, *, priced: bool) -> Finding:
    if isinstance(found, _Unlisted):
        return Fine(f"{what}: the server answers, but does not list its models")
    end = _day(getattr(found, "shutdown_date", None))
    if end and (end - datetime.now(UTC).date()).days <= SOON_DAYS:
        return Wrong(f"{what} is shut down on {end}", mend)
    until = f" until {end}" if end else ""
    unknown = "" if not priced or _has_price(found.id) else "; its price is not known, so costs leave it out"
    return Fine(f"{what} exists{until}{unknown}")


def _has_price(model: str) -> bool:
    return text_cost(model, CompletionUsage(prompt_tokens=1, completion_tokens=1, total_tokens=2)) is not None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
