"""Sending, editing and showing a sign of life, against a strict Slack."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bots.slack.channel import SlackChannel
from engine.failures import Unavailable, Unusable
from engine.ports import Sent
from engine.reply import Block, Button, say
from engine.said import Address
from tests.loopback.slack import App, Channel, FakeSlack, User

GO = [[Button("Go on", "continue ab")]]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
async def viva(slack: FakeSlack) -> AsyncIterator[SlackChannel]:
    channel = SlackChannel(slack.bot_token, slack.api_url, slack.files_url)
    yield channel
    await channel.close()


@pytest.fixture
def asha(slack: FakeSlack) -> User:
    return slack.user("U1", "Asha")


@pytest.fixture
def cohort(slack: FakeSlack, asha: User) -> Channel:
    return slack.channel("C1", "cohort", [asha, slack.user("U2", "Ben")])


def at(slack: FakeSlack, channel: str, thread: str | None = None, **more: Any) -> Address:
    return {"team": slack.team_id, "channel": channel, "user": "U1", "thread_ts": thread, "root": 0} | more


async def failing(viva: SlackChannel, address: Address) -> Unavailable | Unusable:
    with pytest.raises((Unavailable, Unusable)) as failure:
        await viva.send(address, say("Well?", buttons=GO))
    assert isinstance(failure.value, Unavailable | Unusable)
    return failure.value


# Sending


async def test_a_message_goes_into_its_thread(
    slack: FakeSlack, viva: SlackChannel, cohort: Channel, asha: User
) -> None:
    root = await cohort.say(asha, "@viva law")
    sent = await viva.send(at(slack, "C1", root.ts), say("Well?", buttons=GO))
    message = await root.thread.wait_for("Well?")
    assert sent == Sent(message.ts, int(message.ts.replace(".", "")))
    assert message.shown == "Well?\n[Go on]"
    slack.assert_clean()


@pytest.mark.parametrize("place", ["channel", "direct"])
async def test_the_first_message_opens_a_thread(
    slack: FakeSlack, viva: SlackChannel, cohort: Channel, asha: User, place: str
) -> None:
    channel = cohort if place == "channel" else slack.dm(asha)
    address = at(slack, channel.id, root=1)
    sent = await viva.send(address, say("Which role?", buttons=GO))
    assert sent.place == f"slack:{slack.team_id}:{channel.id}:{sent.ref}"
    assert sent.address == at(slack, channel.id, sent.ref)
    assert sent.address
    await viva.send(sent.address, say("Well? Or /start again?"))
    await channel.thread(sent.ref).wait_for("Well? Or start again?")
    assert viva.chat_of(address) == viva.chat_of(sent.address)
    slack.assert_clean()


async def test_what_is_private_is_shown_to_one_person(
    slack: FakeSlack, viva: SlackChannel, cohort: Channel, asha: User
) -> None:
    root = await cohort.say(asha, "hello")
    await viva.send(at(slack, "C1", root.ts), say("Your history", private=True))
    assert (await asha.wait_for_ephemeral("Your history")).thread_ts == root.ts
    await viva.send(at(slack, "C1", root.ts, root=1), say("Not your button", private=True))
    assert (await asha.wait_for_ephemeral("Not your button")).thread_ts is None
    assert [message.text for message in cohort.messages] == ["hello"]
    slack.assert_clean()


async def test_small_talk_outside_of_threads_does_not_fill_the_channel(
    slack: FakeSlack, viva: SlackChannel, cohort: Channel, asha: User
) -> None:
    sent = await viva.send(at(slack, "C1", root=1), say("No interview is running here. /start begins one."))
    await asha.wait_for_ephemeral("No interview is running here. /interview begins one.")
    assert (cohort.messages, sent.place) == ([], None)


async def test_what_is_private_is_an_ordinary_message_where_nobody_else_reads(
    slack: FakeSlack, viva: SlackChannel, asha: User
) -> None:
    await viva.send(at(slack, slack.dm(asha).id), say("Your history", private=True))
    await slack.dm(asha).wait_for("Your history")
    assert asha.ephemerals == []


@pytest.mark.parametrize("private", [False, True])
async def test_where_viva_is_no_member_it_writes_to_the_learner(
    slack: FakeSlack, viva: SlackChannel, asha: User, private: bool
) -> None:
    slack.channel("C9", "elsewhere", [asha], bot_is_member=False)
    sent = await viva.send(at(slack, "C9", root=1), say("Which role?", buttons=GO, private=private))
    message = await slack.dm(asha).wait_for("Which role?")
    assert sent.place == f"slack:{slack.team_id}:{slack.dm(asha).id}:{message.ts}"
    assert sent.address == at(slack, slack.dm(asha).id, message.ts)
    slack.assert_clean()


async def test_a_thread_in_a_channel_that_viva_has_left_is_closed_to_it(
    slack: FakeSlack, viva: SlackChannel, cohort: Channel, asha: User
) -> None:
    root = await cohort.say(asha, "hello")
    cohort.bot_is_member = False
    failure = await failing(viva, at(slack, "C1", root.ts))
    assert isinstance(failure, Unusable)
    assert failure.reason == "blocked"
    assert slack.dm(asha).messages == []


async def test_quoted_calls_call_nobody(slack: FakeSlack, viva: SlackChannel, cohort: Channel, asha: User) -> None:
    root = await cohort.say(asha, "hello")
    words = "<!channel> <@U2> @here & <b>"
    await viva.send(at(slack, "C1", root.ts), say("I heard:", Block(words, "quote")))
    message = await root.thread.wait_for("I heard:")
    assert message.shown == f"I heard:\n{words}"
    assert slack.pings == []
    slack.assert_clean()


async def test_refused_blocks_go_out_as_text(slack: FakeSlack, viva: SlackChannel, cohort: Channel) -> None:
    slack.fail("chat.postMessage", error="invalid_blocks")
    sent = await viva.send(at(slack, "C1"), say("Which <role>?", buttons=GO))
    message = await cohort.wait_for("Which <role>?")
    assert (message.blocks, message.ts) == ([], sent.ref)


# Editing


async def test_a_message_is_edited_in_place(slack: FakeSlack, viva: SlackChannel, cohort: Channel) -> None:
    sent = await viva.send(at(slack, "C1"), say("not graded yet", buttons=GO))
    assert sent.address
    await viva.edit(sent.address, sent.ref, say("Grade: 7/10 " + "feedback & " * 900))
    assert "Grade: 7/10" in cohort.messages[0].shown
    slack.assert_clean()


async def test_refused_blocks_of_an_edit_take_the_old_ones_away(
    slack: FakeSlack, viva: SlackChannel, cohort: Channel
) -> None:
    sent = await viva.send(at(slack, "C1"), say("not graded yet", buttons=GO))
    slack.fail("chat.update", error="invalid_blocks")
    await viva.edit(at(slack, "C1", sent.ref), sent.ref, say("Grade: 7/10"))
    assert cohort.messages[0].shown == "Grade: 7/10"


async def test_a_message_that_is_gone_cannot_be_edited(slack: FakeSlack, viva: SlackChannel, cohort: Channel) -> None:
    with pytest.raises(Unusable) as failure:
        await viva.edit(at(slack, "C1"), "1700000000.000001", say("x"))
    assert failure.value.reason == "refused"


# Failures


async def test_slack_says_how_long_to_wait(slack: FakeSlack, viva: SlackChannel, cohort: Channel) -> None:
    slack.fail("chat.postMessage", retry_after=7)
    failure = await failing(viva, at(slack, "C1"))
    assert isinstance(failure, Unavailable)
    assert (failure.retry_after, failure.in_doubt) == (7.0, False)


@pytest.mark.parametrize(
    ("trouble", "in_doubt"),
    [
        ({"status": 503, "error": "service_unavailable"}, True),
        ({"error": "fatal_error"}, True),
        ({"drop": "before"}, True),
        ({"drop": "after"}, True),
        ({"error": "rate_limited"}, False),
    ],
)
async def test_what_passes_is_tried_later_and_only_once_at_a_time(
    slack: FakeSlack, viva: SlackChannel, cohort: Channel, trouble: dict[str, Any], in_doubt: bool
) -> None:
    slack.fail("chat.postMessage", **trouble)
    failure = await failing(viva, at(slack, "C1"))
    assert isinstance(failure, Unavailable)
    assert failure.in_doubt == in_doubt
    assert len(slack.called("chat.postMessage")) == 1


async def test_a_slack_that_cannot_be_reached_is_tried_later_and_has_got_nothing(unused_tcp_port: int) -> None:
    viva = SlackChannel("xoxb-x", f"http://127.0.0.1:{unused_tcp_port}/api/", "http://127.0.0.1:1")
    failure = await failing(viva, {"team": "T1", "channel": "C1", "user": "U1", "thread_ts": None})
    await viva.close()
    assert isinstance(failure, Unavailable)
    assert not failure.in_doubt


@pytest.mark.parametrize("code", ["is_archived", "channel_not_found", "user_not_in_channel", "messages_tab_disabled"])
async def test_a_closed_door_is_final(slack: FakeSlack, viva: SlackChannel, asha: User, code: str) -> None:
    slack.fail("chat.postMessage", error=code)
    failure = await failing(viva, at(slack, slack.dm(asha).id))
    assert isinstance(failure, Unusable)
    assert failure.reason == "blocked"


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_refused_token_is_named_in_the_log_and_waited_for(
    slack: FakeSlack, viva: SlackChannel, cohort: Channel, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    slack.fail("chat.postMessage", error=code)
    failure = await failing(viva, at(slack, "C1"))
    assert isinstance(failure, Unavailable)
    assert "SLACK_BOT_TOKEN is refused" in caplog.text
    assert slack.bot_token not in caplog.text


async def test_a_missing_scope_is_named_in_the_log_and_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeSlack(App(scopes=frozenset({"im:history"}))) as slack:
        slack.channel("C1", "cohort", [])
        viva = SlackChannel(slack.bot_token, slack.api_url, slack.files_url)
        failure = await failing(viva, at(slack, "C1"))
        await viva.close()
    assert isinstance(failure, Unavailable)
    assert "lacks the scope chat:write" in caplog.text


# A sign of life


@pytest.fixture
async def quick(slack: FakeSlack) -> AsyncIterator[SlackChannel]:
    """Shows its status at once."""
    channel = SlackChannel(slack.bot_token, slack.api_url, slack.files_url, status_after=0.0)
    yield channel
    await channel.close()


async def test_a_status_shows_under_the_thread_until_something_is_said(
    slack: FakeSlack, quick: SlackChannel, cohort: Channel, asha: User
) -> None:
    root = await cohort.say(asha, "hello")
    address = at(slack, "C1", root.ts)
    for _ in range(3):
        await quick.preview(address, None)
    assert root.thread.status == "is thinking…"
    assert len(slack.called("assistant.threads.setStatus")) == 1, "it stays by itself"
    await quick.send(address, say("Well?"))
    assert root.thread.status == ""
    await quick.preview(address, None)
    assert root.thread.status == "is thinking…"
    slack.assert_clean()


async def test_a_turn_that_is_over_at_once_shows_no_status(
    slack: FakeSlack, quick: SlackChannel, cohort: Channel, asha: User
) -> None:
    root = await cohort.say(asha, "hello")
    showing = asyncio.create_task(quick.preview(at(slack, "C1", root.ts), None))
    await asyncio.sleep(0)
    showing.cancel()
    await asyncio.gather(showing, return_exceptions=True)
    assert slack.called("assistant.threads.setStatus") == []


async def test_there_are_no_drafts_and_no_status_outside_of_threads(
    slack: FakeSlack, quick: SlackChannel, cohort: Channel, asha: User
) -> None:
    root = await cohort.say(asha, "hello")
    await quick.preview(at(slack, "C1", root.ts), "Thank you. Next")
    await quick.preview(at(slack, "C1"), None)
    assert slack.calls == []


@pytest.mark.parametrize("code", ["feature_disabled", "missing_scope", "not_allowed_token_type"])
async def test_a_workspace_without_the_feature_is_asked_once(
    slack: FakeSlack, quick: SlackChannel, cohort: Channel, asha: User, code: str
) -> None:
    root = await cohort.say(asha, "hello")
    other = await cohort.say(asha, "hello again")
    slack.fail("assistant.threads.setStatus", times=9, error=code)
    for ts in (root.ts, root.ts, other.ts):
        await quick.preview(at(slack, "C1", ts), None)
    assert len(slack.called("assistant.threads.setStatus")) == 1


@pytest.mark.parametrize(
    "trouble", [{"drop": "before"}, {"status": 500}, {"retry_after": 1}, {"error": "invalid_auth"}]
)
async def test_a_failing_status_troubles_nobody(
    slack: FakeSlack, quick: SlackChannel, cohort: Channel, asha: User, trouble: dict[str, Any]
) -> None:
    root = await cohort.say(asha, "hello")
    slack.fail("assistant.threads.setStatus", **trouble)
    await quick.preview(at(slack, "C1", root.ts), None)
    assert root.thread.status == ""


async def test_secrets_and_words_stay_out_of_the_log(
    slack: FakeSlack, viva: SlackChannel, cohort: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    slack.fail("chat.postMessage", error="msg_too_long")
    await failing(viva, at(slack, "C1"))
    slack.fail("chat.postMessage", status=500)
    with pytest.raises(Unavailable):
        await viva.send(at(slack, "C1"), say(Block("a very private answer", "quote"), buttons=GO))
    assert "private answer" not in caplog.text
    assert slack.bot_token not in caplog.text
