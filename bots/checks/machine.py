"""Role packs, database and ffmpeg."""

from __future__ import annotations

import asyncio
import subprocess

from bots.checks import Check, Finding, Fine, Wrong
from bots.settings import Settings
from bots.wiring import packs_of
from engine.failures import Unavailable
from engine.hearing.ffmpeg import MEND, find_ffmpeg
from engine.rolepack import BadPack
from storage.embedded import DatabaseNotStarted, EmbeddedPostgres, default_home
from storage.embedded.binaries import find_binaries
from storage.reach import NotReached, look_at

FFMPEG_SECONDS = 5


def checks(_: Settings) -> list[Check]:
    return [Check("role packs", _role_packs), Check("database", _database), Check("ffmpeg", _ffmpeg)]


async def _role_packs(settings: Settings) -> list[Finding]:
    try:
        packs = await asyncio.to_thread(packs_of, settings)
    except BadPack as error:
        return [Wrong(f"role pack {line}", "mend that in the file") for line in str(error).splitlines()]
    questions = sum(len(pack.questions) for pack in packs.values())
    return [Fine(f"role packs: {len(packs)} with {questions} questions")]


async def _database(settings: Settings) -> list[Finding]:
    try:
        if settings.database_url:
            return [await _own_database(settings.database_url.get_secret_value())]
        return [await _embedded_database()]
    except NotReached as error:
        return [Wrong(f"database: DATABASE_URL: {error.cause}", error.mend)]
    except DatabaseNotStarted as error:
        return [Wrong(f"database: {error}", "or see its folder's startup.log")]


async def _own_database(url: str) -> Finding:
    condition = await look_at(url)
    name = f"database: PostgreSQL {condition.version}"
    if condition.lacking:
        return Wrong(f"{name} lacks {condition.lacking} migration{'s'[: condition.lacking - 1]}", "run `viva migrate`")
    return Fine(f"{name}, no migration is missing")


async def _embedded_database() -> Finding:
    """Nothing is created for the sake of looking: a first start takes its time, and may not be wanted here."""
    home = default_home()
    if not (home / "data").exists():
        find_binaries()
        return Fine(f"database: the embedded PostgreSQL, which is made in {home} at the first start")
    async with EmbeddedPostgres(home) as server:
        condition = await look_at(server.url)
    later = f"; {condition.lacking} missing migrations are applied at the next start" if condition.lacking else ""
    return Fine(f"database: the embedded PostgreSQL {condition.version} in {home}{later}")


async def _ffmpeg(_: Settings) -> list[Finding]:
    try:
        return [await asyncio.to_thread(_ffmpeg_found)]
    except Unavailable as error:
        return [Wrong("ffmpeg: voice notes cannot be heard", str(error))]


def _ffmpeg_found() -> Finding:
    path = find_ffmpeg()
    try:
        ran = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=FFMPEG_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        return Wrong(f"ffmpeg: {path} does not run ({type(error).__name__})", MEND)
    words = ran.stdout.split(maxsplit=3)
    if words[:2] != ["ffmpeg", "version"]:
        return Wrong(f"ffmpeg: {path} is something else", MEND)
    return Fine(f"ffmpeg: {words[2]} at {path}")
