"""What the reading of terms must reach. `python -m benchmarks.terms` prints the figures."""

from __future__ import annotations

import pytest

from tests.evals.terms.score import (
    count_traps,
    count_words,
    edits_of,
    misheard,
    ordinary_sentences,
    packs,
    score,
    traps_sprung,
)

RECALL = 0.85
WRONG_EDITS_PER_WORD = 1 / 10_000
SPRUNG_TRAPS = 1 / 60


@pytest.mark.parametrize("expected", [False, True], ids=["not-asked-for", "asked-for"])
@pytest.mark.parametrize("part", ["tuned_on", "unseen"])
def test_misheard_terms_are_found_and_none_is_taken_for_another(part: str, expected: bool) -> None:
    cases = misheard(part)
    reached = score(cases, expected=expected)
    assert len(cases) >= 120
    assert {case.glossary for case in cases} == {pack.glossary for pack in packs().values()}
    assert reached.wrong == ()
    assert reached.recall >= RECALL


def test_what_no_pack_lists_is_found_as_well() -> None:
    unlisted = [case for case in misheard("unseen") if not case.is_listed]
    assert len(unlisted) >= 100
    assert score(unlisted, expected=False).recall >= RECALL


def test_ordinary_sentences_stay_as_they_are() -> None:
    sentences = ordinary_sentences()
    edits = [edit for pack in packs().values() for edit in edits_of(sentences, pack.glossary)]
    assert len(sentences) >= 300
    assert len(edits) <= WRONG_EDITS_PER_WORD * count_words(sentences) * len(packs()), edits


@pytest.mark.parametrize("expected", [False, True], ids=["not-asked-for", "asked-for"])
def test_traps_spring_at_most_once_in_sixty(expected: bool) -> None:
    sprung = traps_sprung("tuned_on", expected=expected)
    assert count_traps("tuned_on") >= 60
    assert len(sprung) <= SPRUNG_TRAPS * count_traps("tuned_on"), sprung


@pytest.mark.parametrize("expected", [False, True], ids=["not-asked-for", "asked-for"])
def test_of_traps_that_nothing_was_tuned_on_one_springs_at_most(expected: bool) -> None:
    assert len(traps_sprung("unseen", expected=expected)) <= 1
