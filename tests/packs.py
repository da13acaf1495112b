"""A small role pack, made in code, whose questions all take the same two key points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.rolepack import DIFFICULTIES, Difficulty, RolePack

Idea = tuple[str, str, Difficulty]

IDEAS: tuple[Idea, ...] = (
    ("overfitting", "Models", "foundation"),
    ("sampling", "Data", "foundation"),
    ("regularisation", "Models", "working"),
    ("leakage", "Data", "working"),
    ("boosting", "Models", "expert"),
    ("confounding", "Data", "expert"),
)

GOOD = "The model memorises the noise, and then the validation error rises."
"""Contains both key points of every question."""
THIN = "The model memorises the noise in such a case."
"""Contains the first key point only."""
MORE = "You see it when the validation error rises."
"""Contains the second one only."""
VAGUE = "It is a thing that teams meet rather often in projects."

HINTS = ("What does the model do with its training examples?", "What would you look at to notice it?")


def small_pack(ideas: Iterable[Idea] = IDEAS, role: str = "data-science", title: str = "Data Science") -> RolePack:
    return RolePack.model_validate(
        {
            "role": role,
            "title": title,
            "persona": "You are a calm interviewer.",
            "opening": "Welcome. Let us talk about data.",
            "criteria": [
                {"id": "correctness", "name": "Correctness", "weight": 3, "looks_for": "It is right."},
                {"id": "clarity", "name": "Clarity", "weight": 1, "looks_for": "It is clear."},
            ],
            "bands": [
                {"low": low, "high": low + 1, "meaning": f"Worth {low}.", "example": "For example."}
                for low in (9, 7, 5, 3, 1)
            ],
            "glossary": [{"term": "K-means"}],
            "questions": [_question(*idea) for idea in ideas],
        }
    )


def many_ideas(count: int) -> Sequence[Idea]:
    return [(f"idea{n}", ("Models", "Data", "People")[n % 3], DIFFICULTIES[n * 3 // count]) for n in range(count)]


def _question(idea: str, topic: str, difficulty: Difficulty) -> dict[str, object]:
    return {
        "id": idea,
        "topic": topic,
        "difficulty": difficulty,
        "text": f"What is {idea}, and how does it show?",
        "reference": "The model memorises the noise; one sees that the validation error rises.",
        "key_points": [
            {
                "id": "what",
                "point": "The model memorises the noise of its training data.",
                "says": ["memorises the noise", "learns noise by heart"],
                "hint": HINTS[0],
            },
            {
                "id": "sign",
                "point": "The validation error rises while the training error falls.",
                "says": ["validation error rises", "worse on unseen data"],
                "hint": HINTS[1],
            },
        ],
        "follow_ups": [
            {"missed": ["what"], "text": f"What happens inside the model with {idea}?"},
            {"missed": ["sign"], "text": f"Which curve would tell you of {idea}?"},
        ],
    }
