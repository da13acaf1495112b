"""A house of each platform for a module's tests, which leave nothing set aside there, and a newcomer on either."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.bad_input.house import Line, SlackHouse, TelegramHouse, slack_house, telegram_house
from tests.postgres import TEMPLATE, database_from


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def telegram(database_template: str) -> AsyncIterator[TelegramHouse]:
    async with database_from(database_template, f"TEMPLATE {TEMPLATE}") as url, telegram_house(url) as house:
        yield house
        assert await house.set_aside() == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def slack(database_template: str) -> AsyncIterator[SlackHouse]:
    async with database_from(database_template, f"TEMPLATE {TEMPLATE}") as url, slack_house(url) as house:
        yield house
        assert await house.set_aside() == []


@pytest.fixture(params=["telegram", "slack"])
def line(request: pytest.FixtureRequest) -> Line:
    house: TelegramHouse | SlackHouse = request.getfixturevalue(request.param)
    return house.newcomer()
