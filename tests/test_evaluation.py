"""`viva eval` as it is typed: with the offline grader, and with a model."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.end_to_end.brains import assessment, criteria
from tests.end_to_end.viva import openai_environment
from tests.evaluation import row, rows_of_every_kind, without_points, written
from tests.loopback.openai import ChatRequest, FakeOpenAI
from tests.test_commands import ROOT, Said, viva

CHAT = "/chat/completions"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    return tmp_path / "mine.jsonl"


@pytest_asyncio.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as fake:
        fake.on_chat(assessment, schema="answerassessment")
        yield fake


def cells(said: Said, title: str, group: str) -> list[str]:
    """A line of one of the report's tables."""
    table = said.out.split(title, 1)[1].split("\n\n")[0]
    line = next(line for line in table.splitlines() if line.startswith(f"{group} "))
    return re.split(r"  +", line.strip())


def agreement(said: Said, group: str) -> dict[str, str]:
    table = said.out.split("Agreement with the labels\n", 1)[1]
    head = re.split(r"  +", table.splitlines()[0].strip())
    return dict(zip(head, cells(said, "Agreement with the labels", group)[1:], strict=True))


# The offline grader


async def test_grades_that_can_be_believed_pass(labelled: Path) -> None:
    said = await viva({}, "eval", "--set", str(written(labelled, *rows_of_every_kind())))
    assert said.out.startswith("Grader: offline. Answers: 6. Runs: 1.\n"), said
    assert "FAIL" not in said.out
    assert said.code == 0
    measured = agreement(said, "all")
    assert (measured["answers"], measured["in band"], measured["cost"]) == ("6", "100%", "–")
    assert (measured["perfect ≥ 8"], measured["bad ≤ 3"], measured["inj. above"]) == ("1 of 1", "4 of 4", "0 of 1")
    assert cells(said, "Mean grade by kind", "law")[4:7] == ["1.0", "1.0", "1.0"]


async def test_a_missed_threshold_is_an_exit_code(labelled: Path) -> None:
    mislabelled = row("perfect", id="mislabelled", kind="wrong", low=1, high=3)
    said = await viva({}, "eval", "--set", str(written(labelled, *rows_of_every_kind(), mislabelled)))
    assert said.code == 1
    assert re.search(r"^FAIL  all  bad at 3 or less +4 of 5 +85%$", said.out, re.MULTILINE)
    assert "too high: mislabelled: 10\n" in said.out


async def test_the_offline_grader_does_not_guess_at_a_question_without_key_points(labelled: Path) -> None:
    rows = [without_points("perfect", reference="It rests."), without_points("gibberish"), row("wrong")]
    said = await viva({}, "eval", "--set", str(written(labelled, *rows)))
    assert "not gradable: perfect\n" in said.out
    assert agreement(said, "all")["not gradable"] == "1"
    assert cells(said, "Spread", "law")[1:] == ["2", *"000000000", "1: 100%"]


async def test_a_set_of_which_nothing_can_be_graded_proves_nothing(labelled: Path) -> None:
    said = await viva({}, "eval", "--set", str(written(labelled, without_points())))
    assert said.code == 1


async def test_halves_are_reported_apart_and_the_unseen_one_is_not_named(labelled: Path) -> None:
    ids = {"a": "seen", "b": "unseen"}
    rows = [row(id=name, half=half, kind="wrong", low=1, high=3) for half, name in ids.items()]
    said = await viva({}, "eval", "--set", str(written(labelled, *rows)))
    assert agreement(said, "half a")["answers"] == agreement(said, "half b")["answers"] == "1"
    assert re.search(r"^FAIL  half b  bad at 3 or less +0 of 1 ", said.out, re.MULTILINE)
    assert "too high: seen: 10\n" in said.out
    assert "unseen" not in said.out


async def test_the_labelled_set_of_the_checkout_is_graded_whole() -> None:
    said = await viva({}, "eval")
    assert said.code in (0, 1)
    for role in ROOT.glob("prompts/roles/*.toml"):
        measured = agreement(said, role.stem)
        assert measured["answers"] == "64"
        assert (measured["not graded"], measured["not gradable"]) == ("0", "0")
    assert agreement(said, "half a")["answers"] == agreement(said, "half b")["answers"] == "192"


# With a model


async def test_a_model_is_graded_like_in_production_and_its_cost_added_up(labelled: Path, openai: FakeOpenAI) -> None:
    environment = openai_environment(openai.base_url, openai.api_key)
    rows = [*rows_of_every_kind(), without_points("partial", id="bare", role="data-science")]
    said = await viva(environment, "eval", "--runs", "2", "--set", str(written(labelled, *rows)))
    assert said.out.startswith("Grader: gpt-6-luna. Answers: 7. Runs: 2. Calls: 10, "), said
    assert len(openai.chats) == 10, "what is no answer is told by rule, without a call"
    assert said.code == 1, "it grades by the number of words"
    assert agreement(said, "all")["perfect ≥ 9"] == "0 of 2"
    law, science, every = (agreement(said, name)["cost"] for name in ("law", "data-science", "all"))
    assert float(law[1:]) > float(science[1:]) > 0
    assert abs(float(law[1:]) + float(science[1:]) - float(every[1:])) < 0.00015
    assert cells(said, "Repeatability", "all") == ["all", "100%", "100%"]
    openai.assert_clean()


async def test_grades_that_waver_are_not_repeated(labelled: Path, openai: FakeOpenAI) -> None:
    def wavering(request: ChatRequest) -> dict[str, object]:
        given = assessment(request)
        return {**given, "points": [{"criterion": name, "points": len(openai.chats)} for name in criteria(request)]}

    openai.on_chat(wavering, schema="answerassessment")
    environment = openai_environment(openai.base_url, openai.api_key)
    said = await viva(environment, "eval", "--runs", "3", "--set", str(written(labelled, row("partial"))))
    assert cells(said, "Spread", "all")[1:] == [*"1110000000", "1: 33%"]
    assert cells(said, "Repeatability", "all") == ["all", "0%", "0%"]


async def test_what_the_model_could_not_grade_has_no_grade(labelled: Path, openai: FakeOpenAI) -> None:
    openai.fail(CHAT, times=1, status=500)
    environment = openai_environment(openai.base_url, openai.api_key)
    rows = [row("perfect", id=f"perfect-{number}") for number in range(3)]
    said = await viva(environment, "eval", "--set", str(written(labelled, *rows)))
    assert said.code == 1
    assert re.search(r"^FAIL  all  gradings that failed +1 ", said.out, re.MULTILINE)
    assert cells(said, "Spread", "all")[1:] == [*"0000000200", "8: 100%"]
    assert len(re.findall(r"^not graded: perfect-\d$", said.out, re.MULTILINE)) == 1
    assert "the server answers 500" in said.err


async def test_a_server_that_asks_for_a_short_pause_gets_it(labelled: Path, openai: FakeOpenAI) -> None:
    openai.fail(CHAT, times=2, status=429, retry_after=0.01)
    environment = openai_environment(openai.base_url, openai.api_key)
    said = await viva(environment, "eval", "--set", str(written(labelled, row())))
    assert agreement(said, "all")["not graded"] == "0"
    assert len(openai.calls) == 3
    openai.assert_clean()


async def test_eight_gradings_run_side_by_side(labelled: Path, openai: FakeOpenAI) -> None:
    at_once = 0
    most = 0
    eight = asyncio.Event()

    async def slow(request: ChatRequest) -> dict[str, object]:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        if at_once == 8:
            eight.set()
        await eight.wait()
        await asyncio.sleep(0.05)  # for a ninth, which must not come
        at_once -= 1
        return assessment(request)

    openai.on_chat(slow, schema="answerassessment")
    environment = openai_environment(openai.base_url, openai.api_key)
    rows = [row("partial", id=f"row-{number}") for number in range(16)]
    said = await viva(environment, "eval", "--set", str(written(labelled, *rows)))
    assert (most, len(openai.chats)) == (8, 16), said


# What is refused


async def test_a_set_with_mistakes_is_one_line_each(labelled: Path) -> None:
    written(labelled, row(), row(id="other", high=11, colour="red"), row())
    said = await viva({}, "eval", "--set", str(labelled))
    assert (said.code, said.out) == (2, "")
    assert [line.split(": ")[:3] for line in said.err.splitlines()] == [
        [str(labelled), "line 2", "high"],
        [str(labelled), "line 2", "colour"],
        [str(labelled), "line 3", "id"],
    ]


@pytest.mark.parametrize("runs", ["0", "-1", "many"])
async def test_runs_are_counted_from_one(runs: str) -> None:
    said = await viva({}, "eval", f"--runs={runs}")
    assert said.code == 2
    assert f"'{runs}' is not a number from 1 on" in said.err


async def test_without_a_checkout_there_is_no_labelled_set(tmp_path: Path) -> None:
    for package in ("bots", "engine", "prompts", "storage"):
        (tmp_path / package).symlink_to(ROOT / package)
    said = await viva({}, "eval", folder=tmp_path)
    assert (said.code, said.out) == (2, "")
    (line,) = said.err.splitlines()
    assert line.startswith(f"{tmp_path}/tests/evals/answers: ")
    assert "--set" in line
