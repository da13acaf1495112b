"""What may happen next in an interview: decided by code, phrased by an interviewer.

Difficulty follows the learner. It starts from how far the interview has come (foundation in the first third, working,
expert in the last)
and moves one step up when the last two grades average 7.5 or more, one step down when they average 4 or less.
"""

from __future__ import annotations

from collections import Counter

from engine.interview import Exchange, Interview
from engine.rolepack import DIFFICULTIES, KeyPoint, Question

FOLLOW_UPS_PER_QUESTION = 2


def next_question(interview: Interview) -> Question | None:
    """The pack's next question: the least covered topic at the right difficulty, in the pack's order. None when all
    were asked.

    Questions of the learner's earlier interviews come only when no others are left.
    """
    asked = {exchange.question for exchange in interview.exchanges}
    fresh = [question for question in interview.pack.questions if question.id not in asked]
    unseen = [question for question in fresh if question.id not in interview.avoid]
    candidates = unseen or fresh
    if not candidates:
        return None
    level = difficulty(interview)
    covered = Counter(interview.pack.question(question_id).topic for question_id in asked)
    return min(candidates, key=lambda question: (_distance(question, level), covered[question.topic]))


def difficulty(interview: Interview) -> int:
    """The index into DIFFICULTIES of the question to ask now."""
    base = len(interview.responses) * len(DIFFICULTIES) // interview.length
    recent = [e.grade.number for e in interview.responses if e.grade and e.grade.by != "rule"][-2:]
    if len(recent) == 2:
        mean = sum(recent) / 2
        base += 1 if mean >= 7.5 else -1 if mean <= 4 else 0
    return max(0, min(len(DIFFICULTIES) - 1, base))


def _distance(question: Question, level: int) -> int:
    return abs(DIFFICULTIES.index(question.difficulty) - level)


def may_follow_up(interview: Interview, exchange: Exchange) -> bool:
    """Whether one more question about the same thing is allowed: twice on one question, two fifths of the interview
    in all."""
    follow_ups = [e for e in interview.exchanges if e.probes]
    on_this = [e for e in follow_ups if e.question == exchange.question]
    budget = max(1, interview.length * 2 // 5)
    return len(on_this) < FOLLOW_UPS_PER_QUESTION and len(follow_ups) < budget


def unheard(interview: Interview, exchange: Exchange) -> tuple[KeyPoint, ...]:
    """The key points of the exchange's question that the interviewer heard in no answer so far."""
    same = (*interview.on_same_question(exchange), exchange)
    heard = {point for e in same for point in e.heard}
    return tuple(point for point in interview.question(exchange).key_points if point.id not in heard)


def required(interview: Interview, exchange: Exchange) -> tuple[str, ...]:
    """The key points that the answer to this exchange should contain: those a follow-up is after, else all."""
    return exchange.probes or tuple(point.id for point in interview.question(exchange).key_points)


def next_hint(interview: Interview, exchange: Exchange) -> KeyPoint | None:
    """The key point to hint at: one that was neither heard nor hinted at, what a follow-up is after first."""
    given = {point for e in (*interview.on_same_question(exchange), exchange) for point in e.hints}
    left = [point for point in unheard(interview, exchange) if point.id not in given]
    left.sort(key=lambda point: point.id not in exchange.probes)
    return left[0] if left else None
