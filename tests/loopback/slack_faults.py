"""Failures on order: what a test asks the workspace to do to a client's next calls."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.loopback.slack_record import Call, Refused
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_workspace import Workspace

Where = Callable[[Json], bool]
TOLERANCE = 0.1  # seconds that clocks may differ


@dataclass(eq=False)
class Fault:
    """See `FakeSlack.fail`."""

    method: str
    times: float
    status: int | None
    error: str | None
    retry_after: int | None
    hang: float
    drop: Literal["before", "after"] | None
    where: Where
    hits: int = 0

    def refusal(self) -> Refused | None:
        """The answer that the call gets instead of being carried out."""
        if self.retry_after is not None:
            headers = {"Retry-After": str(self.retry_after)}
            return Refused(self.error or "ratelimited", status=self.status or 429, headers=headers)
        if self.status is not None or self.error is not None:
            return Refused(self.error or "internal_error", status=self.status or 200)
        return None


class Faults:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._waiting: list[Fault] = []
        self._embargo: dict[tuple[str, str], float] = {}

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def mend(self, method: str) -> None:
        self._waiting = [fault for fault in self._waiting if fault.method != method]

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, method: str, args: Json) -> Fault | None:
        for fault in self._waiting:
            if fault.method == method and fault.times > 0 and fault.where(args):
                fault.times -= 1
                fault.hits += 1
                return fault
        return None

    def heed_patience(self, call: Call) -> None:
        """A client that was told Retry-After and does not wait is doing wrong."""
        until = self._embargo.pop(_key(call), 0.0)
        if time.monotonic() < until - TOLERANCE:
            self._workspace.violate("retry_after_ignored", f"{call.method} came {until - time.monotonic():.1f} s early")

    def remember(self, call: Call, refused: Refused) -> None:
        if "Retry-After" in refused.headers:
            self._embargo[_key(call)] = time.monotonic() + int(refused.headers["Retry-After"])


def _key(call: Call) -> tuple[str, str]:
    return call.method, str(call.args.get("channel", ""))
