"""What Viva says in its own words. Everything a learner reads that no pack, model or learner wrote stands here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.interview import LENGTHS, Exchange, Interview
from engine.ports import Past
from engine.reply import Block, Button, Reply, Section, say
from engine.rolepack import RolePack, RolePacks
from engine.said import COMMANDS

LONGEST_QUOTE = 1200


# Starting


def welcome(name: str, packs: RolePacks) -> Reply:
    return say(
        f"Hello {shorten(name, 60) or 'there'}! I am Viva, your practice interviewer.",
        "• I ask one question at a time. Answer by text or by voice, as you would in a real interview.\n"
        "• Stuck? /hint gives you a cue, /skip moves on. I never tell the right answer.\n"
        "• /grade ends the interview at any time and brings your scorecard: a grade and feedback for every response.",
        "Which role do you want to practise for?",
        buttons=_roles(packs),
    )


def choose_role(packs: RolePacks, asked_for: str = "") -> Reply:
    sorry = (f"I have no interview called “{shorten(asked_for, 60)}”.",) if asked_for else ()
    return say(*sorry, "Which role do you want to practise for?", buttons=_roles(packs))


def choose_length(pack: RolePack) -> Reply:
    row = [Button(str(length), f"begin {pack.role} {length}") for length in LENGTHS]
    return say(f"{pack.title}: how many questions would you like?", buttons=[row])


def already_running(interview: Interview, wish: str) -> Reply:
    return say(
        f"Your {interview.pack.title} interview is still running ({progress_of(interview)}).",
        "Do you want to go on with it, or stop it without a scorecard and begin again?",
        buttons=[
            [
                Button("Continue", f"continue {interview.id}"),
                Button("Begin again", f"new {interview.id} {wish}".strip()),
            ]
        ],
    )


def _roles(packs: RolePacks) -> list[list[Button]]:
    return [[Button(pack.title, f"role {pack.role}")] for pack in packs.values()]


# Questions


def opening(interview: Interview) -> tuple[Block, ...]:
    scope = (Block(interview.pack.scope, "note"),) if interview.pack.scope else ()
    return (Block(interview.pack.opening), *scope)


def question(interview: Interview, exchange: Exchange, *before: Block) -> Reply:
    """The question with its progress, under whatever was said before it, with the buttons that belong to it."""
    asked: Section = (Block(f"Question {exchange.number}/{interview.length}", "strong"), Block(exchange.asked))
    key = f"{interview.id} {exchange.number}"
    row = (Button("Hint", f"hint {key}"), Button("Skip", f"skip {key}"), Button("Grade me", f"grade {interview.id}"))
    return Reply(
        sections=(before, asked) if before else (asked,), kind="question", buttons=(row,), exchange=exchange.number
    )


def hint(text: str) -> Block:
    return Block(f"Hint: {text}")


def first_unknown(hint_text: str) -> Reply:
    return say("That is all right, nobody knows everything.", hint(hint_text), "Try it with that, or /skip.")


NO_HINT_LEFT = "I have no more hints for this question. Say what you can, or /skip."
SKIPPED = Block("Skipped. Let us go on.")
NOT_AN_ANSWER = Block("I could not connect that with the question. Let us go on.")
LATE = "That reached me before my new question did, so I added it to your previous answer."
TOO_EARLY = "Your message crossed with my first question. Please answer that one."
EARLY_SKIP = "That crossed with my new question, so I have not skipped it. Send /skip once more if you want to."
NO_MORE_QUESTIONS = "That was my last question for this role."


def heard(text: str) -> tuple[Block, ...]:
    return (Block("I heard:", "note"), Block(shorten(text, LONGEST_QUOTE), "quote"))


def corrected(exchange: Exchange) -> Reply:
    return say(f"Thank you, I took your correction of answer {exchange.number}.")


# Ending


def grading(interview: Interview) -> Reply:
    count = len(interview.responses)
    answers = "1 response" if count == 1 else f"{count} responses"
    return say(f"Thank you, that was the interview: {answers}. I am preparing your scorecard…")


STILL_GRADING = "Your scorecard is being prepared. It comes as the next message here."
NOTHING_RUNNING = "No interview is running here. /start begins one."
ALREADY_SCORED = "This interview has its scorecard already, so I left the answer as it was."


def confirm_cancel(interview: Interview) -> Reply:
    return say(
        f"Stop the {interview.pack.title} interview ({progress_of(interview)}) without a scorecard?",
        "/grade ends it with one.",
        buttons=[[Button("Stop it", f"cancel {interview.id}"), Button("Continue", f"continue {interview.id}")]],
    )


CANCELLED = "Stopped. Your answers are kept in /history. /start begins a new interview whenever you like."


# Looking around


def progress_of(interview: Interview) -> str:
    return f"{len(interview.responses)}/{interview.length}"


def progress(interview: Interview) -> Reply:
    skipped = sum(exchange.skipped for exchange in interview.responses)
    answered = len(interview.responses) - skipped
    here = f"{interview.pack.title}: {progress_of(interview)} done ({answered} answered, {skipped} skipped)."
    current = interview.current
    return say(here, *([f"Open question {current.number}: {current.asked}"] if current else []))


def help_text() -> Reply:
    what = {
        "start": "begin an interview",
        "hint": "a cue for the current question",
        "skip": "go on to the next question",
        "grade": "end the interview and get the scorecard",
        "progress": "where we are",
        "history": "your earlier interviews and their scorecards",
        "cancel": "stop without a scorecard",
        "help": "this list",
    }
    lines = "\n".join(f"/{name}: {what[name]}" for name in COMMANDS)
    return say("Answer my questions by text or by voice. These commands help:", lines)


def history(past: Sequence[Past]) -> Reply:
    if not past:
        return say("You have no interviews yet. /start begins one.")
    lines = "\n".join(f"{n}. {_past_line(item)}" for n, item in enumerate(past, 1))
    ended = [(n, item) for n, item in enumerate(past, 1) if item.status == "ended"][:8]
    row = [Button(f"Show {n}", f"show {item.id}") for n, item in ended]
    rows = [row[i : i + 4] for i in range(0, len(row), 4)]
    return say("Your interviews, newest first:", lines, buttons=rows, private=True)


def _past_line(past: Past) -> str:
    outcome = {"open": "still running", "cancelled": "stopped"}.get(past.status)
    if outcome is None:
        outcome = f"{past.result:.1f} of 10" if past.result is not None else "no grade"
    return f"{past.started_at:%d %b %Y} · {past.role_title} · {past.responses} responses · {outcome}"


UNKNOWN_INTERVIEW = "I do not find that interview in your history. /history lists them."


# What went otherwise


def unknown_command(name: str) -> Reply:
    return say(f"I do not know /{shorten(name, 40)}.", *_blocks(help_text()))


def unsupported(what: str, interview: Interview | None) -> Reply:
    if interview is None or interview.current is None:
        return say(f"I cannot use {what}. I take text and voice notes; /start begins an interview.")
    return say(f"I cannot use {what}. Please answer by text or with a voice note.", *_still_open(interview))


def not_heard(reason: str, interview: Interview | None) -> Reply:
    """Why a recording is no answer; `reason` is the word an Unusable carries."""
    text = _NOT_HEARD.get(reason, "I could not open that recording.")
    return say(f"{text} Please record it again, or type your answer.", *_still_open(interview))


_NOT_HEARD = {
    "silent": "I could not hear any speech in that recording.",
    "no_audio": "That recording has no sound in it.",
    "not_audio": "I could not open that file as a recording.",
    "too_long": "That recording is longer than ten minutes.",
    "too_big": "That recording is too big for me to fetch.",
    "nothing_said": "I could not make out any words in that recording.",
    "no_file": "I did not find that file.",
}


def no_ears(interview: Interview | None) -> Reply:
    return say("I cannot listen to recordings here at the moment. Please type your answer.", *_still_open(interview))


CUT_OFF = Block("The recording looks cut off: I could hear only the first part of it.", "note")
STILL_LISTENING = "I am still working on your recording. You can wait, or type your answer instead."
STILL_THINKING = "This takes longer than usual. I have your message, and I am on it."
SUPERSEDED = "I could not listen to your recording in time, so I go by what you wrote. The recording is not graded."
TOO_MANY = (
    "That was more than I can follow: I take up to 20 messages at once, and the rest of yours did not count. "
    "Please wait for my reply, then go on with one message at a time."
)
SET_ASIDE = "I am sorry: I could not handle one of your messages. Please send it again."
STALE_BUTTON = "That button belongs to an earlier moment of the interview."


def stranger() -> Reply:
    return say("This is somebody else's interview. You are welcome to begin your own: /start", private=True)


def which_interview(titles: Iterable[str]) -> Reply:
    running = ", ".join(titles)
    return say(
        f"You have several interviews running here ({running}). Please answer in the thread of the one you mean."
    )


def _still_open(interview: Interview | None) -> tuple[str, ...]:
    current = interview.current if interview else None
    return (f"Question {current.number} is still open.",) if current else ()


def _blocks(reply: Reply) -> tuple[Block, ...]:
    return tuple(block for section in reply.sections for block in section)


def shorten(text: str, limit: int) -> str:
    """The text in at most `limit` characters, cut at a word."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0] + "…"
