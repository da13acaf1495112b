"""Company: what a learner is shown while a turn takes its time, which nobody ever waits for."""

from __future__ import annotations

import asyncio

from engine.said import Address
from engine.work.company import Company
from tests.room import Room

HERE: Address = {"chat": "room:asha:c"}


class Screen(Room):
    """Shows drafts; with `gate`, none arrives before it opens."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.gate: asyncio.Event | None = None
        self.drafts: list[str | None] = []

    async def preview(self, address: Address, text: str | None) -> None:
        self.begun.set()
        if self.gate:
            await self.gate.wait()
        self.drafts.append(text)


async def test_a_draft_is_shown_as_far_as_it_has_grown_by_then() -> None:
    screen = Screen()
    company = Company(screen, HERE, pause=0.01)
    showing = asyncio.create_task(company.show())
    await company.write("Thank you.")
    await company.write("Thank you. Let us go on.")
    await asyncio.wait_for(screen.begun.wait(), 5)
    showing.cancel()
    assert screen.drafts == ["Thank you. Let us go on."]


async def test_a_draft_that_the_message_overtakes_is_not_sent() -> None:
    screen = Screen()
    company = Company(screen, HERE, pause=60)
    showing = asyncio.create_task(company.show())
    await company.write("Thank you.")
    await asyncio.wait_for(company.leave(60), 5)
    showing.cancel()
    await asyncio.gather(showing, return_exceptions=True)
    assert screen.drafts == []


async def test_a_draft_that_is_on_its_way_arrives_before_the_message() -> None:
    screen = Screen()
    screen.gate = asyncio.Event()
    company = Company(screen, HERE, pause=0)
    showing = asyncio.create_task(company.show())
    await company.write("Thank you.")
    await asyncio.wait_for(screen.begun.wait(), 5)
    asyncio.get_running_loop().call_soon(screen.gate.set)
    await company.leave(60)
    assert screen.drafts == ["Thank you."]
    showing.cancel()


async def test_a_platform_that_does_not_take_drafts_is_not_waited_for() -> None:
    screen = Screen()
    screen.gate = asyncio.Event()
    company = Company(screen, HERE, pause=0)
    showing = asyncio.create_task(company.show())
    await company.write("Thank you.")
    await asyncio.wait_for(screen.begun.wait(), 5)
    await company.write("Thank you. Let us go on.")
    await asyncio.wait_for(company.leave(0.01), 5)
    showing.cancel()
