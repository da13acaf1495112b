"""The arithmetic of an evaluation: pure functions over grades and labels."""

from __future__ import annotations

import statistics
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """So many `of` so many."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.hits / self.of if self.of else None


def share(hits: Iterable[bool]) -> Share:
    counted = Counter(hits)
    return Share(counted[True], counted.total())


def mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None


def rank_correlation(labels: Sequence[float], values: Sequence[float]) -> float | None:
    """Spearman's, equal values sharing their mean rank: 1 for the labels' order, -1 for the reverse.

    0 for values that never vary, because they tell nothing; None when the labels do not vary.
    """
    if len(set(labels)) < 2:
        return None
    if len(set(values)) < 2:
        return 0.0
    return statistics.correlation(_ranks(labels), _ranks(values))


def _ranks(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [(bisect_left(ordered, value) + 1 + bisect_right(ordered, value)) / 2 for value in values]


def commonest(grades: Sequence[int]) -> tuple[int, float] | None:
    """The most frequent grade, the lowest of several, and its share."""
    counted = Counter(sorted(grades)).most_common(1)
    return (counted[0][0], counted[0][1] / len(grades)) if counted else None


def repeated(grades_of_rows: Iterable[Sequence[int]], within: int = 0) -> Share:
    """The rows whose grades lie no more than `within` apart, of those that were graded more than once."""
    return share(max(grades) - min(grades) <= within for grades in grades_of_rows if len(grades) > 1)
