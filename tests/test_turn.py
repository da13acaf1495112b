"""The interview, told as dialogues."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import words
from engine.interview import LONGEST
from engine.ports import Move
from engine.rolepack import RolePack
from engine.said import Learner, Press, Recording, Unsupported
from tests.dialogue import FOLLOW_UP, NOTHING, Dialogue, Edited, KeptInterviews, Late, begun, spoken
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


# What is no answer


async def test_the_first_i_do_not_know_gets_a_hint_and_the_second_is_a_skip() -> None:
    dialogue = await begun()
    await dialogue.verify(
        ("I don't know", ("nobody knows everything", HINTS[0])),
        ("no idea", ("Skipped", NEXT)),
    )
    first = dialogue.running.exchanges[0]
    assert (first.skipped, first.hints, first.unknowns) == (True, ("what",), 2)
    assert dialogue.graded == [(1, 2)]


async def test_what_is_said_before_and_after_a_hint_is_one_answer() -> None:
    dialogue = await begun()
    await dialogue.verify(("I don't know", HINTS[0]), (GOOD, NEXT))
    assert dialogue.running.exchanges[0].answer == f"I don't know\n{GOOD}"
    assert dialogue.graded == [(1, 2)]
    assert dialogue.interviewer.moments[0].answer == f"I don't know\n{GOOD}"


async def test_i_do_not_know_after_the_last_hint_is_a_skip() -> None:
    dialogue = await begun()
    await dialogue.verify(("/hint", HINTS[0]), ("/hint", HINTS[1]), ("I don't know", ("Skipped", NEXT)))


@pytest.mark.parametrize("nonsense", ["asdf jkl qwerty zxcv", "What is the weather like today?", "🙂🙂🙂"])
async def test_gibberish_and_a_change_of_subject_are_closed_without_praise_or_follow_up(nonsense: str) -> None:
    dialogue = await begun()
    answer = await dialogue.hears(nonsense)
    assert NEXT in answer
    assert "could not connect that with the question" in answer
    assert not any(praise in answer for praise in ("Thank", "Great", "Good", FOLLOW_UP))
    assert dialogue.graded == [(1, 1)]
    assert dialogue.interviewer.moments == []


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


# Messages that cross with a question, and edits


async def test_a_late_message_belongs_to_the_answer_before_which_is_graded_again() -> None:
    dialogue = await begun()
    await dialogue.verify((THIN, FOLLOW_UP), (Late(MORE), "added it to your previous answer"))
    first, second = dialogue.running.exchanges
    assert first.answer == f"{THIN}\n{MORE}"
    assert second.parts == ()
    assert dialogue.graded == [(1, 1), (1, 2)]


async def test_a_late_message_takes_the_grade_of_the_shorter_answer_back() -> None:
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT))
    dialogue.grade(1, 5)
    await dialogue.verify((Late(MORE), "previous answer"))
    assert dialogue.running.exchanges[0].grade is None


async def test_a_late_message_makes_an_answer_of_a_skip() -> None:
    dialogue = await begun()
    await dialogue.verify(("/skip", NEXT), (Late(GOOD), "previous answer"))
    assert dialogue.running.exchanges[0].skipped is False


async def test_a_message_that_crossed_with_the_first_question_is_no_answer() -> None:
    dialogue = await begun()
    await dialogue.verify((Late("are you there?"), "crossed with my first question"), (GOOD, NEXT))
    assert dialogue.running.exchanges[0].answer == GOOD


async def test_a_skip_that_crossed_with_a_question_does_not_skip_it() -> None:
    dialogue = await begun()
    await dialogue.verify(("/skip", NEXT), (Late("/skip"), "have not skipped it"))
    assert dialogue.open.number == 2


async def test_a_question_that_never_arrived_is_shown_again() -> None:
    dialogue = await begun()
    dialogue.delivering = False
    await dialogue.verify((GOOD, NEXT))
    dialogue.delivering = True
    await dialogue.verify(
        (MORE, ("added it to your previous answer", NEXT, "What is sampling")), (GOOD, "Question 3/5")
    )
    assert dialogue.running.exchanges[0].answer == f"{GOOD}\n{MORE}"


async def test_an_edit_before_the_scorecard_is_graded_again() -> None:
    dialogue = await begun()
    await dialogue.verify((VAGUE, FOLLOW_UP))
    dialogue.grade(1, 3)
    await dialogue.verify((Edited(VAGUE, GOOD), "correction of answer 1"))
    first = dialogue.running.exchanges[0]
    assert (first.answer, first.grade, first.revision) == (GOOD, None, 2)
    assert dialogue.graded == [(1, 1), (1, 2)]
    assert dialogue.open.number == 2


async def test_an_edit_between_the_end_and_the_scorecard_still_counts() -> None:
    dialogue = await begun()
    await dialogue.verify((VAGUE, FOLLOW_UP), ("/grade", "preparing"), (Edited(VAGUE, GOOD), "correction of answer 1"))
    assert dialogue.graded == [(1, 1), (1, 2)]


async def test_an_edit_after_the_scorecard_is_kindly_refused() -> None:
    dialogue = await begun()
    await dialogue.verify((VAGUE, FOLLOW_UP), ("/grade", "preparing"))
    card = dialogue.post_scorecard()
    await dialogue.verify((Edited(VAGUE, GOOD), "has its scorecard already"), ("/grade", card))
    assert dialogue.running.exchanges[0].answer == VAGUE


async def test_an_edit_that_changes_no_word_is_passed_over_at_any_time() -> None:
    dialogue = await begun()
    await dialogue.verify((VAGUE, FOLLOW_UP), (Edited(VAGUE, VAGUE), NOTHING), ("/grade", "preparing"))
    dialogue.post_scorecard()
    await dialogue.verify((Edited(VAGUE, VAGUE), NOTHING))
    assert dialogue.graded == [(1, 1)]


async def test_an_edit_of_something_that_was_no_answer_is_passed_over() -> None:
    await (await begun()).verify(("/hint", HINTS[0]), (Edited("/hint", GOOD), NOTHING))


async def test_i_do_not_know_edited_into_an_answer_is_the_answer() -> None:
    dialogue = await begun()
    await dialogue.verify(("I don't know", HINTS[0]), (Edited("I don't know", GOOD), NEXT))
    assert dialogue.running.exchanges[0].answer == GOOD


async def test_i_do_not_know_with_its_spelling_mended_is_no_second_one() -> None:
    dialogue = await begun()
    await dialogue.verify(("I dont know", HINTS[0]), (Edited("I dont know", "I don't know"), "correction"))
    assert dialogue.open.unknowns == 1


# Voice


async def test_what_was_heard_is_quoted_before_the_next_question() -> None:
    dialogue = await begun()
    answer = await dialogue.hears(spoken(GOOD))
    assert answer.index("I heard:") < answer.index(GOOD) < answer.index(NEXT)
    part = dialogue.running.exchanges[0].parts[0]
    assert part.heard is not None


async def test_a_spoken_i_do_not_know_is_quoted_and_gets_a_hint() -> None:
    await (await begun()).verify((spoken("I don't know"), ("I heard:", HINTS[0])))


# Buttons


async def test_the_buttons_of_an_earlier_question_do_nothing() -> None:
    dialogue = await begun()
    skip, hint = dialogue.button("Skip"), dialogue.button("Hint")
    await dialogue.verify((GOOD, NEXT), (skip, words.STALE_BUTTON), (hint, words.STALE_BUTTON))
    assert dialogue.open.number == 2
    assert dialogue.open.hints == ()


async def test_the_buttons_of_another_interview_do_nothing() -> None:
    dialogue = await begun()
    old = [dialogue.button(label) for label in ("Skip", "Hint", "Grade me")]
    await dialogue.verify(("/cancel", "Stop the"))
    old += [dialogue.button("Stop it"), dialogue.button("Continue")]
    await dialogue.verify(("/grade", "0 responses"), ("/start data-science 5", "Question 1/5"))
    for press in old:
        await dialogue.verify((press, words.STALE_BUTTON))
    assert dialogue.open.number == 1


@pytest.mark.parametrize(
    "action", ["", "dance", "role astrology", "begin astrology 5", "begin data-science much", "skip"]
)
async def test_a_button_that_nobody_made_does_nothing(action: str) -> None:
    dialogue = await begun()
    await dialogue.verify((Press(action), words.STALE_BUTTON))


async def test_a_length_that_is_pressed_twice_does_not_begin_twice() -> None:
    dialogue = Dialogue()
    await dialogue.verify(("/start data-science", "how many"), ("[5]", "Question 1/5"))
    first = dialogue.running.id
    await dialogue.verify(("[5]", "still running"))
    assert dialogue.running.id == first


# History


async def test_history_lists_earlier_interviews_and_shows_one_again() -> None:
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT), ("/grade", "preparing"))
    card = dialogue.post_scorecard()
    await dialogue.verify(
        ("/history", ("1. 24 Nov 2026", "Data Science", "1 responses")),
        ("[Show 1]", card),
        ("/history 1", card),
        ("/history 2", words.UNKNOWN_INTERVIEW),
        ("/history 0", words.UNKNOWN_INTERVIEW),
        ("/history " + "9" * 5000, words.UNKNOWN_INTERVIEW),
        ("/history first", words.UNKNOWN_INTERVIEW),
    )


async def test_history_is_for_the_learners_eyes() -> None:
    dialogue = await begun()
    for said in ("/history", "/progress", "/help"):
        await dialogue.hears(said)
        assert [reply.private for reply in dialogue.replies] == [True]


async def test_without_interviews_the_history_says_so() -> None:
    await Dialogue().verify(("/history", "You have no interviews yet"))


async def test_an_interview_of_somebody_else_is_not_shown() -> None:
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT), ("/grade", "preparing"))
    card = dialogue.post_scorecard()
    ben = Dialogue(history=dialogue.history, learner=Learner("telegram:7:43", "Ben"))
    press = Press(f"show {dialogue.running.id}")
    await ben.verify((press, words.UNKNOWN_INTERVIEW), ("/history 1", words.UNKNOWN_INTERVIEW))
    await dialogue.verify((press, card))


# Never revealing


REVEALING = Move((), "So is it that the model memorises the noise?", "", "test")


async def test_a_revealing_interviewer_is_asked_again_once() -> None:
    dialogue = await begun()
    dialogue.interviewer.script = [REVEALING, Move((), "What happens in training?", "", "test")]
    answer = await dialogue.hears(VAGUE)
    assert "What happens in training?" in answer
    assert "memorises" not in answer
    assert [m.too_revealing for m in dialogue.interviewer.moments] == [None, REVEALING.follow_up]


async def test_one_that_reveals_twice_gives_way_to_the_packs_own_words() -> None:
    dialogue = await begun()
    dialogue.interviewer.script = [REVEALING, REVEALING]
    answer = await dialogue.hears(VAGUE)
    assert "What happens inside the model with overfitting?" in answer
    assert "memorises" not in answer
    assert len(dialogue.interviewer.moments) == 2


async def test_a_revealing_bridge_is_left_out() -> None:
    dialogue = await begun()
    move = Move((), None, "Right: the validation error rises.", "test")
    dialogue.interviewer.script = [move, move]
    answer = await dialogue.hears(VAGUE)
    assert "validation" not in answer
    assert NEXT in answer


async def test_what_the_learner_has_said_may_be_said_to_them() -> None:
    dialogue = await begun()
    move = Move(("what",), "You say it memorises the noise. How would you notice?", "", "test")
    dialogue.interviewer.script = [move]
    await dialogue.verify((THIN, move.follow_up or ""))
    assert len(dialogue.interviewer.moments) == 1


async def test_no_preview_shows_a_revealing_word() -> None:
    dialogue = await begun()
    dialogue.interviewer.script = [REVEALING, REVEALING]
    await dialogue.hears(VAGUE)
    assert dialogue.previews == []
    await dialogue.hears(VAGUE)
    assert dialogue.previews == [FOLLOW_UP]


async def test_no_reply_before_the_end_ever_contains_the_answer() -> None:
    dialogue = await begun()
    said = [await dialogue.hears(s) for s in ("/hint", "I don't know", "/progress", "/skip", VAGUE, "/help", "/hint")]
    assert "memorises the noise" not in "\n".join(said)
    assert "validation error" not in "\n".join(said)


# The way through the pack


async def test_no_question_is_asked_twice() -> None:
    dialogue = await begun(small_pack(many_ideas(12)), length=10)
    for _ in range(10):
        await dialogue.hears(GOOD)
    asked = [exchange.asked for exchange in dialogue.running.exchanges]
    assert len(set(asked)) == len(asked) == 10


async def test_questions_get_harder_for_who_does_well_and_easier_for_who_does_not() -> None:
    levels = {}
    for points in (9, 6, 2):
        dialogue = await begun(small_pack(many_ideas(30)), length=15)
        for number in range(1, 8):
            await dialogue.hears(GOOD)
            dialogue.grade(number, points)
        await dialogue.hears(GOOD)
        levels[points] = dialogue.running.question(dialogue.open).difficulty
    assert levels == {9: "expert", 6: "working", 2: "foundation"}


async def test_questions_of_earlier_interviews_come_last() -> None:
    history = KeptInterviews()
    first = await begun(history=history)
    await first.verify((GOOD, "sampling"), (GOOD, "regularisation"), ("/grade", "preparing"))
    second = await begun(history=history)
    for _ in range(4):
        await second.hears(GOOD)
    before = {exchange.question for exchange in first.running.exchanges}
    again = [exchange.question for exchange in second.running.exchanges]
    assert before.isdisjoint(again[:3])
    assert before.issuperset(again[3:])


async def test_an_interview_keeps_the_pack_it_began_with() -> None:
    dialogue = await begun()
    dialogue.packs = {"data-science": small_pack(many_ideas(6))}
    await dialogue.verify((GOOD, "What is sampling"))


async def test_a_turn_leaves_the_interview_it_was_given_as_it_was() -> None:
    dialogue = await begun()
    before = dialogue.running
    copy = replace(before)
    await dialogue.hears(GOOD)
    assert before == copy
    assert before.current is not None
