"""The client of the Bot API, as Viva needs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Bot
from telegram.request import HTTPXRequest

from bots.settings import Settings

CONNECTIONS = 64
"""At once. Each call looks at every idle one, so more of them cost every call."""


@asynccontextmanager
async def open_bot(settings: Settings) -> AsyncIterator[tuple[Bot, int]]:
    """The bot and its id, which is the first part of its token. Nothing is called: Telegram may be away."""
    assert settings.telegram_token is not None, "asked for only when it is set"
    token = settings.telegram_token.get_secret_value()
    api = settings.telegram_api_url.rstrip("/")
    calls = HTTPXRequest(
        connection_pool_size=CONNECTIONS, read_timeout=20, write_timeout=20, connect_timeout=5, pool_timeout=20
    )
    polls = HTTPXRequest(connection_pool_size=2, read_timeout=40, connect_timeout=5)
    bot = Bot(token, base_url=f"{api}/bot", base_file_url=f"{api}/file/bot", request=calls, get_updates_request=polls)
    async with calls, polls:
        yield bot, int(token.partition(":")[0])
