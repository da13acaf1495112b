"""Entering paid calls in the ledger."""

from __future__ import annotations

import logging

from engine.failures import Unavailable
from engine.ports import Ledger, ModelCall

log = logging.getLogger(__name__)


async def enter(ledger: Ledger, call: ModelCall) -> None:
    """Enters the call. A ledger that is away must not cost the answer that was paid for: the log has the entry then."""
    try:
        await ledger.record_call(call)
    except Unavailable as error:
        log.warning(
            "not in the ledger (%s): %s by %s, %d tokens in, %d cached, %d out, %.1f s of audio, %s dollars",
            error,
            call.purpose,
            call.model,
            call.input_tokens,
            call.cached_tokens,
            call.output_tokens,
            call.audio_seconds,
            call.cost,
        )
