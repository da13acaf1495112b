"""Whether every answer was kept: once, in order, as it was said, where it belongs, and graded once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from tests.chaos.calls import bare
from tests.chaos.kept import Exchange, Interview, Part, Sending
from tests.chaos.learners import Learner, Said

LATE_CORRECTION = "has its scorecard already"
SUPERSEDED = "could not listen to your recording in time"


def problems(learner: Learner, interview: Interview, sendings: Sequence[Sending]) -> Iterator[str]:
    said = {answer.ref: answer for answer in learner.answers}
    for _, part in interview.parts:
        if part.ref not in said:
            yield f"keeps {part.text[:60]!r}, which this learner has not said"
    kept = [said[part.ref] for _, part in interview.parts if part.ref in said]
    yield from _counted(learner, interview, kept)
    for answer in set(learner.answers) - set(kept):
        if not (_over_by_then(learner, interview, answer, kept) or _superseded(learner, answer, sendings)):
            yield f"has lost {answer.text[:60]!r}"
    for exchange in interview.exchanges:
        yield from _placed(learner, interview, exchange, said)
        yield from _worded(learner, exchange, said)
        yield from _graded(exchange)


def _counted(learner: Learner, interview: Interview, kept: list[Said]) -> Iterator[str]:
    """Once and in order. What is said when the interview is over is no answer any more."""
    if len(set(kept)) != len(kept):
        yield f"keeps an answer twice: {[answer.text[:40] for answer in kept]}"
    for earlier, later in itertools.combinations(kept, 2):
        if learner.before(later, earlier):
            yield f"keeps {later.text[:40]!r} after {earlier.text[:40]!r}"
    hints = sum(said.what == "hint" for said in learner.said)
    if sum(exchange.hints for exchange in interview.exchanges) > hints:
        yield f"got more hints than the {hints} asked for"


def _over_by_then(learner: Learner, interview: Interview, answer: Said, kept: list[Said]) -> bool:
    """Whether the interview may have ended before Viva had this answer."""
    if any(learner.before(answer, other) for other in kept):
        return False
    ends = [said for said in learner.said if said.what == "grade"]
    full = len(interview.responses) >= learner.length
    return full or any(not learner.before(answer, end) for end in ends)


def _superseded(learner: Learner, answer: Said, sendings: Sequence[Sending]) -> bool:
    """Whether it could not be heard for so long that what was typed after it went first, and the learner was told."""
    told = {shown.ref for shown in learner.shown() if SUPERSEDED in shown.first}
    replies = (sending for sending in sendings if sending.work.startswith(f"{answer.event}/"))
    return answer.spoken and any(ref in told for reply in replies for ref in reply.refs)


def _placed(learner: Learner, interview: Interview, exchange: Exchange, said: dict[str, Said]) -> Iterator[str]:
    """An answer belongs to the question that was shown last before it, unless nobody can know whether it was."""
    asked, next_asked = (_first_shown(learner, number) for number in (exchange.number, exchange.number + 1))
    if asked is None:
        yield f"was never asked question {exchange.number}"
        return
    for part in exchange.parts:
        answer = said.get(part.ref)
        if answer and answer.position < asked and exchange.asked_at != 0:
            yield f"keeps {part.text[:40]!r} as answer {exchange.number}, which was not asked yet"
        if answer and next_asked is not None and answer.position > next_asked:
            yield f"keeps {part.text[:40]!r} as answer {exchange.number}, after question {exchange.number + 1}"


def _first_shown(learner: Learner, number: int) -> int | None:
    heading = f"Question {number}/{learner.length}"
    return min((shown.position for shown in learner.shown() if heading in shown.first), default=None)


def _worded(learner: Learner, exchange: Exchange, said: dict[str, Said]) -> Iterator[str]:
    """As said, or as corrected; and nothing counted that did not change it."""
    corrected = 0
    for part in exchange.parts:
        answer = said.get(part.ref)
        if answer is None:
            continue
        corrected += answer.text != answer.first
        if bare(part.text) != bare(answer.text) and not _too_late(learner, answer, part):
            yield f"said {answer.text!r}, kept is {part.text!r}"
    if exchange.revision not in (len(exchange.parts) + corrected, len(exchange.parts)):
        yield f"answer {exchange.number} of {len(exchange.parts)} parts has revision {exchange.revision}"


def _too_late(learner: Learner, answer: Said, part: Part) -> bool:
    """Whether it is kept as first said, and the learner was told that the correction came too late."""
    told = any(LATE_CORRECTION in shown.first for shown in learner.shown())
    return told and bare(part.text) == bare(answer.first)


def _graded(exchange: Exchange) -> Iterator[str]:
    """A response's latest revision has its grade; no revision that never was has one."""
    if exchange.closed and exchange.revision not in exchange.graded:
        yield f"answer {exchange.number} has no grade"
    if not exchange.closed and exchange.graded:
        yield f"question {exchange.number} is graded without an answer"
    if any(revision > exchange.revision for revision in exchange.graded):
        yield f"answer {exchange.number} has grades for {exchange.graded} at revision {exchange.revision}"
