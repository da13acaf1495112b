"""An interview as text for the operator: what was asked, answered, hinted and graded."""

from __future__ import annotations

from engine.interview import Exchange, Interview
from engine.ports import Past
from engine.scorecard import overall
from storage.library import PostgresLibrary


async def listing(library: PostgresLibrary, limit: int = 20) -> str:
    newest = await library.newest(limit)
    return "\n".join(_line(past) for past in newest) or "No interview is kept yet."


def _line(past: Past) -> str:
    result = f"{past.result:.1f}/10" if past.result is not None else "no grade"
    begun = f"{past.started_at:%Y-%m-%d %H:%M}"
    return "  ".join([past.id, begun, past.role_title, past.status, f"{past.responses} responses", result])


def transcript_of(interview: Interview) -> str:
    """Plain text, exchange by exchange."""
    result = overall(interview)
    head = [
        f"Interview {interview.id}: {interview.pack.title}, {interview.status}",
        f"Learner {interview.learner}, in {interview.conversation}",
        f"Begun {interview.started_at:%Y-%m-%d %H:%M} UTC, {len(interview.responses)} of {interview.length} responses"
        + (f", overall {result:.1f}/10" if result is not None else ""),
    ]
    return "\n".join([*head, *(line for exchange in interview.exchanges for line in _exchange(interview, exchange))])


def _exchange(interview: Interview, exchange: Exchange) -> list[str]:
    kind = "follow-up" if exchange.probes else "question"
    lines = ["", f"{exchange.number}. ({kind}, {interview.question(exchange).topic}) {exchange.asked}"]
    lines += [f"   hint: {interview.question(exchange).key_point(hint).hint}" for hint in exchange.hints]
    for part in exchange.parts:
        spoken = f" [spoken, {part.heard.seconds:.0f} s, {part.heard.model}]" if part.heard else ""
        lines.append(f"   answer{spoken}: {part.text}")
    if exchange.skipped:
        lines.append("   skipped")
    if exchange.grade:
        grade = exchange.grade
        lines.append(f"   grade {grade.number}/10 by {grade.by} (revision {exchange.revision})")
        lines += [f"   {name}: {text}" for name, text in vars(grade.feedback).items() if text]
        lines += [f"   evidence for {item.key_point}: “{item.quote}”" for item in grade.covered]
    elif exchange.closed:
        lines.append("   not graded yet")
    return lines
