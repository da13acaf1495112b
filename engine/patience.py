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
    def __init__(self, interviewer: Interviewer, stand_in: Interviewer, patience: float = PATIENCE_SECONDS) -> None:
        self._interviewer = interviewer
        self._stand_in = stand_in
        self._patience = patience

    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        try:
            async with asyncio.timeout(self._patience):
                return await self._insist(moment, on_text)
        except TimeoutError:
            log.warning("the interviewer is away: the pack goes on by itself")
            return await self._stand_in.next_move(moment, on_text)

    async def _insist(self, moment: Moment, on_text: OnText) -> Move:
        while True:
            try:
                return await self._interviewer.next_move(moment, on_text)
            except Unavailable as error:
                log.warning("the interviewer failed: %s", error)
                await asyncio.sleep(max(PAUSE_SECONDS, error.retry_after or 0.0))
