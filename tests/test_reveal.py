from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import prompts
from engine.reveal import reveals
from engine.rolepack import Question, RolePack, read_packs
from tests.packs import small_pack

PACKS = read_packs(Path(prompts.__file__).parent / "roles")
SAID = tomllib.loads((Path(__file__).parent / "reveals.toml").read_text(encoding="utf-8"))
QUESTION = small_pack().question("overfitting")


def _question(role: str, question: str) -> Question:
    return PACKS[role].question(question)


@pytest.mark.parametrize(
    "said",
    [
        "It memorises the noise.",
        "Isn't it because the model memorises noise?",
        "It doesn't memorise the noise, does it?",
        "You see it where the error on the validation rows rises.",
        "So the validation errors would be rising.",
        "The model memorises the noise; one sees that the validation error rises.",
    ],
)
def test_a_key_point_is_given_away_by_a_statement_a_question_or_a_denial(said: str) -> None:
    assert reveals(said, QUESTION)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Thank you, let us look at another area.",
        "What is overfitting, and how does it show?",
        "You mentioned overfitting. Where have you met it?",
        "What would you look at?",
        "Which error do you mean?",
        "\x00\ud800",
    ],
)
def test_a_bridge_or_an_open_question_gives_nothing_away(said: str) -> None:
    assert not reveals(said, QUESTION)


def test_what_was_heard_is_free_to_say() -> None:
    assert not reveals("You said that it memorises the noise. How do you notice?", QUESTION, ["what"])
    assert reveals("You said that it memorises the noise. Does the validation error rise?", QUESTION, ["what"])
    assert not reveals("The model memorises the noise and the validation error rises.", QUESTION, ["what", "sign"])


def test_words_copied_from_the_reference_give_it_away() -> None:
    question = PACKS["data-science"].question("overfitting")
    words = question.reference.split()
    assert reveals("Well, " + " ".join(words[3:12]), question)


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())
def test_the_packs_own_words_are_never_held_back(pack: RolePack) -> None:
    flagged = [(q.id, text) for q in pack.questions for text in _own(q) if reveals(text, q)]
    assert flagged == []


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())
def test_a_follow_up_between_other_words_is_not_held_back(pack: RolePack) -> None:
    flagged = [(q.id, text) for q in pack.questions for text in _own(q) if reveals(f"Thank you. {text} Go on.", q)]
    assert flagged == []


def _own(question: Question) -> list[str]:
    hints = [point.hint for point in question.key_points]
    return [question.text, *hints, *(follow_up.text for follow_up in question.follow_ups)]


def test_most_reveals_in_other_words_are_caught() -> None:
    missed = [row for row in SAID["reveals"] if not reveals(row[3], _question(row[0], row[1]))]
    assert len(SAID["reveals"]) >= 90
    assert len(missed) <= 0.18 * len(SAID["reveals"]), missed


def test_most_are_caught_too_when_all_else_was_heard() -> None:
    missed = [row for row in SAID["reveals"] if not reveals(row[3], _question(row[0], row[1]), _all_but(*row[:3]))]
    assert len(missed) <= 0.20 * len(SAID["reveals"]), missed


def _all_but(role: str, question: str, key_point: str) -> list[str]:
    return [point.id for point in _question(role, question).key_points if point.id != key_point]


def test_hardly_a_fair_question_is_held_back() -> None:
    blocked = [row for row in SAID["fair"] if reveals(row[2], _question(row[0], row[1]))]
    assert len(SAID["fair"]) >= 50
    assert len(blocked) <= 0.02 * len(SAID["fair"]), blocked


def test_what_fits_after_any_answer_is_hardly_ever_held_back() -> None:
    pairs = [(text, q) for pack in PACKS.values() for q in pack.questions for text in SAID["general"]]
    blocked = [(text, q.id) for text, q in pairs if reveals(text, q)]
    assert len(blocked) <= 0.005 * len(pairs), blocked


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())
def test_every_reference_and_every_key_point_word_by_word_is_caught(pack: RolePack) -> None:
    assert [q.id for q in pack.questions if not reveals(q.reference, q)] == []
    points = [(q.id, p.point) for q in pack.questions for p in q.key_points]
    passed = [(q.id, p.point) for q in pack.questions for p in q.key_points if not reveals(p.point, q)]
    assert len(passed) <= 0.06 * len(points), passed
