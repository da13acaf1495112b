"""The kinds of work, the lanes they go to, and what their payloads look like.

Lanes: `turn:` one per learner, `grade:` one per exchange, `score:` one per interview, `send:` one per chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from engine.interview import Exchange, Interview
from engine.ports import Channel, Delivered, NewWork
from engine.reply import Reply
from engine.said import Address, Conversation

EVENT, GRADE, SCORE, FOLLOW, SAY, AMEND = "event", "grade", "score", "follow", "say", "amend"


@dataclass(frozen=True)
class Say:
    """A reply on its way. To a conversation, wherever that is by then; or to an address, when there is none."""

    channel: str
    reply: Reply
    conversation: str | None = None
    address: dict[str, str | int | None] | None = None
    interview: str | None = None


@dataclass(frozen=True)
class Amend:
    """The scorecard of an interview is to be edited in place, where the exchanges that were `graded` since then
    stand."""

    channel: str
    conversation: str
    interview: str
    graded: tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    """The answer to grade: one revision of one exchange."""

    interview: str
    number: int
    revision: int


@dataclass(frozen=True)
class Scoring:
    """The scorecard to prepare. `pending` are the exchanges whose grades were missing when it was posted or edited
    last."""

    interview: str
    pending: tuple[int, ...] = ()


say_codec = TypeAdapter(Say)
amend_codec = TypeAdapter(Amend)
answer_codec = TypeAdapter(Answer)
scoring_codec = TypeAdapter(Scoring)


def event(channel: str, learner: str, key: str, body: bytes) -> NewWork:
    """An event as it was received. `key` names it for ever: what is redelivered is ignored."""
    return NewWork(f"turn:{learner}", key, f"{EVENT}:{channel}", learner, body)


def says(
    channel: Channel, conversation: Conversation, replies: Sequence[Reply], key: str, interview: str | None
) -> tuple[NewWork, ...]:
    """One work per reply, in order, in the lane of the conversation's chat."""
    lane = f"send:{channel.chat_of(conversation.address)}"
    return tuple(
        NewWork(
            lane,
            f"{key}/{n}",
            SAY,
            conversation.key,
            say_codec.dump_json(Say(channel.name, reply, conversation.key, None, interview)),
        )
        for n, reply in enumerate(replies)
    )


def say_to(channel: Channel, address: Address, reply: Reply, key: str, conversation: str) -> NewWork:
    """A reply to an address that need not be a conversation's."""
    payload = say_codec.dump_json(Say(channel.name, reply, None, dict(address)))
    return NewWork(f"send:{channel.chat_of(address)}", key, SAY, conversation, payload)


def scorecard_say(channel: Channel, conversation: Conversation, reply: Reply, interview: str) -> NewWork:
    """The scorecard, which can be queued once only."""
    payload = say_codec.dump_json(Say(channel.name, reply, conversation.key, None, interview))
    lane = f"send:{channel.chat_of(conversation.address)}"
    return NewWork(lane, f"scorecard:{interview}", SAY, conversation.key, payload)


def amend(channel: Channel, conversation: Conversation, interview: str, graded: tuple[int, ...]) -> NewWork:
    """Each exchange is amended once."""
    payload = amend_codec.dump_json(Amend(channel.name, conversation.key, interview, graded))
    lane = f"send:{channel.chat_of(conversation.address)}"
    return NewWork(lane, f"amend:{interview}:{min(graded)}", AMEND, conversation.key, payload)


def grade(interview: Interview, exchange: Exchange) -> NewWork:
    """The grading of the exchange's present revision, once."""
    answer = Answer(interview.id, exchange.number, exchange.revision)
    lane = f"grade:{interview.id}:{exchange.number}"
    return NewWork(lane, f"{lane}:{exchange.revision}", GRADE, interview.conversation, answer_codec.dump_json(answer))


def score(interview: Interview) -> NewWork:
    payload = scoring_codec.dump_json(Scoring(interview.id))
    return NewWork(score_lane(interview.id), f"score:{interview.id}", SCORE, interview.conversation, payload)


def follow(interview: Interview, pending: tuple[int, ...]) -> NewWork:
    """Watches for the grades that a posted scorecard still lacks."""
    payload = scoring_codec.dump_json(Scoring(interview.id, pending))
    key = f"follow:{interview.id}:{len(pending)}"
    return NewWork(score_lane(interview.id), key, FOLLOW, interview.conversation, payload)


def score_lane(interview: str) -> str:
    return f"score:{interview}"


def delivered(say: Say, position: int) -> Delivered | None:
    """What the sending of a question changes: from now on messages answer it."""
    if say.interview is None or say.reply.kind != "question" or say.reply.exchange is None:
        return None
    return Delivered(say.interview, say.reply.exchange, position)
