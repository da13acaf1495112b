"""The journal of a piece of work: results that were paid for, saved at once, so that no retry pays again."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from engine.ports import Interviewer, Job, Lanes, Moment, Move, OnText

_move = TypeAdapter(Move)


class Journal:
    def __init__(self, job: Job, lanes: Lanes) -> None:
        self._job = job
        self._lanes = lanes
        self._entries = dict(job.work.result)

    def get(self, name: str) -> object | None:
        return self._entries.get(name)

    async def put(self, name: str, value: object) -> None:
        """Saved when this returns. Raises Fenced."""
        entries = {**self._entries, name: value}
        await self._lanes.progress(self._job, entries)
        self._entries = entries

    async def age(self, what: str) -> float:
        """Seconds since `what` was begun, which is now if it never was.

        Counted from there and not from when the work came in: while nobody worked, nobody was slow.
        """
        now = datetime.now(UTC).timestamp()
        since = self._entries.get(f"{what} since")
        if not isinstance(since, int | float):
            since = now
            await self.put(f"{what} since", since)
        return now - since


class RememberingInterviewer:
    """An interviewer whose moves are in the journal; each is asked for once per piece of work, however often that is
    tried."""

    def __init__(self, interviewer: Interviewer, journal: Journal) -> None:
        self._interviewer = interviewer
        self._journal = journal

    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        name = "second move" if moment.too_revealing else "move"
        known = _remembered(self._journal.get(name))
        if known is not None:
            return known
        move = await self._interviewer.next_move(moment, on_text)
        await self._journal.put(name, _move.dump_python(move, mode="json"))
        return move


def _remembered(entry: object) -> Move | None:
    """None also for what another version of Viva wrote in another shape: then it is asked for again."""
    try:
        return _move.validate_python(entry)
    except ValidationError:
        return None
