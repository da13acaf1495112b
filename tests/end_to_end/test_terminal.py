"""The newcomer's way: no account, no token, nothing but a terminal, or a pipe."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

from tests.end_to_end.brains import polite
from tests.end_to_end.viva import ROOT, openai_environment
from tests.loopback import speech
from tests.loopback.openai import FakeOpenAI


async def practise(database_url: str, lines: list[str], **more: str) -> tuple[int, str, str]:
    """A session through a pipe: exit code, standard output, standard error."""
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bots", "run"),
        cwd=ROOT,
        env=environment | {"DATABASE_URL": database_url, "HOME": "/nonexistent", "PYTHONWARNINGS": "ignore"} | more,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await asyncio.wait_for(process.communicate("".join(f"{line}\n" for line in lines).encode()), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


async def test_a_script_can_take_an_interview_and_gets_the_scorecard_at_the_end(database_url: str) -> None:
    code, out, error = await practise(
        database_url,
        ["/start data-science 5", "It depends on what the business wants to decide with it", "/hint", "/skip"],
    )
    assert code == 0, error
    assert "practise here in the terminal" in out
    assert "Question 3/5" in out
    assert "Hint:" in out
    assert out.index("Scorecard: Data Science") > out.index("Question 3/5")
    assert len(re.findall(r"^Grade: \d+/10", out, re.MULTILINE)) == 2
    assert "1 skipped" in out


async def test_choices_are_numbered(database_url: str) -> None:
    code, out, _ = await practise(database_url, ["1", "2"])
    assert code == 0
    assert re.search(r"^  1\. \w", out, re.MULTILINE)
    assert "Question 1/10" in out


async def test_the_next_session_offers_to_go_on_with_an_interview_that_was_cut_off(database_url: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bots", "practice"),
        cwd=ROOT,
        env=environment | {"DATABASE_URL": database_url, "HOME": "/nonexistent", "PYTHONWARNINGS": "ignore"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"/start data-science 5\n")
    await process.stdin.drain()
    async with asyncio.timeout(30):
        while b"Question 1/5" not in await process.stdout.readline():
            pass
    process.kill()
    await process.wait()
    code, out, _ = await practise(database_url, ["1"])
    assert code == 0
    assert "still running (0/5)" in out
    assert "Question 1/5" in out


async def test_an_answer_can_be_a_recording(database_url: str, tmp_path: Path) -> None:
    words = "I would ask who is going to use the result and for which decision"
    note = tmp_path / "answer.ogg"
    note.write_bytes(speech.ogg_opus(speech.speak(words)))
    async with FakeOpenAI() as openai:
        model = openai_environment(polite(openai).base_url, openai.api_key)
        code, out, error = await practise(database_url, ["/start data-science 5", f"/say {note}"], **model)
    assert code == 0, error
    assert words.lower() in " ".join(out.replace("|", "").split()).lower()
    assert "Question 2/5" in out


async def test_without_ears_the_learner_is_asked_to_type(database_url: str, tmp_path: Path) -> None:
    note = tmp_path / "answer.wav"
    note.write_bytes(speech.wav(speech.speak("hello")))
    code, out, _ = await practise(database_url, ["/start data-science 5", f"/say {note}"])
    assert code == 0
    assert "Please type your answer" in out
    assert "Question 2/5" not in out
