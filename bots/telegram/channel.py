"""The Telegram channel: downloading, sending, editing, previewing, and what Telegram's refusals mean."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

from telegram import Bot, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bots.telegram import parse, render
from bots.telegram.parse import Me
from engine.failures import Unavailable, Unusable
from engine.ports import Sent
from engine.reply import Reply
from engine.said import Address, Incoming, Moved, Recording

log = logging.getLogger(__name__)

LARGEST_DOWNLOAD = 20 * 1024 * 1024
PREVIEW_SECONDS = 3.0
INTRODUCE_SECONDS = 2.0
DRAFT_EVERY_SECONDS = 1.0
DRAFT_ID = 1
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramChannel:
    """`engine.ports.Channel` for one bot. Messages are kept well below Telegram's 4,096 characters."""

    name = parse.NAME
    limit = 3500
    pace = 1.0

    def __init__(self, bot: Bot, bot_id: int) -> None:
        self._bot = bot
        self.me = Me(bot_id, None)
        self._drafts = True
        self._drafted: dict[int, float] = {}

    async def introduce(self) -> None:
        """Learns the bot's name, which commands and mentions in groups carry; tried until Telegram tells it."""
        while self.me.username is None:
            try:
                with _Translated():
                    user = await self._bot.get_me()
                self.me = replace(self.me, username=user.username)
            except Unavailable as error:
                await asyncio.sleep(max(INTRODUCE_SECONDS, error.retry_after or 0.0))

    def measure(self, text: str) -> int:
        return render.measure(text)

    def parse(self, body: bytes) -> Incoming | Moved | None:
        return parse.parse(body, self.me)

    def chat_of(self, address: Address) -> str:
        return f"{self.name}:{self.me.id}:{address['chat_id']}"

    @asynccontextmanager
    async def download(self, recording: Recording) -> AsyncIterator[AsyncIterator[bytes]]:
        if recording.size and recording.size > LARGEST_DOWNLOAD:
            raise Unusable("too_big", f"{recording.size} bytes")
        with _Translated():
            file = await self._bot.get_file(recording.file["file_id"])
            content = await file.download_as_bytearray(read_timeout=30)
        yield _once(bytes(content))

    async def send(self, address: Address, reply: Reply) -> Sent:
        with _Translated():
            try:
                message = await self._send(address, reply)
            except ChatMigrated as error:
                message = await self._send({**address, "chat_id": error.new_chat_id}, reply)
        return Sent(str(message.message_id), message.message_id)

    async def _send(self, address: Address, reply: Reply) -> Message:
        try:
            return await self._send_as(address, reply, render.html(reply), ParseMode.HTML)
        except BadRequest as error:
            if "parse entities" not in error.message.lower():
                raise
            return await self._send_as(address, reply, render.plain(reply), None)

    async def _send_as(self, address: Address, reply: Reply, text: str, parse_mode: str | None) -> Message:
        group = bool(address.get("group"))
        answered = reply.answer_to if group else None
        return await self._bot.send_message(
            chat_id=_number(address, "chat_id"),
            message_thread_id=_thread(address),
            text=text,
            parse_mode=parse_mode,
            reply_markup=render.markup(reply, group),
            reply_parameters=ReplyParameters(int(answered), allow_sending_without_reply=True) if answered else None,
            link_preview_options=NO_PREVIEW,
        )

    async def edit(self, address: Address, ref: str, reply: Reply) -> None:
        with _Translated():
            try:
                await self._bot.edit_message_text(
                    render.html(reply),
                    chat_id=_number(address, "chat_id"),
                    message_id=int(ref),
                    parse_mode=ParseMode.HTML,
                    link_preview_options=NO_PREVIEW,
                )
            except BadRequest as error:
                if "not modified" not in error.message.lower():
                    raise

    async def preview(self, address: Address, text: str | None) -> None:
        """Typing; in private chats a draft of what is being said."""
        with suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(PREVIEW_SECONDS):
                if text is None:
                    await self._type(address)
                elif self._drafts and not address.get("group"):
                    await self._draft(address, text)

    async def _type(self, address: Address) -> None:
        await self._bot.send_chat_action(
            _number(address, "chat_id"), ChatAction.TYPING, message_thread_id=_thread(address)
        )

    async def _draft(self, address: Address, text: str) -> None:
        """At most one a second in a chat; a server that does not know drafts is not asked again."""
        chat = _number(address, "chat_id")
        now = time.monotonic()
        if now - self._drafted.get(chat, 0.0) < DRAFT_EVERY_SECONDS:
            return
        self._drafted = {c: t for c, t in self._drafted.items() if now - t < DRAFT_EVERY_SECONDS} | {chat: now}
        try:
            await self._bot.send_message_draft(chat, DRAFT_ID, text, message_thread_id=_thread(address))
        except EndPointNotFound:
            self._drafts = False


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _number(address: Address, name: str) -> int:
    return int(address[name] or 0)


def _thread(address: Address) -> int | None:
    value = address.get("thread_id")
    return int(value) if value else None


class _Translated:
    """Turns what python-telegram-bot raises into the two failures of the engine. BadRequest is a NetworkError, so it
    comes first."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case RetryAfter():
                raise Unavailable("Telegram asks to wait", retry_after=seconds(error.retry_after)) from error
            case Forbidden():
                raise Unusable("blocked", "the bot was blocked, or removed from the chat") from None
            case BadRequest() if "file is too big" in error.message.lower():
                raise Unusable("too_big") from None
            case BadRequest():
                raise Unusable("refused", error.message) from None
            case InvalidToken() | EndPointNotFound():
                log.error("TELEGRAM_BOT_TOKEN is refused: copy it again from @BotFather")
                raise Unavailable("the bot's token is refused", retry_after=30.0) from None
            case TelegramError():
                in_doubt = isinstance(error, TimedOut) or "ConnectError" not in error.message
                raise Unavailable(f"Telegram: {type(error).__name__}", in_doubt=in_doubt) from None


def seconds(value: int | float | timedelta) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)
