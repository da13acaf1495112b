"""The platforms that whole processes talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.end_to_end.brains import polite
from tests.end_to_end.viva import ROOT
from tests.loopback.openai import FakeOpenAI
from tests.loopback.slack import App, FakeSlack
from tests.loopback.telegram import FakeTelegram


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A workspace with the app that our own manifest makes: what it does not ask for does not work."""
    async with FakeSlack(App.from_manifest(ROOT / "bots" / "slack_manifest.yaml")) as fake:
        yield fake
        fake.assert_clean()


@pytest_asyncio.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as fake:
        yield polite(fake)
