"""The interview from its beginning to its end, told as dialogues."""

from __future__ import annotations

import pytest

from engine import words
from engine.interview import LONGEST
from engine.ports import Move
from engine.rolepack import RolePack
from engine.said import Press, Recording, Unsupported
from tests.dialogue import FOLLOW_UP, Dialogue, begun
from tests.packs import GOOD, HINTS, IDEAS, MORE, THIN, VAGUE, many_ideas, small_pack

NEXT = "Question 2/5"


@pytest.fixture
def both() -> tuple[RolePack, ...]:
    return small_pack(), small_pack(role="law", title="Law")


# Beginning


async def test_start_greets_and_leads_to_the_first_question_by_buttons(both: tuple[RolePack, ...]) -> None:
    await Dialogue(*both).verify(
        ("/start", ("Hello Asha!", "text or by voice", "/hint", "/grade", "Which role")),
        ("[Law]", "Law: how many questions"),
        ("[10]", ("Welcome. Let us talk about data.", "Question 1/10", "What is overfitting")),
    )


async def test_all_lengths_are_offered() -> None:
    dialogue = Dialogue()
    await dialogue.verify(("/start data-science", "how many questions"))
    assert [button.label for row in dialogue.replies[0].buttons for button in row] == ["5", "10", "15", "25"]


@pytest.mark.parametrize("wish", ["data-science", "Data Science", "data_science"])
async def test_a_deep_link_with_a_role_skips_the_choice_of_roles(wish: str) -> None:
    await Dialogue().verify((f"/start {wish}", "Data Science: how many questions"))


async def test_a_deep_link_with_a_role_and_a_length_begins_at_once() -> None:
    await Dialogue().verify(("/start data-science 10", ("Question 1/10", "What is overfitting")))


@pytest.mark.parametrize(("wished", "length"), [("7", 5), ("8", 10), ("100", 25), ("0", 5), ("9" * 6, 25)])
async def test_another_length_becomes_the_nearest_there_is(wished: str, length: int) -> None:
    await Dialogue().verify((f"/start data-science {wished}", f"Question 1/{length}"))


async def test_an_unknown_role_brings_the_roles_there_are() -> None:
    dialogue = Dialogue()
    await dialogue.verify(("/start astrology 10", ("no interview called “astrology 10”", "Which role")))
    assert dialogue.button("Data Science") == Press("role data-science")


async def test_a_number_with_thousands_of_digits_is_no_length() -> None:
    await Dialogue().verify((f"/start data-science {'9' * 5000}", "no interview called"))


async def test_the_name_of_a_role_is_understood_without_a_command(both: tuple[RolePack, ...]) -> None:
    await Dialogue(*both).verify(("law", "Law: how many questions"))


async def test_a_first_message_without_start_is_greeted() -> None:
    await Dialogue().verify(("hello", ("Hello Asha!", "Which role")))


# Questions


async def test_one_question_at_a_time_with_the_progress_in_sight() -> None:
    dialogue = await begun()
    for number in range(2, 6):
        answer = await dialogue.hears(GOOD)
        assert f"Question {number}/5" in answer
        assert answer.count("Question ") == 1
    await dialogue.verify((GOOD, "that was the interview: 5 responses"))


async def test_a_thin_answer_is_followed_up_and_a_good_one_moves_on() -> None:
    dialogue = await begun(length=10)
    await dialogue.verify(
        (THIN, ("Question 2/10", FOLLOW_UP)),
        (MORE, ("Thank you.", "Question 3/10", "What is sampling")),
    )
    assert dialogue.running.exchanges[1].probes == ("sign",)


async def test_a_follow_up_is_about_what_no_answer_has_contained_so_far() -> None:
    dialogue = await begun()
    await dialogue.verify((THIN, FOLLOW_UP), (VAGUE, FOLLOW_UP))
    first, second = dialogue.interviewer.moments
    assert first.unheard == ("what", "sign")
    assert second.unheard == ("sign",)
    assert second.earlier == ((first.asked, THIN),)
    assert [moment.may_follow_up for moment in dialogue.interviewer.moments] == [True, True]


async def test_a_question_is_followed_up_twice_at_most() -> None:
    dialogue = await begun(length=25)
    await dialogue.verify((VAGUE, FOLLOW_UP), (VAGUE, FOLLOW_UP), (VAGUE, ("Question 4/25", "What is sampling")))


async def test_two_fifths_of_an_interview_are_follow_ups_at_most() -> None:
    dialogue = await begun()
    await dialogue.verify((THIN, FOLLOW_UP), (MORE, "leakage"), (THIN, FOLLOW_UP), (VAGUE, "Question 5/5"))
    assert dialogue.open.probes == ()


async def test_an_interviewer_that_insists_on_a_forbidden_follow_up_is_not_followed() -> None:
    dialogue = await begun()
    await dialogue.verify((VAGUE, FOLLOW_UP), (VAGUE, FOLLOW_UP))
    dialogue.interviewer.script = [Move((), "One more about the same?", "", "test")]
    answer = await dialogue.hears(VAGUE)
    assert "Question 4/5" in answer
    assert "One more" not in answer


async def test_the_opening_and_the_bridge_stand_in_front_of_their_questions() -> None:
    dialogue = await begun()
    answer = await dialogue.hears(GOOD)
    assert answer.index("Thank you.") < answer.index(NEXT)


async def test_a_question_answers_the_message_that_led_to_it() -> None:
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT))
    assert dialogue.replies[0].answer_to == dialogue.running.exchanges[0].parts[0].ref


async def test_a_follow_up_that_never_ends_is_cut_to_a_question() -> None:
    dialogue = await begun()
    dialogue.interviewer.script = [Move((), "and then " * 500, "", "test")]
    await dialogue.verify((VAGUE, NEXT))
    assert len(dialogue.open.asked) <= 600


# The cap


async def test_the_25th_answer_ends_the_interview_and_a_26th_is_neither_asked_nor_graded() -> None:
    dialogue = await begun(small_pack(many_ideas(30)), length=LONGEST)
    for number in range(2, 26):
        await dialogue.verify((GOOD, f"Question {number}/25"))
    await dialogue.verify(
        (GOOD, "that was the interview: 25 responses"),
        (GOOD, "scorecard is being prepared"),
        ("/skip", "scorecard is being prepared"),
        ("/hint", "scorecard is being prepared"),
    )
    assert dialogue.graded == [(number, 1) for number in range(1, 26)]
    assert len(dialogue.running.exchanges) == 25


async def test_the_first_answer_counts_and_so_does_the_last() -> None:
    dialogue = await begun()
    for _ in range(5):
        await dialogue.hears(GOOD)
    assert dialogue.graded == [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]


async def test_a_pack_that_runs_out_of_questions_ends_the_interview_with_a_word() -> None:
    dialogue = await begun(small_pack(IDEAS[:5]), length=10)
    for _ in range(4):
        await dialogue.hears(GOOD)
    await dialogue.verify((GOOD, ("my last question for this role", "that was the interview: 5 responses")))
    assert dialogue.running.status == "ended"


async def test_the_last_thing_said_to_a_skip_is_not_let_us_go_on() -> None:
    dialogue = await begun()
    for _ in range(4):
        await dialogue.hears("/skip")
    answer = await dialogue.hears("asdf jkl qwerty zxcv")
    assert "Let us go on" not in answer
    assert "that was the interview: 5 responses" in answer


# Hints, skips and other commands


async def test_a_hint_is_a_cue_that_is_recorded_and_runs_out() -> None:
    dialogue = await begun()
    await dialogue.verify(
        ("/hint", f"Hint: {HINTS[0]}"),
        ("[Hint]", f"Hint: {HINTS[1]}"),
        ("/hint", "no more hints"),
    )
    assert dialogue.open.hints == ("what", "sign")
    assert dialogue.open.number == 1


async def test_a_hint_is_about_what_was_not_heard_yet() -> None:
    dialogue = await begun()
    await dialogue.verify((THIN, FOLLOW_UP), ("/hint", HINTS[1]), ("/hint", "no more hints"))


async def test_skipping_moves_on_and_counts_as_a_skipped_response() -> None:
    dialogue = await begun()
    await dialogue.verify(("/skip", ("Skipped", NEXT, "sampling")), ("[Skip]", ("Skipped", "Question 3/5")))
    assert [exchange.skipped for exchange in dialogue.running.responses] == [True, True]
    assert dialogue.graded == [(1, 0), (2, 0)]
    assert dialogue.interviewer.moments == []


async def test_progress_says_where_we_are() -> None:
    dialogue = await begun()
    await dialogue.verify(
        (GOOD, NEXT),
        ("/skip", "Question 3/5"),
        ("/progress", ("2/5 done (1 answered, 1 skipped)", "Open question 3: What is regularisation")),
    )


async def test_cancelling_asks_first() -> None:
    dialogue = await begun()
    await dialogue.verify(
        (GOOD, NEXT),
        ("/cancel", ("Stop the Data Science interview (1/5) without a scorecard?", "/grade ends it with one")),
        ("[Continue]", (NEXT, "What is sampling")),
        ("/cancel", "Stop the Data Science interview"),
        ("[Stop it]", "Stopped. Your answers are kept"),
        ("/progress", words.NOTHING_RUNNING),
        ("/grade", words.NOTHING_RUNNING),
        (GOOD, words.NOTHING_RUNNING),
    )
    assert dialogue.running.status == "cancelled"
    assert len(dialogue.running.responses) == 1


async def test_help_lists_every_command() -> None:
    names = ("/start", "/hint", "/skip", "/grade", "/progress", "/history", "/cancel", "/help")
    dialogue = await begun()
    await dialogue.verify(("/help", names))
    assert dialogue.open.number == 1


async def test_an_unknown_command_is_no_answer() -> None:
    dialogue = await begun()
    await dialogue.verify(("/solve", ("I do not know /solve.", "/hint")))
    assert dialogue.open.parts == ()


@pytest.mark.parametrize("command", ["/hint", "/skip", "/progress", "/cancel", "/grade"])
async def test_commands_without_an_interview_say_how_to_begin_one(command: str) -> None:
    await Dialogue().verify((command, words.NOTHING_RUNNING))


async def test_what_viva_cannot_use_is_refused_and_the_question_stays_open() -> None:
    dialogue = await begun()
    await dialogue.verify((Unsupported("a sticker"), ("I cannot use a sticker", "Question 1 is still open")))
    assert dialogue.open.parts == ()


async def test_without_ears_a_recording_is_asked_for_in_writing() -> None:
    dialogue = await begun()
    await dialogue.verify((Recording({"id": "f"}), ("Please type your answer", "Question 1 is still open")))


async def test_a_recording_without_an_interview_is_greeted_like_any_message() -> None:
    await Dialogue().verify((Recording({"id": "f"}), ("Hello Asha!", "Which role")))


# The end


async def test_an_early_grade_counts_all_answers_so_far() -> None:
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT), ("/skip", "Question 3/5"), ("/grade", "that was the interview: 2 responses"))
    assert dialogue.running.status == "ended"
    assert [exchange.number for exchange in dialogue.running.responses] == [1, 2]


async def test_the_grade_button_ends_the_interview_too() -> None:
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT), ("[Grade me]", "that was the interview: 1 response."))


async def test_grade_twice_gives_the_same_scorecard() -> None:
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT), ("/grade", "preparing your scorecard"), ("/grade", "being prepared"))
    card = dialogue.post_scorecard()
    assert "Grade: 7/10" in card
    for said in ("/grade", "[Grade me]", "/grade"):
        assert await dialogue.hears(said) == card


async def test_grade_without_an_answer_grades_nothing() -> None:
    dialogue = await begun()
    await dialogue.verify(("/grade", "that was the interview: 0 responses"))
    assert dialogue.graded == []
    assert "nothing to grade" in dialogue.post_scorecard()


async def test_a_new_interview_may_begin_while_the_last_one_is_being_graded() -> None:
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT), ("/grade", "preparing"), ("/start data-science 5", "Question 1/5"))


# Beginning again


async def test_start_in_the_middle_asks_and_going_on_shows_the_open_question() -> None:
    dialogue = await begun()
    await dialogue.verify(
        (GOOD, NEXT),
        ("/start", ("still running (1/5)", "go on with it")),
        ("[Continue]", (NEXT, "What is sampling")),
        (GOOD, "Question 3/5"),
    )


async def test_beginning_again_stops_the_old_interview_and_starts_the_one_wished_for(
    both: tuple[RolePack, ...],
) -> None:
    dialogue = await begun(*both)
    old = dialogue.running.id
    await dialogue.verify((GOOD, NEXT), ("/start law 10", "still running"), ("[Begin again]", "Question 1/10"))
    assert dialogue.history.kept[old].status == "cancelled"
    assert dialogue.running.pack.title == "Law"


async def test_beginning_again_without_a_wish_offers_the_roles() -> None:
    dialogue = await begun()
    await dialogue.verify(("/start", "still running"), ("[Begin again]", "Which role"))
    assert dialogue.running.status == "cancelled"


async def test_every_button_fits_into_64_bytes_whatever_the_role_is_called() -> None:
    longest = "a" * 40
    dialogue = await begun(small_pack(role=longest), length=25)
    await dialogue.verify((f"/start {longest} 25", "still running"))
    actions = [dialogue.button(label).action for label in ("Begin again", "Continue", "Hint", "Skip", "Grade me")]
    assert max(len(action.encode()) for action in actions) <= 64
