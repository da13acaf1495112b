"""The arithmetic of an evaluation, against figures worked out by hand or by the standard library."""

from __future__ import annotations

import statistics
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.statistics import Share, commonest, mean, rank_correlation, repeated, share

LABELS = [9.5, 7.5, 5.0, 2.0, 1.5, 1.0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([10, 8, 5, 3, 2, 1], 1.0),
        ([1, 2, 3, 5, 8, 10], -1.0),
        ([100, 50, 49, 3, 2, 1], 1.0),  # ranks only
        ([10, 8, 5, 1, 1, 1], 15.5 / (17.5 * 15.5) ** 0.5),  # the last three share rank 2
        ([8, 8, 8, 8, 8, 8], 0.0),
    ],
)
def test_rank_correlation(values: list[float], expected: float) -> None:
    assert rank_correlation(LABELS, values) == pytest.approx(expected)


def test_labels_that_do_not_vary_have_no_rank_correlation() -> None:
    assert rank_correlation([5, 5], [1, 9]) is None
    assert rank_correlation([], []) is None


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the standard library ranks from Python 3.12 on")
@given(st.lists(st.tuples(st.integers(1, 10), st.integers(1, 10)), min_size=2))
def test_rank_correlation_is_the_standard_librarys(pairs: list[tuple[int, int]]) -> None:
    first, second = zip(*pairs, strict=True)
    if len(set(first)) > 1 and len(set(second)) > 1:
        expected = statistics.correlation(first, second, method="ranked")  # type: ignore[call-arg]
        assert rank_correlation(first, second) == pytest.approx(expected)


def test_shares_means_and_the_commonest_grade() -> None:
    assert share([True, False, True]) == Share(2, 3)
    assert share([]).value is None
    assert (mean([1, 4]), mean([])) == (2.5, None)
    assert commonest([8, 8, 7, 7, 1]) == (7, 0.4)
    assert commonest([]) is None


def test_only_what_was_graded_twice_can_be_repeated() -> None:
    grades = [(8, 8, 8), (7, 8, 7), (3, 8, 8), (5,), ()]
    assert repeated(grades) == Share(1, 3)
    assert repeated(grades, within=1) == Share(2, 3)
