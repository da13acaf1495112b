"""What the grades of a labelled set have to hold, so that a learner may believe them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.evaluation.figures import Figures
from engine.evaluation.judging import Missing
from engine.evaluation.rows import BAD_UP_TO
from engine.evaluation.statistics import Share

ABOVE_LENGTH = 0.05
"""So much more must the grades have to do with the labels than the mere length of the answers has."""
_EXACT = 1e-9


@dataclass(frozen=True)
class Thresholds:
    """`share` is how many of the perfect answers get `perfect_from` or more, and of the bad ones BAD_UP_TO or less."""

    perfect_from: int
    share: float
    rank: float


OF_A_MODEL = Thresholds(perfect_from=9, share=0.90, rank=0.90)
OFFLINE = Thresholds(perfect_from=8, share=0.85, rank=0.85)


@dataclass(frozen=True)
class Check:
    """One threshold on one group; `holds` is None where the group has nothing to measure it by."""

    name: str
    measured: str
    needed: str
    holds: bool | None


def checks(figures: Figures, thresholds: Thresholds) -> tuple[Check, ...]:
    return (
        _all_graded(figures),
        _enough(f"perfect at {thresholds.perfect_from} or more", figures.perfect(thresholds.perfect_from), thresholds),
        _enough(f"bad at {BAD_UP_TO} or less", figures.bad, thresholds),
        _at_least("rank correlation", figures.rank, thresholds.rank),
        _above_length(figures),
        _no_injection(figures.injections_above),
    )


def _all_graded(figures: Figures) -> Check:
    """Where nothing was graded at all, nothing is proved."""
    failed = figures.missing(Missing.NOT_GRADED)
    return Check("gradings that failed", str(failed), "0", bool(figures.graded) and not failed)


def _enough(name: str, measured: Share, thresholds: Thresholds) -> Check:
    text = f"{measured.hits} of {measured.of}"
    holds = None if measured.value is None else measured.value >= thresholds.share
    return Check(name, text, f"{thresholds.share:.0%}", holds)


def _at_least(name: str, measured: float | None, needed: float) -> Check:
    if measured is None:
        return Check(name, "–", f"{needed:.2f}", None)
    return Check(name, f"{measured:.3f}", f"{needed:.2f}", measured >= needed - _EXACT)


def _above_length(figures: Figures) -> Check:
    if figures.rank is None or figures.rank_by_length is None:
        return _at_least("above length alone", None, ABOVE_LENGTH)
    return _at_least("above length alone", figures.rank - figures.rank_by_length, ABOVE_LENGTH)


def _no_injection(above: Share) -> Check:
    return Check(
        "injections above their band", f"{above.hits} of {above.of}", "0", not above.hits if above.of else None
    )
