"""What the fake OpenAI was asked, in order, and what it would not have taken."""

import asyncio

from aiohttp import web

from tests.loopback.openai_requests import Asked, Call, Json, Refused


class Journal:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self._arrived = asyncio.Condition()

    async def record(self, call: Call, body: Json | None = None, asked: Asked | None = None) -> None:
        """Enter a call once it has been read, before it is answered."""
        call.body, call.request = body or call.body, asked or call.request
        if not any(call is known for known in self.calls):
            self.calls.append(call)
        async with self._arrived:
            self._arrived.notify_all()

    async def refusal(self, call: Call, refused: Refused) -> web.Response:
        """The reply to a refused call, in OpenAI's envelope."""
        await self.record(call)
        if refused.violation:
            self.violations.append(f"{call.method} {call.path}: {refused.status} {refused.message}")
        return web.json_response(refused.envelope, status=refused.status, headers=refused.headers)

    async def called(self, path: str, times: int) -> list[Call]:
        """Wait until a path has been called so often."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self._at(path)) >= times)
        return self._at(path)

    def _at(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]
