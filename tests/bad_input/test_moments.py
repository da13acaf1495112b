"""Commands, buttons, edits and messages at the wrong moment: each has an answer that says what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from engine import words
from tests.bad_input.house import (
    Line,
    SlackLine,
    TelegramHouse,
    TelegramLine,
    answer_to,
    fresh,
    progress_of,
    scorecard_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTHING_RUNNING = "No interview is running here."
STILL_GRADING = "Your scorecard is being prepared. It comes as the next message here."
STALE = "That button belongs to an earlier moment of the interview."


# The moments


async def before(line: Line) -> None:
    """Nothing has begun."""


async def asked(line: Line) -> None:
    """The first question is open."""
    await line.begin()


async def graded(line: Line) -> None:
    """The interview has ended, and its scorecard is not there yet."""
    answer = fresh()
    line.home.echo.withhold(answer)
    await line.begin()
    await answer_to(line, answer)
    await line.command("grade")
    assert "I am preparing your scorecard" in await line.hears()


async def scored(line: Line) -> None:
    await line.begin()
    await answer_to(line, fresh())
    await scorecard_of(line)


async def stopped(line: Line) -> None:
    await line.begin()
    await line.command("cancel")
    assert "Stop the Data Science interview (0/5) without a scorecard?" in await line.hears()
    await line.press("Stop it")
    assert "Stopped. Your answers are kept" in await line.hears()


AT_ANY_TIME = {
    "help": "Answer my questions by text or by voice.",
    "history 99": "I do not find that interview in your history.",
    "history x": "I do not find that interview in your history.",
    f"history {'9' * 5000}": "I do not find that interview in your history.",
}
WITHOUT_A_QUESTION = dict.fromkeys(("hint", "skip", "progress", "cancel"), NOTHING_RUNNING)
BEGINNING = {
    "start": "Which role do you want to practise for?",
    "start data-science": "Data Science: how many questions would you like?",
    "start astrology 5": "I have no interview called “astrology 5”.",
    "start data-science 999999999": "I have no interview called",
    "start data-science -5": "I have no interview called",
    "start data-science 0": "Question 1/5",
}

COMMANDS: dict[Callable[[Line], Awaitable[None]], dict[str, str]] = {
    before: AT_ANY_TIME | WITHOUT_A_QUESTION | {"grade": NOTHING_RUNNING, "history": "no interviews yet"} | BEGINNING,
    asked: AT_ANY_TIME | {
        "start": "Your Data Science interview is still running (0/5).",
        "start astrology": "Your Data Science interview is still running (0/5).",
        "hint please": "Hint: What does the model do with its training examples?",
        "history": "0 responses · still running",
    },
    graded: AT_ANY_TIME | dict.fromkeys(("hint", "skip", "progress", "cancel", "grade"), STILL_GRADING),
    scored: AT_ANY_TIME | WITHOUT_A_QUESTION | {"grade": "Overall 5.0 of 10 · 1 response", "history": "5.0 of 10"},
    stopped: AT_ANY_TIME | WITHOUT_A_QUESTION | {"grade": NOTHING_RUNNING, "history": "0 responses · stopped"},
}  # fmt: skip


@pytest.mark.parametrize("moment", COMMANDS, ids=lambda moment: moment.__name__)
async def test_a_command_at_the_wrong_moment_says_what_can_be_done_instead(
    line: Line, moment: Callable[[Line], Awaitable[None]]
) -> None:
    await moment(line)
    for command, expected in COMMANDS[moment].items():
        if "still running (" in expected and isinstance(line, SlackLine):
            continue  # in Slack a second interview begins, in a thread of its own
        await line.command(*command.split(" ", 1))
        reply = await line.hears()
        assert expected in reply, command
        assert len(reply) < 1000, "whatever was typed is not repeated at length"


@pytest.mark.parametrize("moment", [graded, scored, stopped], ids=lambda moment: moment.__name__)
async def test_a_message_after_the_end_is_no_answer(line: Line, moment: Callable[[Line], Awaitable[None]]) -> None:
    await moment(line)
    reply = await answer_to(line, "One more thing that I wanted to say about the two numbers")
    assert (STILL_GRADING if moment is graded else NOTHING_RUNNING) in reply


@pytest.mark.parametrize("moment", COMMANDS, ids=lambda moment: moment.__name__)
@pytest.mark.parametrize("name", ["foo", "hints", "START_NOW", "grade2", "f" * 31])
async def test_an_unknown_command_is_named_and_the_known_ones_are_listed(
    telegram: TelegramHouse, moment: Callable[[Line], Awaitable[None]], name: str
) -> None:
    line = telegram.newcomer()
    await moment(line)
    await line.command(name, "what ever follows")
    reply = await line.hears()
    assert f"I do not know /{name}." in reply
    assert "/hint: a cue for the current question" in reply


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("/start\ndata-science 5", "Question 1/5"),
        ("/start: data-science, 5", "I have no interview called"),
        ("/START data-science 5", "Question 1/5"),
        ("/start, data-science 5!", "Question 1/5"),
        ("/start@viva_test_bot data-science 5", "Question 1/5"),
        ("/progress.", NOTHING_RUNNING),
        ("/progress\n\nplease", NOTHING_RUNNING),
        ("/", "Hello Asha Rao!"),
        ("//start", "Hello Asha Rao!"),
        ("start", "Hello Asha Rao!"),
    ],
)
async def test_a_command_is_understood_however_carelessly_it_is_typed(
    telegram: TelegramHouse, typed: str, expected: str
) -> None:
    name = telegram.fake.bot["username"]
    assert expected in await answer_to(telegram.newcomer(), typed.replace("viva_test_bot", name))


# Buttons


@pytest.mark.parametrize("label", ["Hint", "Skip"])
async def test_the_buttons_of_an_older_question_are_told_to_be_old(line: Line, label: str) -> None:
    await line.begin()
    await answer_to(line, fresh())
    await line.press(label, 0)
    assert STALE in await line.hears()
    assert "1/5 done (1 answered, 0 skipped)" in await progress_of(line)


@pytest.mark.parametrize("moment", [graded, scored], ids=lambda moment: moment.__name__)
@pytest.mark.parametrize("label", ["Hint", "Skip"])
async def test_the_buttons_of_an_interview_that_has_ended_are_told_to_be_old(
    line: Line, moment: Callable[[Line], Awaitable[None]], label: str
) -> None:
    await moment(line)
    await line.press(label)
    assert STALE in await line.hears()


async def test_stop_it_and_continue_of_a_stopped_interview_are_told_to_be_old(line: Line) -> None:
    await stopped(line)
    for label in ("Stop it", "Continue"):
        await line.press(label)
        assert STALE in await line.hears()


async def test_the_grade_button_of_last_weeks_interview_brings_its_scorecard_or_is_told_to_be_old(line: Line) -> None:
    """In Slack each interview has a thread of its own, and the button belongs to that of its thread."""
    await scored(line)
    await line.begin()
    await line.press("Grade me", 0)
    assert (STALE if isinstance(line, TelegramLine) else "Overall 5.0 of 10 · 1 response") in await line.hears()
    assert "0/5 done" in await progress_of(line), "the interview that runs is as it was"


async def test_the_role_and_length_buttons_of_last_week_ask_before_they_end_an_interview(
    telegram: TelegramHouse,
) -> None:
    line = telegram.newcomer()
    await line.command("start")
    await line.hears()
    await line.press("Data Science")
    assert "how many questions" in await line.hears()
    await line.press("5")
    assert "Question 1/5" in await line.hears()
    for label in ("Data Science", "5"):
        await line.press(label)
        assert "Your Data Science interview is still running (0/5)." in await line.hears()


async def test_a_button_that_is_pressed_ten_times_is_pressed_once(line: Line) -> None:
    await line.begin()
    for _ in range(10):
        await line.press("Skip", 0)
    assert "Question 2/5" in await line.hears()
    for _ in range(9):
        assert STALE in await line.hears()
    assert "1/5 done (0 answered, 1 skipped)" in await progress_of(line)


# Edits


async def test_an_edit_of_the_open_answer_is_the_answer(line: Line) -> None:
    await line.begin()
    said = await line.say("I don't know")
    assert "nobody knows everything" in await line.hears()
    await line.edit(said, "I would compare the two numbers, edited")
    reply = await line.hears()
    assert "You said: I would compare the two numbers, edited" in reply
    assert "Question 2/5" in reply


@pytest.mark.parametrize(
    "edited",
    ["I would compare the three numbers", "three\0 numbers \ud83d compared", "<!channel> & <b>three</b> numbers"],
)
async def test_an_edit_of_an_answer_is_what_is_graded(line: Line, edited: str) -> None:
    await line.begin()
    said = await line.say(fresh())
    await line.hears()
    await line.edit(said, edited)
    assert await line.hears() == "Thank you, I took your correction of answer 1."
    card = await scorecard_of(line)
    assert f"Good: You said “{edited.replace(chr(0), '').replace(chr(0xD83D), chr(0xFFFD))}”." in card
    assert "attempt" not in card
    assert line.called() == []


async def test_an_edit_down_to_an_emoji_is_graded_as_no_answer(line: Line) -> None:
    await line.begin()
    said = await line.say(fresh())
    await line.hears()
    await line.edit(said, "🙈")
    assert "correction of answer 1" in await line.hears()
    assert "There were no words in this answer that could be judged." in await scorecard_of(line)


async def test_an_edit_while_the_scorecard_is_prepared_still_counts(line: Line) -> None:
    answer = fresh()
    line.home.echo.withhold(answer)
    await line.begin()
    said = await line.say(answer)
    await line.hears()
    await line.command("grade")
    await line.hears()
    await line.edit(said, "I would compare the three numbers")
    assert "correction of answer 1" in await line.hears()
    line.home.echo.release(answer)
    assert "You said “I would compare the three numbers”" in await line.hears()


async def test_an_edit_after_the_scorecard_is_kindly_refused(line: Line) -> None:
    await line.begin()
    said = await line.say("I would compare the two numbers")
    await line.hears()
    card = await scorecard_of(line)
    await line.edit(said, "I would compare all the numbers there are")
    assert words.ALREADY_SCORED in await line.hears()
    await line.command("grade")
    assert await line.hears() == card


async def test_an_edit_in_a_stopped_interview_and_one_of_no_answer_change_nothing(line: Line) -> None:
    await line.begin()
    said = await line.say(fresh())
    await line.hears()
    await line.command("cancel")
    await line.hears()
    await line.press("Stop it")
    await line.hears()
    small_talk = await line.say("See you")
    assert NOTHING_RUNNING in await line.hears()
    await line.edit(said, "I would compare the three numbers")
    await line.edit(small_talk, "See you soon")
    assert NOTHING_RUNNING in await progress_of(line)


# At once


async def test_two_answers_at_once_are_one_answer(line: Line) -> None:
    await line.begin()
    await line.say("I would compare the two numbers")
    await line.say("and then ask why they differ")
    assert "Question 2/5" in await line.hears()
    assert words.LATE in await line.hears()
    assert "1/5 done (1 answered, 0 skipped)" in await progress_of(line)
    parts = ["I would compare the two numbers", "and then ask why they differ"]
    quoted = ["\n".join(parts), "\n".join(reversed(parts))][: 1 if isinstance(line, TelegramLine) else 2]
    card = await scorecard_of(line)
    assert any(f"You said “{both}”." in card for both in quoted), "Slack does not promise to deliver in order"


async def test_fifteen_messages_at_once_are_all_taken(line: Line) -> None:
    await line.begin()
    for number in range(15):
        await line.say(f"I would compare the two numbers, part {number}")
    assert "Question 2/5" in await line.hears()
    await line.home.until_quiet()
    (row,) = await line.home.rows(
        "select jsonb_array_length(parts) as parts from exchange where number = 1 and conversation = ("
        "select conversation from interview order by started_at desc limit 1)"
    )
    assert row["parts"] == 15


async def test_grade_twice_at_once_ends_the_interview_once(line: Line) -> None:
    answer = fresh()
    line.home.echo.withhold(answer)
    await line.begin()
    await answer_to(line, answer)
    await line.command("grade")
    await line.command("grade")
    assert "that was the interview: 1 response" in await line.hears()
    assert STILL_GRADING in await line.hears()
    line.home.echo.release(answer)
    assert "Overall 5.0 of 10 · 1 response" in await line.hears()
    assert NOTHING_RUNNING in await progress_of(line)


async def test_an_answer_that_overtakes_the_first_question_is_asked_for_again(telegram: TelegramHouse) -> None:
    line = telegram.newcomer()
    await line.command("start", "data-science 5")
    await line.say("I would compare the two numbers")
    assert "Question 1/5" in await line.hears()
    assert words.TOO_EARLY in await line.hears()
    assert "0/5 done" in await progress_of(line)


async def test_a_skip_too_many_skips_no_question_that_was_not_seen(telegram: TelegramHouse) -> None:
    line = telegram.newcomer()
    await line.begin()
    await line.command("skip")
    await line.command("skip")
    assert "Question 2/5" in await line.hears()
    assert words.EARLY_SKIP in await line.hears()
    assert "1/5 done (0 answered, 1 skipped)" in await progress_of(line)
