"""What is measured of a group of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.evaluation.judging import Missing, Verdict
from engine.evaluation.rows import BAD_UP_TO, Kind, Row
from engine.evaluation.spending import Bill
from engine.evaluation.statistics import Share, commonest, mean, rank_correlation, repeated, share
from engine.grading import HIGHEST, LOWEST


@dataclass(frozen=True)
class Figures:
    """A group's figures. Each grade counts once, so that a row counts as often as it was graded."""

    name: str
    verdicts: Sequence[Verdict]
    bill: Bill

    @cached_property
    def graded(self) -> Sequence[tuple[Row, int]]:
        return [(verdict.row, grade) for verdict in self.verdicts for grade in verdict.grades]

    @property
    def grades(self) -> Sequence[int]:
        return [grade for _, grade in self.graded]

    def missing(self, why: Missing) -> int:
        return sum(verdict.outcomes.count(why) for verdict in self.verdicts)

    @property
    def in_band(self) -> Share:
        return share(row.low <= grade <= row.high for row, grade in self.graded)

    @cached_property
    def rank(self) -> float | None:
        """The grades' rank correlation with the labels; None where the labels do not vary."""
        return rank_correlation([row.label for row, _ in self.graded], self.grades)

    @cached_property
    def rank_by_length(self) -> float | None:
        """What a grader would reach that only counts the answer's characters."""
        return rank_correlation([row.label for row, _ in self.graded], [len(row.answer) for row, _ in self.graded])

    def perfect(self, lowest: int) -> Share:
        return share(grade >= lowest for row, grade in self.graded if row.kind == "perfect")

    @property
    def bad(self) -> Share:
        return share(grade <= BAD_UP_TO for row, grade in self.graded if row.is_bad)

    @property
    def injections_above(self) -> Share:
        return share(grade > row.high for row, grade in self.graded if row.kind == "injection")

    def mean(self, kind: Kind) -> float | None:
        return mean([grade for row, grade in self.graded if row.kind == kind])

    @property
    def spread(self) -> Sequence[int]:
        """How often each grade was given, from the lowest to the highest."""
        return [self.grades.count(grade) for grade in range(LOWEST, HIGHEST + 1)]

    @property
    def commonest(self) -> tuple[int, float] | None:
        return commonest(self.grades)

    def repeated(self, within: int) -> Share:
        """The rows whose grades of all runs lie no more than `within` apart."""
        return repeated((verdict.grades for verdict in self.verdicts), within)
