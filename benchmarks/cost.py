"""What an interview costs: tokens and dollars of 20 answers, as the ledger has them.

The loopback server counts as the provider does: characters / 4 are tokens, prefixes from 1,024 tokens on are cached,
reasoning is billed.
"""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from benchmarks.table import Table
from benchmarks.voice import recording
from storage.migrate import upgrade
from tests.end_to_end.brains import polite
from tests.end_to_end.viva import openai_environment, telegram_environment, viva
from tests.loopback.openai import FakeOpenAI
from tests.loopback.telegram import Chat, FakeTelegram
from tests.postgres import database_from, running_server

LENGTH, ANSWERS = 25, 20
ANSWER = (
    "First I would ask what the decision is and who takes it, because that tells me which mistakes are expensive. "
    "Then I would look at where the data comes from, how many rows there are, what is missing and why it is missing. "
    "In my last project a tenth of the addresses was empty, and it turned out that one shop never asked for them. "
    "After that I would build the simplest thing that could work, a rule or a small model, and compare everything else "
    "with it on data that it has never seen, split by time if time plays a role. Last, I would write down what we will "
    "watch once it runs, so that we notice when the world has changed. This is answer number {number}."
)


async def costs(quick: bool) -> Table:
    rows = [await _interview(voice=False)]
    if not quick:
        rows.append(await _interview(voice=True))
    head = ("20 answers", "input tokens", "of them cached", "output tokens", "longest prompt", "text", "hearing", "all")
    return Table("What an interview costs on the default models", head, rows)


async def growth(_: bool) -> Table:
    """Input tokens of the calls about each answer, first to last: they must not grow with the interview."""
    calls = await _calls(voice=False)
    inputs = [call["input_tokens"] for call in calls if call["purpose"] == "interview"]
    parts = [inputs[at : at + 5] for at in range(0, len(inputs), 5)]
    row = [f"{sum(part) / len(part):.0f}" for part in parts]
    head = [f"answers {number * 5 + 1}-{number * 5 + len(part)}" for number, part in enumerate(parts)]
    return Table("Tokens of an interviewer's prompt as the interview goes on, on average", head, [row])


async def _interview(*, voice: bool) -> Sequence[str]:
    calls = await _calls(voice=voice)
    text = sum(call["cost"] or 0 for call in calls if not call["audio_seconds"])
    hearing = sum(call["cost"] or 0 for call in calls if call["audio_seconds"])
    return (
        "spoken, a minute each" if voice else "typed, 130 words each",
        f"{sum(call['input_tokens'] for call in calls):,}",
        f"{sum(call['cached_tokens'] for call in calls):,}",
        f"{sum(call['output_tokens'] for call in calls):,}",
        f"{max(call['input_tokens'] for call in calls):,}",
        f"{text * 100:.2f} ¢",
        f"{hearing * 100:.2f} ¢",
        f"{(text + hearing) * 100:.2f} ¢",
    )


async def _calls(*, voice: bool) -> list[asyncpg.Record]:
    """The ledger's entries of one interview, in order."""
    with running_server() as url:
        async with database_from(url) as database, FakeTelegram() as telegram, FakeOpenAI() as openai:
            await upgrade(database)
            polite(openai).on_transcribe(lambda _: ANSWER.format(number="a minute"))
            model = openai_environment(openai.base_url, openai.api_key)
            learner = telegram.private_chat(telegram.learner(42, "Asha Rao"))
            platform = telegram_environment(telegram.url, telegram.token)
            async with viva(database, platform, model, start=("telegram", "worker")):
                await _take(learner, voice)
            connection = await asyncpg.connect(database)
            try:
                return list(await connection.fetch("select * from model_call order by id"))
            finally:
                await connection.close()


async def _take(chat: Chat, voice: bool) -> None:
    note = recording(1) if voice else b""
    await chat.say(f"/start data-science {LENGTH}")
    for number in range(1, ANSWERS + 1):
        await chat.wait_for(f"Question {number}/{LENGTH}", timeout=60)
        if voice:
            await chat.send_voice(note, 60)
        else:
            await chat.say(ANSWER.format(number=number))
    await chat.wait_for(f"Question {ANSWERS + 1}/{LENGTH}", timeout=60)
    await chat.say("/grade")
    await chat.wait_for("Work on next", timeout=90)
