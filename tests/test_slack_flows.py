"""Where an interview lives in Slack, with real processes: threads open, and messages and buttons find their way."""

from collections.abc import AsyncIterator

import pytest

from tests.end_to_end.viva import ROOT, viva
from tests.loopback.slack import App, Channel, FakeSlack, User

GOOD = "I would compare the training error with the validation error and then choose the simpler model of the two"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(App.from_manifest(ROOT / "bots" / "slack_manifest.yaml")) as fake:
        yield fake


@pytest.fixture
def asha(slack: FakeSlack) -> User:
    return slack.user("U1", "Asha")


@pytest.fixture
def cohort(slack: FakeSlack, asha: User) -> Channel:
    return slack.channel("C1", "cohort", [asha, slack.user("U2", "Ben")])


async def test_an_interview_is_chosen_with_buttons_in_a_channel_and_answered_in_its_thread(
    database_url: str, slack: FakeSlack, cohort: Channel, asha: User
) -> None:
    ben = slack.user("U2")
    async with viva(database_url, slack.env(), start=("slack", "worker")):
        await slack.connected()
        await slack.slash(asha, cohort, "/interview", "hint")
        await asha.wait_for_ephemeral("/interview begins one")
        await slack.slash(asha, cohort, "/interview")
        welcome = await cohort.wait_for("Which role")
        assert welcome.thread_ts is None
        await slack.press(asha, welcome, "Data Science")
        length = await welcome.thread.wait_for("how many questions")
        await slack.press(asha, length, "5")
        first = await welcome.thread.wait_for("Question 1/5")
        await slack.press(ben, welcome, "Data Science")
        assert (await ben.wait_for_ephemeral("begin your own: /interview")).thread_ts is None
        await slack.press(asha, first, "Hint")
        await welcome.thread.wait_for("Hint:")
        answer = await welcome.thread.say(asha, GOOD)
        second = await welcome.thread.wait_for("Question 2/5")
        await slack.press(asha, first, "Skip")
        await asha.wait_for_ephemeral("earlier moment")
        await slack.edit(asha, answer, f"{GOOD}, with cross-validation")
        await welcome.thread.wait_for("correction of answer 1")
        await slack.slash(asha, cohort, "/interview", "skip")
        await welcome.thread.wait_for("Question 3/5", after=second)
        await slack.slash(asha, cohort, "/interview", "history")
        await asha.wait_for_ephemeral("Your interviews")
        await slack.message_shortcut(asha, answer, "grade_interview")
        await welcome.thread.wait_for("Work on next", timeout=30)
    assert [message.ts for message in cohort.messages if message.thread_ts is None] == [welcome.ts]
    assert not slack.pings
    slack.assert_clean()


async def test_the_messages_tab_keeps_interviews_in_threads_and_takes_answers_at_its_root(
    database_url: str, slack: FakeSlack, asha: User
) -> None:
    dm = slack.dm(asha)
    async with viva(database_url, slack.env(), start=("slack", "worker")):
        await slack.connected()
        begun = await dm.say(asha, "start data-science 5")
        first = await begun.thread.wait_for("Question 1/5")
        answer = await dm.say(asha, GOOD)
        await begun.thread.wait_for("Question 2/5", after=first)
        await slack.edit(asha, answer, f"{GOOD}, with cross-validation")
        await begun.thread.wait_for("correction of answer 1")
        other = await dm.say(asha, "start law 5")
        await other.thread.wait_for("Question 1/5")
        lost = await dm.say(asha, "Which one is this for?")
        await lost.thread.wait_for("in the thread of the one you mean")
        ended = await begun.thread.say(asha, "Grade!")
        card = await begun.thread.wait_for("Scorecard", timeout=30)
        await begun.thread.wait_for("Work on next", timeout=30)
        await begun.thread.say(asha, "grade")
        await begun.thread.wait_for("Scorecard", after=card)
        assert ended.thread.ts == begun.ts
    slack.assert_clean()


async def test_where_viva_is_no_member_the_interview_moves_to_the_learners_own_conversation(
    database_url: str, slack: FakeSlack, asha: User
) -> None:
    elsewhere = slack.channel("C9", "elsewhere", [asha], bot_is_member=False)
    dm = slack.dm(asha)
    async with viva(database_url, slack.env(), start=("slack", "worker")):
        await slack.connected()
        await slack.slash(asha, elsewhere, "/interview", "data-science 5")
        first = await dm.wait_for("Question 1/5")
        await first.thread.say(asha, GOOD)
        await first.thread.wait_for("Question 2/5")
        await slack.slash(asha, elsewhere, "/interview", "progress")
        await dm.wait_for("1/5 done")
        await slack.slash(asha, elsewhere, "/grade")
        await first.thread.wait_for("Scorecard", timeout=30)
    assert elsewhere.messages == []
    slack.assert_clean()
