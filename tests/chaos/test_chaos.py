"""A short storm at every test run."""

from __future__ import annotations

import pytest

from tests.chaos.database import own_server
from tests.chaos.run import run
from tests.chaos.world import Scale

SHORT = Scale(telegram=3, slack=3, length=5, seconds=10.0, processes=("telegram", "slack", "worker", "worker"))


# aiohttp's own, in the loopback model, when somebody is killed in the middle of an upload.
@pytest.mark.filterwarnings("ignore:unread_data.. is deprecated:DeprecationWarning")
async def test_in_a_storm_nothing_is_lost_and_nothing_is_done_twice() -> None:
    async with own_server() as server:
        report = await run(server, 20261324, SHORT)
    assert report.verdict.wrong == [], str(report)
    assert report.verdict.spoken >= 1, str(report)
    assert any("restart" in what for what in report.log.counts), str(report)
