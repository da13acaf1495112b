"""Joining everything: which adapter stands behind which port, by the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from bots.settings import Settings
from engine.offline.grader import OfflineGrader
from engine.offline.interviewer import OfflineInterviewer
from engine.patience import PatientInterviewer
from engine.ports import Channel, Ears, Grader, Interviewer, Job, Ledger, Listener
from engine.rolepack import RolePack, read_packs
from engine.work.desk import Desk
from engine.work.handle import handle
from prompts import ROLES
from storage.database import open_engine
from storage.lanes import PostgresLanes
from storage.lease import PostgresLeases
from storage.library import PostgresLibrary
from storage.worker import Worker


@dataclass(frozen=True)
class Store:
    url: str
    engine: AsyncEngine
    lanes: PostgresLanes
    library: PostgresLibrary
    leases: PostgresLeases


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[str]:
    """The URL of the configured database, else of the embedded one, which is brought up and migrated."""
    if settings.database_url:
        yield settings.database_url.get_secret_value()
        return
    from storage.embedded import EmbeddedPostgres, default_home
    from storage.migrate import upgrade

    async with EmbeddedPostgres(default_home()) as server:
        await upgrade(server.url)
        yield server.url


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    async with database(settings) as url:
        engine = open_engine(url)
        try:
            yield Store(url, engine, PostgresLanes(engine), PostgresLibrary(engine), PostgresLeases(engine))
        finally:
            await engine.dispose()


def packs_of(settings: Settings) -> dict[str, RolePack]:
    """Viva's own packs, then the user's, which may replace them. Raises BadPack."""
    return read_packs(ROLES, *([settings.roles_dir] if settings.roles_dir else []))


def worker_of(settings: Settings, store: Store, channels: Mapping[str, Channel]) -> Worker:
    desk = _desk(settings, store, channels)

    async def work(job: Job) -> None:
        await handle(job, desk)

    return Worker(store.engine, store.url, list(channels), work)


def _desk(settings: Settings, store: Store, channels: Mapping[str, Channel]) -> Desk:
    return Desk(
        packs=packs_of(settings),
        interviewer=_interviewer(settings, store),
        grader=grader_of(settings, store.library),
        listener=_listener(settings, store),
        lanes=store.lanes,
        library=store.library,
        channels=channels,
    )


def _interviewer(settings: Settings, store: Store) -> Interviewer:
    if settings.openai_api_key is None:
        return OfflineInterviewer()
    from engine.openai.client import Model, open_client
    from engine.openai.interviewer import ModelInterviewer

    client = open_client(settings.openai_api_key.get_secret_value(), settings.openai_base_url)
    model = Model(client, settings.interviewer_model, settings.reasoning_effort, store.library)
    return PatientInterviewer(ModelInterviewer(model), OfflineInterviewer())


def grader_of(settings: Settings, ledger: Ledger) -> Grader:
    if settings.openai_api_key is None:
        return OfflineGrader()
    from engine.openai.client import Model, open_client
    from engine.openai.grader import ModelGrader

    client = open_client(settings.openai_api_key.get_secret_value(), settings.openai_base_url)
    return ModelGrader(Model(client, settings.grader_model, settings.reasoning_effort, ledger))


def _listener(settings: Settings, store: Store) -> Listener | None:
    ears = _ears(settings, store)
    if ears is None:
        return None
    from engine.hearing.listener import SpeechListener
    from engine.hearing.workspace import sweep

    sweep()
    return SpeechListener(ears)


def _ears(settings: Settings, store: Store) -> Ears | None:
    """Local Whisper when a model is named for it, else a transcription server when there is a key for one."""
    if settings.whisper_model:
        from engine.hearing.local import LocalEars

        return LocalEars(settings.whisper_model)
    if settings.ears_key is None:
        return None
    from engine.openai.client import open_client
    from engine.openai.ears import ModelEars

    client = open_client(settings.ears_key.get_secret_value(), settings.ears_url)
    return ModelEars(client, settings.transcribe_model, settings.audio_price_per_minute, store.library)
