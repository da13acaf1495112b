"""`viva eval`: the configured grader against a labelled set of answers. Needs no database."""

from __future__ import annotations

import logging
from pathlib import Path

from bots.process import Refusal
from bots.settings import Settings
from bots.wiring import grader_of, packs_of
from engine.evaluation.judging import ByKeyPoints, verdicts_on
from engine.evaluation.report import Report, report_on
from engine.evaluation.rows import BadSet, read_rows
from engine.evaluation.spending import Spending
from engine.evaluation.thresholds import OF_A_MODEL, OFFLINE

log = logging.getLogger(__name__)

ANSWERS = Path(__file__).parents[1] / "tests" / "evals" / "answers"
"""Viva's own labelled set. It comes with a checkout; what is installed carries no tests."""


async def evaluation(settings: Settings, chosen: Path | None, runs: int) -> Report:
    """Grades the chosen set, or Viva's own. Raises Refusal."""
    packs = packs_of(settings)
    try:
        rows = read_rows([chosen] if chosen else _own_set(), packs)
    except BadSet as error:
        raise Refusal(str(error)) from None
    spending = Spending()
    grader = grader_of(settings, spending)
    if settings.openai_api_key is None:
        return report_on("offline", await verdicts_on(rows, packs, ByKeyPoints(grader), runs), OFFLINE, spending)
    log.info("%s grades %d answers", settings.grader_model, len(rows) * runs)
    return report_on(settings.grader_model, await verdicts_on(rows, packs, grader, runs), OF_A_MODEL, spending)


def _own_set() -> list[Path]:
    files = sorted(ANSWERS.glob("*.jsonl"))
    if not files:
        raise Refusal(f"{ANSWERS}: the labelled set comes with a checkout only: clone it, or name yours with --set")
    return files
