"""An interviewer that never keeps a learner waiting for ever: after 20 s of failure the offline one takes the turn."""

from __future__ import annotations

import asyncio
import logging

from engine.failures import Unavailable
from engine.ports import Interviewer, Moment, Move, OnText

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 20.0
PAUSE_SECONDS = 1.0


class PatientInterviewer:
    """Asks `interviewer` for `patience` seconds, with `pause` seconds at least between two tries; then the `stand_in`.

    When the interviewer says that it needs longer than there is left, the stand-in takes over at once.
    """

    def __init__(
        self,
        interviewer: Interviewer,
        stand_in: Interviewer,
        patience: float = PATIENCE_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._interviewer = interviewer
        self._stand_in = stand_in
        self._patience = patience
        self._pause = pause

    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        move = await self._in_time(moment, on_text)
        if move is None:
            log.warning("the interviewer is away: the pack goes on by itself")
            return await self._stand_in.next_move(moment, on_text)
        return move

    async def _in_time(self, moment: Moment, on_text: OnText) -> Move | None:
        try:
            async with asyncio.timeout(self._patience):
                return await self._insist(moment, on_text)
        except TimeoutError:
            return None

    async def _insist(self, moment: Moment, on_text: OnText) -> Move | None:
        """None when another try would come too late."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._patience
        while True:
            try:
                return await self._interviewer.next_move(moment, on_text)
            except Unavailable as error:
                log.warning("the interviewer failed: %s", error)
                pause = max(self._pause, error.retry_after or 0.0)
            if loop.time() + pause >= end:
                return None
            await asyncio.sleep(pause)
