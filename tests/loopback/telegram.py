"""A strict Telegram Bot API server on 127.0.0.1, with learners on it who talk to the bot.

    async with FakeTelegram() as fake:            # TELEGRAM_API_URL=fake.url, TELEGRAM_BOT_TOKEN=fake.token
        chat = fake.private_chat(fake.learner(42, "Ada Lovelace"))
        await chat.say("/start")
        await chat.wait_for("Which role?")
        await chat.press("Data Science")
        print(chat.transcript())

What no correct bot does is refused as Telegram refuses it, and fails the test when the `async with` ends.
`with FakeTelegram.in_thread() as fake` runs the server in a thread of its own: `fake.do(chat.say("/start"))`.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from tests.loopback.telegram_chats import Chat
from tests.loopback.telegram_faults import Fault
from tests.loopback.telegram_http import Wire
from tests.loopback.telegram_messages import Button, Message
from tests.loopback.telegram_rooms import Learner, Query, Sighting
from tests.loopback.telegram_wire import Call, Json, Violation

__all__ = ["Button", "Call", "Chat", "FakeTelegram", "Fault", "Learner", "Message", "Query", "Sighting", "Violation"]

Result = TypeVar("Result")


class FakeTelegram(Wire):
    def __init__(self, *, allow: tuple[str, ...] = (), **options: Any) -> None:
        """`allow`: see the method. Other options are those of Wire (flood) and World (privacy, topics, webhook_at)."""
        super().__init__(**options)
        self._allowed = list(allow)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if error is None:
            self.assert_clean()

    @classmethod
    @contextlib.contextmanager
    def in_thread(cls, **options: Any) -> Iterator[Self]:
        """For tests without a loop: the server runs in a thread, and `do` runs there whatever is to be awaited."""
        fake, loop = cls(**options), asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="fake Telegram", daemon=True)
        thread.start()
        fake._loop = loop
        try:
            fake.do(fake.start())
            yield fake
            fake.assert_clean()
        finally:
            fake.do(fake.stop())
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Runs it on the server's loop and waits for it; for any thread but the server's own."""
        assert self._loop
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    # What the bot did

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def wait_for_call(
        self,
        method: str,
        where: Callable[[Json], object] = lambda params: True,
        since: int = 0,
        timeout: float = 30,  # noqa: ASYNC109
    ) -> Call:
        """The first such call from `calls[since]` on."""
        return await self.happened.until(
            lambda: next((call for call in self.calls[since:] if call.method == method and where(call.params)), None),
            timeout,
            lambda: f"no call of {method} among {[call.method for call in self.calls[since:]]}",
        )

    async def until_confirmed(self, update: Json | None, timeout: float = 30) -> float:  # noqa: ASYNC109
        """When the bot let go of the update (time.monotonic()): by the next offset, or by 2xx to the webhook."""
        assert update is not None, "the bot was not told"
        return await self.updates.until_confirmed(update, timeout)

    def allow(self, *fragments: str) -> None:
        """Violations with any of these words in them do not fail the test."""
        self._allowed.extend(fragments)

    def assert_clean(self, *allow: str) -> None:
        """Fails with every violation that is not allowed."""
        allowed = (*self._allowed, *allow)
        bad = [str(violation) for violation in self.violations if not any(word in str(violation) for word in allowed)]
        if bad:
            raise AssertionError("what no correct bot does:\n  " + "\n  ".join(bad))

    # Trouble

    async def inject(self, body: Json) -> Json | None:
        """Any update at all, poison too; the server numbers it."""
        return self.updates.put(body)

    async def redeliver(self, update: Json | None) -> None:
        """The same update under the same id once more, even when it was confirmed."""
        assert update is not None, "the bot was not told"
        self.updates.repeat(update)

    def fail(
        self,
        method: str,
        times: int = 1,
        *,
        status: int | None = None,
        body: Json | str | bytes | None = None,
        retry_after: int | None = None,
        hang: float = 0.0,
        drop: Literal["before", "after"] | None = None,
        where: Callable[[Json], object] = lambda params: True,
    ) -> Fault:
        """Trouble for the next calls of a method ("*": of any; "download": of a file), for which `where` says yes.

        `status`, `body` (text: the description; an object: the envelope; bytes: raw) and `retry_after` answer in its
        place. `hang`: seconds to wait first. `drop`: the connection is cut, before or after the method's effect.
        """
        fault = Fault(method, times, status, body, retry_after, hang, drop, where)
        self._faults.append(fault)
        return fault

    def heal(self) -> None:
        """No planned trouble that has not come yet will come."""
        self._faults.clear()
