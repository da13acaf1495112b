"""Whole interviews in Slack: real processes, the real client libraries, real PostgreSQL, real voice."""

from __future__ import annotations

import re

from tests.end_to_end.brains import polite
from tests.end_to_end.viva import free_port, listening, openai_environment, viva
from tests.loopback import speech
from tests.loopback.openai import FakeOpenAI
from tests.loopback.slack import FakeSlack

GOOD = "I would compare the training error with the validation error and then choose the simpler model of the two"


async def test_a_whole_interview_in_a_channel_thread(database_url: str, slack: FakeSlack) -> None:
    asha = slack.user("U1", "Asha")
    ben = slack.user("U2", "Ben")
    cohort = slack.channel("C1", "ds-cohort", [asha, ben])
    async with viva(database_url, slack.env(), start=("slack", "worker")):
        await slack.connected(1)
        await slack.slash(asha, cohort, "/interview", "data-science 5")
        first = await cohort.wait_for("Question 1/5")
        thread = first.thread
        await thread.say(ben, "I know this one!")
        await ben.wait_for_ephemeral("somebody else's interview")
        await thread.say(asha, "hint")
        await thread.wait_for("Hint:")
        await thread.say(asha, GOOD)
        seen = first
        for number in range(2, 6):
            seen = await thread.wait_for(f"Question {number}/5", after=seen)
            await thread.say(asha, GOOD)
        await thread.wait_for("Work on next", timeout=30)
    said = "\n".join(message.shown for message in thread.messages)
    assert len(re.findall(r"Grade: \d+/10", said)) == 5
    assert not slack.pings


async def test_a_spoken_answer_in_the_messages_tab(database_url: str, slack: FakeSlack) -> None:
    words = "the training error is low but the validation error is high so the model is too complex"
    clip = speech.mp4_video_label(speech.speak(words))
    asha = slack.user("U1", "Asha")
    dm = slack.dm(asha)
    async with FakeOpenAI() as openai:
        model = openai_environment(polite(openai).base_url, openai.api_key)
        async with viva(database_url, slack.env(), model, start=("slack", "worker")):
            await slack.connected(1)
            await dm.say(asha, "hello")
            await dm.wait_for("Which role")
            await dm.say(asha, "start data-science 5")
            question = await dm.wait_for("Question 1/5")
            await question.thread.share_audio(asha, clip, name="audio_message.mp4", mimetype="video/mp4")
            heard = await question.thread.wait_for("I heard:", timeout=30)
            assert words in heard.shown.lower()
            await question.thread.say(asha, "grade")
            card = await question.thread.wait_for("Scorecard", timeout=30)
            assert "1 response" in card.shown


async def test_by_http_events(database_url: str, slack: FakeSlack) -> None:
    asha = slack.user("U1", "Asha")
    cohort = slack.channel("C1", "ds-cohort", [asha])
    port = free_port()
    http = slack.env(http=True) | {"PORT": str(port)}
    async with viva(database_url, http, start=("web", "worker")):
        await listening(port)
        await slack.use_http(f"http://127.0.0.1:{port}/slack/events")
        await cohort.say(asha, "@viva data-science 5")
        question = await cohort.wait_for("Question 1/5")
        await question.thread.say(asha, GOOD)
        await question.thread.wait_for("Question 2/5")
        await slack.slash(asha, cohort, "/grade", "")
        card = await question.thread.wait_for("Scorecard", timeout=30)
        assert "1 response" in card.shown


async def test_a_redelivered_event_is_one_answer(database_url: str, slack: FakeSlack) -> None:
    asha = slack.user("U1", "Asha")
    cohort = slack.channel("C1", "ds-cohort", [asha])
    async with viva(database_url, slack.env(), start=("slack", "slack", "worker")):
        await slack.connected(2)
        await slack.slash(asha, cohort, "/interview", "data-science 5")
        question = await cohort.wait_for("Question 1/5")
        answer = await question.thread.say(asha, GOOD)
        await question.thread.wait_for("Question 2/5")
        await slack.redeliver(answer)
        await slack.redeliver(answer)
        await question.thread.say(asha, GOOD)
        await question.thread.wait_for("Question 3/5")
    shown = [message.shown for message in question.thread.messages]
    assert sum("Question 2/5" in text for text in shown) == 1
    assert sum("Question 3/5" in text for text in shown) == 1
