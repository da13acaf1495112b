"""The scorecard: all grades, the overall result, strengths and what to work on. Every number in it is computed here.

It is rendered here once, for every channel. Each response is a section of its own, so that no platform's limit cuts
an entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from engine.grading import OFFLINE, Grade
from engine.interview import Exchange, Interview
from engine.reply import Block, Reply, Section

NOT_YET = "not graded yet"


def overall(interview: Interview) -> float | None:
    """The mean of the grades there are, skipped responses counting 1; None without any."""
    return _mean(exchange.grade.number for exchange in interview.responses if exchange.grade)


def scorecard(interview: Interview) -> Reply:
    """The final message. Ungraded responses read "not graded yet" and are edited in place when their grade has come,
    and so are the overall result and the outlook."""
    entries = tuple(_entry(exchange) for exchange in interview.responses)
    pending = tuple(n for n, exchange in enumerate(interview.responses, 1) if exchange.grade is None)
    growing = (0, *pending, len(entries) + 1) if pending else ()
    return Reply((_head(interview), *entries, _outlook(interview)), kind="scorecard", growing=growing)


def _head(interview: Interview) -> Section:
    result = overall(interview)
    title = Block(f"Scorecard: {interview.pack.title}", "heading")
    if not interview.responses:
        return (title, Block("You ended before the first answer, so there is nothing to grade. /start begins anew."))
    line = f"Overall {result:.1f} of 10" if result is not None else "Overall: nothing graded yet"
    return (title, Block(f"{line} · {_counts(interview)}", "strong"), *_caveats(interview))


def _counts(interview: Interview) -> str:
    responses = interview.responses
    skipped = sum(exchange.skipped for exchange in responses)
    pending = sum(exchange.grade is None for exchange in responses)
    parts = [f"{len(responses)} response{'s' if len(responses) != 1 else ''}"]
    parts += [f"{skipped} skipped (each counts 1)"] if skipped else []
    parts += [f"{pending} {NOT_YET}"] if pending else []
    return " · ".join(parts)


def _caveats(interview: Interview) -> Section:
    offline = any(exchange.grade and exchange.grade.by == OFFLINE for exchange in interview.responses)
    text = "An offline estimate: graded by looking for the key points in your words, without a language model."
    return (Block(text, "note"),) if offline else ()


def _entry(exchange: Exchange) -> Section:
    """Question, grade and feedback of one response."""
    head = Block(f"{exchange.number}. {exchange.asked}", "strong")
    if exchange.grade is None:
        return (head, Block(f"Grade: {NOT_YET}. It will appear here."))
    skipped = " (skipped)" if exchange.skipped else ""
    return (head, Block(f"Grade: {exchange.grade.number}/10{skipped}"), *_feedback(exchange.grade))


def _feedback(grade: Grade) -> Section:
    feedback = grade.feedback
    labelled = (("Good", feedback.good), ("Missing", feedback.missing), ("Next time", feedback.improve))
    return tuple(Block(f"{label}: {text}") for label, text in labelled if text)


def _outlook(interview: Interview) -> Section:
    """Strengths and what to work on next, from the grades by topic and by criterion."""
    topics = _by_topic(interview)
    if not topics:
        return (Block("Thank you for practising with Viva.", "note"),)
    best = [name for name, mean in topics if mean >= 7][:3]
    weak = [name for name, mean in reversed(topics) if mean < 7][:3]
    strengths = ", ".join(best) or _best_criterion(interview) or "you took the questions on: that is where it begins"
    work_on = ", ".join(weak) or "harder questions: try a longer interview"
    weakest = _weakest_criterion(interview)
    lines = [Block("Strengths", "strong"), Block(strengths), Block("Work on next", "strong"), Block(work_on)]
    return (*lines, Block(f"Across all answers, give most attention to: {weakest}.")) if weakest else tuple(lines)


def _by_topic(interview: Interview) -> list[tuple[str, float]]:
    """Topics with their mean grade, best first."""
    grades: dict[str, list[int]] = defaultdict(list)
    for exchange in interview.responses:
        if exchange.grade:
            grades[interview.question(exchange).topic].append(exchange.grade.number)
    means = ((topic, sum(numbers) / len(numbers)) for topic, numbers in grades.items())
    return sorted(means, key=lambda item: -item[1])


def _by_criterion(interview: Interview) -> list[tuple[float, str]]:
    """Mean points by criterion's name over the answers that a grader read, best first."""
    points: dict[str, list[int]] = defaultdict(list)
    for exchange in interview.responses:
        if exchange.grade and not exchange.skipped:
            for name, number in exchange.grade.points:
                points[name].append(number)
    return sorted(((sum(numbers) / len(numbers), name) for name, numbers in points.items()), reverse=True)


def _best_criterion(interview: Interview) -> str | None:
    ranked = _by_criterion(interview)
    return ranked[0][1] if ranked and ranked[0][0] >= 6 else None


def _weakest_criterion(interview: Interview) -> str | None:
    ranked = _by_criterion(interview)
    return ranked[-1][1].lower() if ranked and ranked[-1][0] < ranked[0][0] else None


def _mean(numbers: Iterable[int]) -> float | None:
    values = list(numbers)
    return sum(values) / len(values) if values else None
