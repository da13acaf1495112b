"""Telegram: the token, and whether updates come the way that is configured."""

from __future__ import annotations

from telegram import Bot, User, WebhookInfo
from telegram.error import Forbidden, InvalidToken, TelegramError

from bots.checks import Check, Finding, Fine, Wrong, host
from bots.settings import Settings
from bots.telegram.client import open_bot


def checks(settings: Settings) -> list[Check]:
    return [Check("Telegram", _telegram)] if settings.telegram else []


async def _telegram(settings: Settings) -> list[Finding]:
    async with open_bot(settings) as (bot, _):
        try:
            return await _look(bot, settings.telegram_webhook_url)
        except (InvalidToken, Forbidden):  # their texts hold the token
            mend = "set TELEGRAM_BOT_TOKEN to the token that @BotFather shows"
            return [Wrong("Telegram: TELEGRAM_BOT_TOKEN is refused", mend)]
        except TelegramError as error:
            place = host(settings.telegram_api_url)
            mend = "look at the network, and at TELEGRAM_API_URL if it is set"
            return [Wrong(f"Telegram: {place} is away ({type(error).__name__})", mend)]


async def _look(bot: Bot, webhook_url: str | None) -> list[Finding]:
    me, info = await bot.get_me(), await bot.get_webhook_info()
    delivery = _webhook(info, webhook_url) if webhook_url else _polling(info)
    return [Fine(f"Telegram: @{me.username} ({me.full_name}); {_groups(me)}"), delivery]


def _groups(me: User) -> str:
    if not me.can_join_groups:
        return "it may not join groups (@BotFather: /setjoingroups)"
    if me.can_read_all_group_messages:
        return "in groups it reads every message, and answers the learners of its interviews"
    return "in groups privacy mode is on, so learners answer by replying to its messages"


def _polling(info: WebhookInfo) -> Finding:
    if not info.url:
        return Fine("Telegram delivers by long polling")
    mend = "start `viva telegram`, which removes it, or set TELEGRAM_WEBHOOK_URL"
    return Wrong(f"Telegram delivers to a webhook at {host(info.url)}, but long polling is configured", mend)


def _webhook(info: WebhookInfo, url: str) -> Finding:
    mend = "start `viva web`, which sets it"
    if not info.url:
        return Wrong("Telegram has no webhook, but TELEGRAM_WEBHOOK_URL is set", mend)
    if info.url != url:
        return Wrong(f"Telegram delivers to another webhook, at {host(info.url)}", mend)
    if info.pending_update_count and info.last_error_message:
        cause = f"{info.pending_update_count} updates wait, as the webhook fails: {info.last_error_message}"
        return Wrong(f"Telegram: {cause}", "see that `viva web` runs and can be reached at TELEGRAM_WEBHOOK_URL")
    return Fine(f"Telegram delivers to the webhook at {host(url)}")
