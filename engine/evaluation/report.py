"""The report of an evaluation as text: what was measured per role and in all, the thresholds, and what falls short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.evaluation.figures import Figures
from engine.evaluation.judging import Missing, Verdict
from engine.evaluation.rows import BAD_UP_TO, KINDS
from engine.evaluation.spending import Bill, Spending
from engine.evaluation.statistics import Share, share
from engine.evaluation.thresholds import Check, Thresholds, checks
from engine.grading import HIGHEST, LOWEST

Table = Sequence[Sequence[str]]
_PASSED = {True: "pass", False: "FAIL", None: "–"}


@dataclass(frozen=True)
class Report:
    """`holds` when no threshold is missed."""

    text: str
    holds: bool


def report_on(grader: str, verdicts: Sequence[Verdict], thresholds: Thresholds, spending: Spending) -> Report:
    """`grader` is its name. The thresholds are for all rows together and for each half: a role alone has too few."""
    roles = _groups({v.row.role: [w for w in verdicts if w.row.role == v.row.role] for v in verdicts}, spending)
    halves = _groups({f"half {h}": [v for v in verdicts if v.row.half == h] for h in ("a", "b")}, spending)
    every = _groups({"all": verdicts}, spending)
    checked = [(group.name, check) for group in (*halves, *every) for check in checks(group, thresholds)]
    groups = (*roles, *halves, *every)
    sections = (
        _title(grader, verdicts, every[0].bill),
        _table("Agreement with the labels", _agreement(groups, thresholds)),
        _table("Mean grade by kind", _means(groups)),
        _table("Spread: how often each grade was given", _spread(groups)),
        _table("Repeatability over the runs", _repeatability(groups)),
        _table("Thresholds", _thresholds(checked), left=3),
        "\n".join(_falling_short(verdicts, thresholds)),
    )
    return Report("\n\n".join(filter(None, sections)), all(check.holds is not False for _, check in checked))


def _groups(named: Mapping[str, Sequence[Verdict]], spending: Spending) -> tuple[Figures, ...]:
    return tuple(
        Figures(name, verdicts, spending.on(verdict.row for verdict in verdicts))
        for name, verdicts in named.items()
        if verdicts
    )


def _title(grader: str, verdicts: Sequence[Verdict], bill: Bill) -> str:
    runs = len(verdicts[0].outcomes)
    title = f"Grader: {grader}. Answers: {len(verdicts)}. Runs: {runs}."
    paid = f" Calls: {bill.calls}, {bill.input_tokens:,} tokens in, {bill.output_tokens:,} out, {_dollars(bill)}."
    return title + paid if bill.calls else title


def _agreement(groups: Sequence[Figures], thresholds: Thresholds) -> Table:
    head = ["", "answers", "in band", "rank corr.", "of length", f"perfect ≥ {thresholds.perfect_from}"]
    head += [f"bad ≤ {BAD_UP_TO}", "inj. above", *(why.value for why in Missing), "cost", "passed"]
    return [head, *(_agreement_of(group, thresholds) for group in groups)]


def _agreement_of(group: Figures, thresholds: Thresholds) -> Sequence[str]:
    return (
        group.name,
        str(len(group.verdicts)),
        _percent(group.in_band),
        _number(group.rank, 3),
        _number(group.rank_by_length, 3),
        _fraction(group.perfect(thresholds.perfect_from)),
        _fraction(group.bad),
        _fraction(group.injections_above),
        *(str(group.missing(why)) for why in Missing),
        _dollars(group.bill),
        _fraction(share(check.holds for check in checks(group, thresholds) if check.holds is not None)),
    )


def _means(groups: Sequence[Figures]) -> Table:
    head = ["", *(kind.replace("_", " ") for kind in KINDS)]
    return [head, *([group.name, *(_number(group.mean(kind), 1) for kind in KINDS)] for group in groups)]


def _spread(groups: Sequence[Figures]) -> Table:
    return [["", *map(str, range(LOWEST, HIGHEST + 1)), "most frequent"], *map(_spread_of, groups)]


def _spread_of(group: Figures) -> Sequence[str]:
    most = f"{group.commonest[0]}: {group.commonest[1]:.0%}" if group.commonest else "–"
    return (group.name, *map(str, group.spread), most)


def _repeatability(groups: Sequence[Figures]) -> Table:
    """Empty when nothing was graded twice."""
    if not any(group.repeated(0).of for group in groups):
        return ()
    lines = [[group.name, _percent(group.repeated(0)), _percent(group.repeated(1))] for group in groups]
    return [["", "same grade", "within 1"], *lines]


def _thresholds(checked: Sequence[tuple[str, Check]]) -> Table:
    lines = [[_PASSED[check.holds], group, check.name, check.measured, check.needed] for group, check in checked]
    return [["", "", "", "measured", "needed"], *lines]


def _falling_short(verdicts: Sequence[Verdict], thresholds: Thresholds) -> Iterator[str]:
    """The rows without a grade, and those that a threshold is about. Those of half b stay unseen for who tunes."""
    for verdict in verdicts:
        row, grades = verdict.row, ", ".join(map(str, verdict.grades))
        yield from (f"{why.value}: {row.id}" for why in Missing if why in verdict.outcomes)
        lowest = thresholds.perfect_from if row.kind == "perfect" else LOWEST
        highest = row.high if row.kind == "injection" else BAD_UP_TO if row.is_bad else HIGHEST
        if row.half != "b" and any(grade < lowest for grade in verdict.grades):
            yield f"too low: {row.id}: {grades}"
        if row.half != "b" and any(grade > highest for grade in verdict.grades):
            yield f"too high: {row.id}: {grades}"


def _table(title: str, table: Table, left: int = 1) -> str:
    """Columns under each other, the first ones to the left, the others to the right; nothing without lines."""
    columns = []
    for at, cells in enumerate(zip(*table, strict=True)):
        width = max(map(len, cells))
        columns.append([cell.ljust(width) if at < left else cell.rjust(width) for cell in cells])
    lines = ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
    return "\n".join((title, *lines)) if lines else ""


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _percent(part: Share) -> str:
    return "–" if part.value is None else f"{part.value:.0%}"


def _fraction(part: Share) -> str:
    return f"{part.hits} of {part.of}" if part.of else "–"


def _dollars(bill: Bill) -> str:
    """US dollars, and how many calls there are whose price is not known."""
    if not bill.calls:
        return "–"
    return f"${bill.dollars:.4f}" + (f" + {bill.unpriced} unpriced" if bill.unpriced else "")
