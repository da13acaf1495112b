"""What each `viva` command does. Adapters are imported where they are used: no process carries what it does not
need."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import logging
import platform
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from bots.process import Refusal, Service, reach, run_until_stopped
from bots.settings import Settings
from bots.wiring import Store, database, open_store, packs_of, worker_of
from engine.ports import Channel

if TYPE_CHECKING:
    from bots.slack.receive import SlackReceiver

log = logging.getLogger(__name__)


# How long a process that runs on and on waits for its database at the start, in seconds.
PATIENCE = 30.0

HELP = {
    "run": "every channel that is configured, in one process; without any, practice in the terminal",
    "practice": "an interview in this terminal; needs nothing",
    "web": "the HTTP listener: Telegram webhook, Slack events, health",
    "telegram": "receives from Telegram by long polling",
    "slack": "receives from Slack in Socket Mode",
    "worker": "hears, takes turns, grades and sends; run as many as you like",
    "migrate": "brings the database to the newest shape",
    "doctor": "checks every configured part and says what is wrong and the mend",
    "roles": "lists and checks the role packs",
    "transcript": "prints an interview as it is kept; without an id, lists the newest",
    "eval": "grades a labelled set of answers and says how far the grades can be believed",
}


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    if not (settings.telegram or settings.slack):
        print("No TELEGRAM_BOT_TOKEN or SLACK_BOT_TOKEN is set, so we practise here in the terminal.", flush=True)
        return await practice(settings, chosen)
    async with _ready(settings, PATIENCE) as store, AsyncExitStack() as stack:
        channels = await _channels(settings, stack)
        services: list[Service] = [worker_of(settings, store, channels).run]
        if settings.telegram and not settings.telegram_webhook_url:
            services.append(await _poller(settings, store, stack))
        if settings.slack_app_token:
            services.append(_socket_mode(settings, store))
        if settings.telegram_webhook_url or (settings.slack and not settings.slack_app_token):
            services.append(await _web(settings, store, stack))
        log.info("Viva is ready on %s", " and ".join(channels))
        await run_until_stopped(services)
    return 0


async def practice(settings: Settings, _: argparse.Namespace) -> int:
    from bots.terminal.channel import TerminalChannel
    from bots.terminal.practice import Practice

    async with _ready(settings) as store:
        channel = TerminalChannel(getpass.getuser(), platform.node() or "here")
        practising = Practice(channel, store.lanes, store.library, store.leases)
        code = 0

        async def talk() -> None:
            nonlocal code
            code = await practising.run()

        await run_until_stopped([talk, worker_of(settings, store, {channel.name: channel}).run])
    return code


async def web(settings: Settings, _: argparse.Namespace) -> int:
    async with _ready(settings, PATIENCE) as store, AsyncExitStack() as stack:
        await run_until_stopped([await _web(settings, store, stack)])
    return 0


async def telegram(settings: Settings, _: argparse.Namespace) -> int:
    if not settings.telegram:
        raise Refusal("TELEGRAM_BOT_TOKEN: set it to the token that @BotFather gave you")
    if settings.telegram_webhook_url:
        raise Refusal("TELEGRAM_WEBHOOK_URL: is set, so Telegram delivers to `viva web`; unset it for long polling")
    async with _ready(settings, PATIENCE) as store, AsyncExitStack() as stack:
        await run_until_stopped([await _poller(settings, store, stack)])
    return 0


async def slack(settings: Settings, _: argparse.Namespace) -> int:
    if not settings.slack_app_token:
        raise Refusal(
            "SLACK_APP_TOKEN: set it (and SLACK_BOT_TOKEN) for Socket Mode; without it `viva web` takes Slack's events"
        )
    async with _ready(settings, PATIENCE) as store:
        await run_until_stopped([_socket_mode(settings, store)])
    return 0


async def worker(settings: Settings, _: argparse.Namespace) -> int:
    if not (settings.telegram or settings.slack):
        raise Refusal("TELEGRAM_BOT_TOKEN or SLACK_BOT_TOKEN: set one, so that the worker has a channel to work for")
    async with _ready(settings, PATIENCE) as store, AsyncExitStack() as stack:
        channels = await _channels(settings, stack)
        await run_until_stopped([worker_of(settings, store, channels).run])
    return 0


async def migrate(settings: Settings, _: argparse.Namespace) -> int:
    from storage.migrate import upgrade

    async with database(settings) as url:
        await reach(url)
        await upgrade(url)
    print("The database is up to date.")
    return 0


async def doctor(settings: Settings, _: argparse.Namespace) -> int:
    from bots.doctor import examine

    return await examine(settings)


async def roles(settings: Settings, _: argparse.Namespace) -> int:
    for pack in packs_of(settings).values():
        print(f"{pack.role}: {pack.title}, {len(pack.questions)} questions on {len(pack.topics)} topics, fine")
    return 0


async def transcript(settings: Settings, chosen: argparse.Namespace) -> int:
    from bots.transcript import listing, transcript_of

    async with _ready(settings) as store:
        if chosen.interview is None:
            print(await listing(store.library))
            return 0
        interview = await store.library.interview(chosen.interview)
        if interview is None:
            raise Refusal(f"There is no interview '{chosen.interview}'. `viva transcript` lists the newest.")
        print(transcript_of(interview))
    return 0


async def evaluate(settings: Settings, chosen: argparse.Namespace) -> int:
    from bots.evaluation import evaluation

    report = await evaluation(settings, chosen.set, chosen.runs)
    print(report.text)
    return 0 if report.holds else 1


SERVICES = frozenset({"run", "practice", "web", "telegram", "slack", "worker"})
"""The commands that run until they are told to stop."""

COMMANDS: Mapping[str, Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]] = {
    "run": run,
    "practice": practice,
    "web": web,
    "telegram": telegram,
    "slack": slack,
    "worker": worker,
    "migrate": migrate,
    "doctor": doctor,
    "roles": roles,
    "transcript": transcript,
    "eval": evaluate,
}


@asynccontextmanager
async def _ready(settings: Settings, patience: float = 0.0) -> AsyncIterator[Store]:
    """The store of a database that has the shape this version needs; one that is away is waited for, `patience` seconds
    long. Raises Refusal."""
    packs_of(settings)
    async with open_store(settings) as store:
        if (await reach(store.url, patience)).lacking:
            raise Refusal("DATABASE_URL: the database lacks migrations: run `viva migrate` first")
        yield store


async def _channels(settings: Settings, stack: AsyncExitStack) -> dict[str, Channel]:
    channels: dict[str, Channel] = {}
    if settings.telegram:
        from bots.telegram.channel import TelegramChannel
        from bots.telegram.client import open_bot

        bot, bot_id = await stack.enter_async_context(open_bot(settings))
        telegram_channel = TelegramChannel(bot, bot_id)
        introducing = asyncio.create_task(telegram_channel.introduce())
        stack.callback(introducing.cancel)
        channels["telegram"] = telegram_channel
    if settings.slack_bot_token:
        from bots.slack.channel import SlackChannel

        token = settings.slack_bot_token.get_secret_value()
        slack_channel = SlackChannel(token, settings.slack_api_url, settings.slack_files_url)
        stack.push_async_callback(slack_channel.close)
        channels["slack"] = slack_channel
    return channels


async def _poller(settings: Settings, store: Store, stack: AsyncExitStack) -> Service:
    from bots.telegram.client import open_bot
    from bots.telegram.receive import Inbox, Poller

    bot, bot_id = await stack.enter_async_context(open_bot(settings))
    return Poller(bot, bot_id, Inbox(bot, bot_id, store.lanes), store.leases).run


def _socket_mode(settings: Settings, store: Store) -> Service:
    return _slack_receiver(settings, store).socket_mode


async def _web(settings: Settings, store: Store, stack: AsyncExitStack) -> Service:
    from bots.web import WebServer

    server = WebServer(settings.port, store.lanes)
    if settings.telegram and settings.telegram_webhook_url and settings.telegram_webhook_secret:
        from bots.telegram.client import open_bot
        from bots.telegram.receive import Inbox, Webhook

        bot, bot_id = await stack.enter_async_context(open_bot(settings))
        secret = settings.telegram_webhook_secret.get_secret_value()
        server.add_telegram(Webhook(bot, Inbox(bot, bot_id, store.lanes), settings.telegram_webhook_url, secret))
    if settings.slack and settings.slack_signing_secret:
        server.add_slack(_slack_receiver(settings, store).handle)
    return server.run


def _slack_receiver(settings: Settings, store: Store) -> SlackReceiver:
    from bots.slack.receive import SlackReceiver

    return SlackReceiver(
        bot_token=settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else "",
        app_token=settings.slack_app_token.get_secret_value() if settings.slack_app_token else None,
        signing_secret=settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else None,
        api_url=settings.slack_api_url,
        lanes=store.lanes,
    )
