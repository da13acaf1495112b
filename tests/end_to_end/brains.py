"""What the loopback model answers: an interviewer and a grader with manners, from what they are asked."""

from __future__ import annotations

import json
from typing import Any

from tests.loopback.openai import ChatRequest, FakeOpenAI

THIN = 6  # words


def polite(fake: FakeOpenAI) -> FakeOpenAI:
    """Follows up on thin answers, moves on from others, and grades by the number of words."""
    fake.on_chat(next_move, schema="nextmove")
    fake.on_chat(assessment, schema="answerassessment")
    return fake


def asked(request: ChatRequest) -> dict[str, Any]:
    data = json.loads(request.last)
    assert isinstance(data, dict)
    return data


def next_move(request: ChatRequest) -> dict[str, object]:
    data = asked(request)
    thin = len(data["answer"].split()) < THIN
    heard = [] if thin else data["not_heard_yet"]
    follow_up = "Could you say a little more about that?" if thin and data["may_follow_up"] else ""
    return {"heard": heard, "follow_up": follow_up, "bridge": "" if follow_up else "Thank you."}


def assessment(request: ChatRequest) -> dict[str, object]:
    data = asked(request)
    words = data["answer"].split()
    points = 3 if len(words) < THIN else 8
    quote = " ".join(words[:4])
    return {
        "covered": [{"key_point": point, "quote": quote} for point in data["required"]],
        "contradicted": [],
        "points": [{"criterion": name, "points": points} for name in criteria(request)],
        "good": "You named what it is about.",
        "missing": "Think about when it fails." if points < 8 else "",
        "improve": "Give one example from your own work.",
    }


def criteria(request: ChatRequest) -> list[str]:
    lines = request.instructions.splitlines()
    return [
        line.split('"')[1] for line in lines if line.startswith('- "') and "." in line and ":" in line.split('"')[2][:1]
    ]
