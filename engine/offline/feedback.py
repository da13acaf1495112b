"""What the offline grader says to the learner: what was heard in their own words, where to look further, one next step.

A direction is the pack's own hint, which points at a thing without giving it away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.grading import Feedback, GradingTask
from engine.matching import read
from engine.offline.clarity import Signs
from engine.offline.coverage import Coverage
from engine.vocabulary import is_function_word

_QUOTES, _HINTS, _QUOTE_LENGTH = 3, 2, 90


def feedback(task: GradingTask, found: Coverage, clear: Signs) -> Feedback:
    missed = [point for point in task.required if point not in found.said]
    return Feedback(
        _good(found.said, task.required), _missing(task, found, missed), _improve(task, found, missed, clear)
    )


def _good(said: Mapping[str, str], required: Sequence[str]) -> str:
    quotes = list(dict.fromkeys(_shown(said[point]) for point in required if point in said))
    if not quotes:
        return ""
    if len(quotes) == len(required):
        return f"You covered what the question asks for, as with {_listed(quotes[:_QUOTES])}."
    return f"What counts in your answer: {_listed(quotes[:_QUOTES])}."


def _missing(task: GradingTask, found: Coverage, missed: Sequence[str]) -> str:
    wrong = [(point, quote) for point, quote in found.contradicted.items()]
    again = [f"Look again at “{_shown(quote)}”. {_hint(task, point)}" for point, quote in wrong[:_HINTS]]
    others = [point for point in missed if point not in found.contradicted]
    others.sort(key=lambda point: (point in found.touched, point in task.hints))
    hints = [_hint(task, point) for point in others[: _HINTS - len(again)]]
    if hints:
        hints[0] = f"To think about: {hints[0]}"
    return " ".join((*again, *hints))


def _improve(task: GradingTask, found: Coverage, missed: Sequence[str], clear: Signs) -> str:
    if not found.said and not found.touched:
        return _FOREIGN if _not_english(task.answer) else _START
    if found.contradicted:
        return "Test each statement on a small case of your own before you build on it."
    if 2 * len(missed) >= len(task.required):
        return "Before you answer, jot down the parts a full answer has, and say at least one sentence on each."
    if not clear.example:
        return "Add one concrete example with a number or a case from your own work."
    if not clear.connected:
        return "Say why for each of your points: a reason shows more than a term."
    return "Go one step deeper: say when this would not hold, or what you would give up for it." if missed else _DEEPER


_START = "Begin with one simple sentence on what is asked, and go on with what you would do first and why."
_FOREIGN = "Here I can follow answers in English only, so this estimate says little about your answer."
_DEEPER = "Keep it this complete, and practise saying it in under two minutes."


def _hint(task: GradingTask, point: str) -> str:
    return task.question.key_point(point).hint


def _shown(quote: str) -> str:
    return quote if len(quote) <= _QUOTE_LENGTH else quote[:_QUOTE_LENGTH].rsplit(" ", 1)[0] + "…"


def _listed(quotes: Sequence[str]) -> str:
    marked = [f"“{quote}”" for quote in quotes]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} and {marked[-1]}"


def _not_english(answer: str) -> bool:
    """Whether hardly a word of a longer answer is one of those that no English sentence does without."""
    words = read(answer).words[:300]
    return len(words) >= 6 and sum(map(is_function_word, words)) < len(words) / 10
