"""Whose conversation it is, where Slack does not say which is meant, or a thread is about to get its name."""

import pytest

from engine.interview import Interview
from engine.ports import Past, Work
from engine.said import Address, Command, Conversation, Edit, Incoming, Learner, Press, Said, Text
from engine.work.whereabouts import Elsewhere, Here, whereabouts

ADDRESS: Address = {"team": "T1", "channel": "C1", "user": "U1", "thread_ts": None, "root": 1}
ASHA = "slack:T1:U1"


class KeptConversations:
    """`engine.ports.Library`, as far as it knows conversations; those in `running` have an interview under way."""

    def __init__(self, *conversations: Conversation, running: tuple[str, ...] = ()) -> None:
        self._all = conversations
        self._running = running

    async def conversation(self, key: str) -> Conversation | None:
        return next((each for each in self._all if each.key == key), None)

    async def conversation_at(self, channel: str, place: str) -> Conversation | None:
        return next((each for each in self._all if (each.channel, each.place) == (channel, place)), None)

    async def open_conversations(self, learner: str, chat: str | None = None) -> tuple[Conversation, ...]:
        own = (each for each in self._all if each.learner == learner and each.key in self._running)
        return tuple(each for each in own if chat in (None, each.chat))

    async def latest_conversation(self, learner: str, chat: str) -> Conversation | None:
        return next((each for each in self._all if (each.learner, each.chat) == (learner, chat)), None)

    async def unnamed_conversations(self, learner: str, chat: str) -> tuple[Conversation, ...]:
        own = (each for each in self._all if (each.learner, each.chat) == (learner, chat))
        return tuple(each for each in own if each.place is None)

    async def latest_interview(self, conversation: str) -> Interview | None:
        raise NotImplementedError

    async def interview(self, interview: str) -> Interview | None:
        raise NotImplementedError

    async def past(self, learner: str) -> tuple[Past, ...]:
        raise NotImplementedError

    async def asked_before(self, learner: str, role: str) -> tuple[str, ...]:
        raise NotImplementedError

    async def scorecard_messages(self, interview: str) -> Work | None:
        raise NotImplementedError


def conversation(key: str, place: str | None = None, learner: str = ASHA) -> Conversation:
    return Conversation(key, "slack", learner, "slack:T1:C1", ADDRESS, place)


def incoming(said: Said, place: str | None = None, opens: str | None = None, *, to_viva: bool = True) -> Incoming:
    return Incoming("slack", Learner(ASHA, "asha"), "slack:T1:C1", place, opens, ADDRESS, said, "r1", 1, to_viva)


async def test_an_interview_that_begins_waits_for_its_thread_to_be_named() -> None:
    here = await whereabouts(incoming(Command("start", "law 5")), KeptConversations())
    assert isinstance(here, Here)
    assert here.new
    assert here.conversation.place is None


@pytest.mark.parametrize("said", [Command("history"), Command("hint"), Command("grade"), Press("show ab")])
async def test_what_begins_nothing_leaves_no_place_that_others_would_wait_for(said: Said) -> None:
    here = await whereabouts(incoming(said), KeptConversations())
    assert isinstance(here, Here)
    assert here.conversation.place == here.conversation.key


@pytest.mark.parametrize("said", [Press("role law"), Press("hint ab 1"), Text("It depends")])
async def test_in_a_thread_that_may_be_named_in_a_moment_the_learner_waits(said: Said) -> None:
    library = KeptConversations(conversation("c1"))
    found = await whereabouts(incoming(said, "slack:T1:C1:5", to_viva=isinstance(said, Press)), library)
    assert found == Elsewhere("soon")


async def test_a_press_in_a_thread_that_nobody_names_any_more_opens_it() -> None:
    here = await whereabouts(incoming(Press("role law"), "slack:T1:C1:5", "slack:T1:C1:5"), KeptConversations())
    assert isinstance(here, Here)
    assert here.conversation.place == "slack:T1:C1:5"


async def test_with_two_interviews_open_only_what_concerns_one_of_them_is_asked_about() -> None:
    library = KeptConversations(conversation("c1", "p1"), conversation("c2", "p2"), running=("c1", "c2"))
    several = await whereabouts(incoming(Command("hint")), library)
    assert isinstance(several, Elsewhere)
    assert several.why == "several"
    for said in (Command("help"), Command("history"), Press("show ab")):
        assert await whereabouts(incoming(said), library) == Here(conversation("c1", "p1"))


async def test_an_edit_finds_the_interview_that_has_just_ended() -> None:
    library = KeptConversations(conversation("c1", "p1"))
    assert await whereabouts(incoming(Edit("r0", "better")), library) == Here(conversation("c1", "p1"))
    text = await whereabouts(incoming(Text("hello"), opens="p2"), library)
    assert text == Here(conversation("p2", "p2"), new=True)
