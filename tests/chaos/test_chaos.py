"""A short storm at every test run."""

from __future__ import annotations

from tests.chaos.run import run


async def test_in_a_storm_nothing_is_lost_and_nothing_is_done_twice(database_url: str) -> None:
    report = await run(database_url, seed=20261124, learners=8, length=5)
    assert report.verdict.wrong == [], str(report)
    assert sum(report.storm.values()) >= 5, str(report)
