"""A conversation test is a list of what is said and what is answered: `dialogue.verify(("/start", "Which role"), …)`.

A learner's "/word" is a command, "[Label]" presses the newest button with that label, and anything else is text.
What is expected are fragments of the answer, or NOTHING.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from engine.grading import Evidence, Feedback, Grade
from engine.interview import Exchange, Interview
from engine.ports import Moment, Move, OnText, Past
from engine.preview import Preview
from engine.reply import Button, Reply
from engine.rolepack import RolePack
from engine.said import COMMANDS, Command, Edit, Heard, Learner, Press, Said, Text, UnknownCommand
from engine.scorecard import scorecard
from engine.turn import Outcome, Panel, Turn, take_turn
from tests.packs import small_pack

NOTHING = ""
FOLLOW_UP = "Could you say more about that?"
ASHA = Learner("telegram:7:42", "Asha")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Late:
    """Said before the open question, or the one with this number, had reached the learner."""

    said: str
    question: int | None = None


@dataclass(frozen=True)
class Edited:
    """What was said before as `old` now reads `new`."""

    old: str
    new: str


@dataclass
class AttentiveInterviewer:
    """Hears the key points of tests/packs.py; asks on while one is missing. What is in `script` comes first."""

    script: list[Move] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)

    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        self.moments.append(moment)
        signs = {"what": "memorises", "sign": "validation"}
        heard = tuple(point for point, word in signs.items() if word in moment.answer)
        missing = set(moment.unheard) - set(heard)
        own = Move(heard, FOLLOW_UP, "", "test") if missing else Move(heard, None, "Thank you.", "test")
        move = self.script.pop(0) if self.script else own
        await on_text(move.follow_up or move.bridge)
        return move


@dataclass
class KeptInterviews:
    """A history that holds what a dialogue gave it."""

    kept: dict[str, Interview] = field(default_factory=dict)

    async def interview(self, interview: str) -> Interview | None:
        return self.kept.get(interview)

    async def past(self, learner: str) -> tuple[Past, ...]:
        own = [interview for interview in self.kept.values() if interview.learner == learner]
        return tuple(Past(i.id, i.pack.title, i.status, i.started_at, len(i.responses), None) for i in reversed(own))

    async def asked_before(self, learner: str, role: str) -> tuple[str, ...]:
        own = [i for i in self.kept.values() if i.learner == learner and i.pack.role == role]
        return tuple(exchange.question for interview in own for exchange in interview.exchanges)


class Dialogue:
    """One learner's conversation, turn by turn, with a world in which every question is delivered at once."""

    def __init__(self, *packs: RolePack, history: KeptInterviews | None = None, learner: Learner = ASHA) -> None:
        self.packs: Mapping[str, RolePack] = {p.role: p for p in (packs or (small_pack(),))}
        self.interviewer = AttentiveInterviewer()
        self.history = history or KeptInterviews()
        self.learner = learner
        self.interview: Interview | None = None
        self.delivering = True
        self.previews: list[str] = []
        self.graded: list[tuple[int, int]] = []
        self.replies: tuple[Reply, ...] = ()
        self.now = NOON
        self._buttons: dict[str, Button] = {}
        self._refs: dict[str, str] = {}
        self._position = 100

    async def verify(self, *pairs: tuple[object, str | Sequence[str]]) -> None:
        for said, expected in pairs:
            answer = await self.hears(said)
            fragments = [expected] if isinstance(expected, str) else expected
            assert answer == NOTHING if expected == NOTHING else all(f in answer for f in fragments), (
                f"to {said!r}\nexpected {expected!r}\ngot {answer!r}"
            )

    async def hears(self, said: object) -> str:
        """Takes the turn and does what the world would do with its outcome. The whole answer as text."""
        self._position += 10
        self.now += timedelta(seconds=1)
        outcome = await take_turn(self._turn(said), self._panel())
        self._keep(outcome)
        return text_of(*outcome.replies)

    @property
    def running(self) -> Interview:
        assert self.interview is not None
        return self.interview

    @property
    def open(self) -> Exchange:
        assert self.running.current is not None
        return self.running.current

    def button(self, label: str) -> Press:
        """The newest button with this label, as it would be pressed at any later time."""
        return Press(self._buttons[label].action)

    def grade(self, number: int, points: int, by: str = "test") -> None:
        """The background grades an exchange."""
        exchange = replace(self.running.exchanges[number - 1], grade=grade_of(points, by))
        self._know(self.running.put(exchange))

    def post_scorecard(self, points: int = 7) -> str:
        """The background grades what is not graded yet, and the scorecard goes out."""
        for exchange in self.running.responses:
            if exchange.grade is None:
                self.grade(exchange.number, 1 if exchange.skipped else points)
        self._know(replace(self.running, scored=True))
        return text_of(scorecard(self.running))

    def _turn(self, said: object) -> Turn:
        position, ref = self._position, f"m{self._position}"
        if isinstance(said, Late):
            crossed = self.running.exchanges[said.question - 1] if said.question else self.open
            position, said = (crossed.asked_at or self._position) - 1, said.said
        if isinstance(said, str):
            self._refs[said] = ref
        return Turn(
            said=self._said(said),
            learner=self.learner,
            conversation=f"{self.learner.key}:0",
            interview=self.interview,
            ref=ref,
            position=position,
            now=self.now,
            new_id=f"{self._position:016x}",
        )

    def _said(self, said: object) -> Said:
        match said:
            case Edited(old, new):
                return Edit(self._refs[old], new)
            case str() if said.startswith("["):
                return self.button(said.strip("[]"))
            case str() if said.startswith("/"):
                name, _, argument = said[1:].partition(" ")
                known = next((command for command in COMMANDS if command == name), None)
                return Command(known, argument) if known else UnknownCommand(name)
            case str():
                return Text(said)
            case _:
                return said  # type: ignore[return-value]

    def _panel(self) -> Panel:
        async def write(text: str) -> None:
            self.previews.append(text)

        return Panel(self.packs, self.interviewer, self.history, Preview(write))

    def _keep(self, outcome: Outcome) -> None:
        for interview in outcome.interviews:
            self._know(interview)
        for interview, number in outcome.to_grade:
            self.graded.append((number, interview.exchanges[number - 1].revision))
        for reply in outcome.replies:
            self._deliver(reply)
        self.replies = outcome.replies

    def _deliver(self, reply: Reply) -> None:
        self._position += 10
        self._buttons.update({button.label: button for row in reply.buttons for button in row})
        if reply.kind == "question" and self.delivering and self.open.asked_at is None:
            self._know(self.running.put(replace(self.open, asked_at=self._position)))

    def _know(self, interview: Interview) -> None:
        self.interview = interview
        self.history.kept[interview.id] = interview


def spoken(text: str) -> Text:
    return Text(text, Heard("ears", 4.0))


def text_of(*replies: Reply) -> str:
    return "\n\n".join(block.text for reply in replies for section in reply.sections for block in section)


def grade_of(number: int, by: str = "test") -> Grade:
    points = (("Correctness", number), ("Clarity", number))
    feedback = Feedback(f"good {number}", f"missing {number}", f"improve {number}")
    return Grade(number, points, (Evidence("what", "noise"),), ("sign",), (), feedback, by)


async def begun(*packs: RolePack, length: int = 5, **changes: object) -> Dialogue:
    """A dialogue whose first question was just asked."""
    dialogue = Dialogue(*packs, **changes)  # type: ignore[arg-type]
    role = next(iter(dialogue.packs))
    await dialogue.verify((f"/start {role} {length}", f"Question 1/{length}"))
    return dialogue
