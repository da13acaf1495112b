"""The loopback Slack is as strict as Slack, as the real client sees it."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.loopback.slack import App, Channel, FakeSlack, Timing, User
from tests.loopback.slack_app import SCOPES
from tests.loopback.slack_blocks import message_problems
from tests.loopback.slack_responses import hook_url

Blocks = list[dict[str, Any]]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
def asha(slack: FakeSlack) -> User:
    return slack.user("U1", "Asha", locale="hi-IN")


@pytest.fixture
def dm(slack: FakeSlack, asha: User) -> Channel:
    return slack.dm(asha)


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return client_of(slack)


def client_of(slack: FakeSlack, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=token or slack.bot_token, base_url=slack.api_url, timeout=5)


async def refused(call: Awaitable[Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


def codes(slack: FakeSlack) -> list[str]:
    return [violation.code for violation in slack.violations]


def section(text: str) -> Blocks:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]


def button(label: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, **more}


def actions(*elements: dict[str, Any]) -> Blocks:
    return [{"type": "actions", "elements": list(elements)}]


# Who calls, and what with


async def test_auth_test_tells_the_bot_and_its_scopes(slack: FakeSlack, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["team_id"], answer["user_id"]) == (slack.team_id, slack.bot_user_id)
    assert set(answer.headers["x-oauth-scopes"].split(",")) == SCOPES
    slack.assert_clean()


async def test_an_unknown_method_is_refused_and_a_violation(slack: FakeSlack, client: AsyncWebClient) -> None:
    assert await refused(client.api_call("conversations.history")) == "unknown_method"
    with pytest.raises(AssertionError, match=r"unknown_method: conversations\.history"):
        slack.assert_clean()
    slack.assert_clean(allow=["unknown_method"])


async def test_a_token_must_be_known_and_of_the_right_kind(slack: FakeSlack) -> None:
    assert await refused(client_of(slack, "xoxb-wrong").auth_test()) == "invalid_auth"
    assert await refused(client_of(slack, slack.app_token).auth_test()) == "not_allowed_token_type"
    assert await refused(client_of(slack).apps_connections_open(app_token=slack.bot_token)) == "not_allowed_token_type"
    assert codes(slack) == ["invalid_auth", "not_allowed_token_type", "not_allowed_token_type"]


async def test_a_token_among_the_arguments_is_no_token(slack: FakeSlack) -> None:
    async with aiohttp.ClientSession() as session:
        answer = await session.post(slack.api_url + "auth.test", data={"token": slack.bot_token})
        assert (await answer.json())["error"] == "not_authed"


async def test_a_missing_scope_is_named(dm: Channel) -> None:
    async with FakeSlack(App(scopes=frozenset({"chat:write"}))) as poor:
        poor.user("U1", "Asha")
        with pytest.raises(SlackApiError) as caught:
            await client_of(poor).users_info(user="U1")
        assert caught.value.response["needed"] == "users:read"
        assert codes(poor) == ["missing_scope"]


async def test_an_unknown_argument_is_a_violation(slack: FakeSlack, client: AsyncWebClient, dm: Channel) -> None:
    await client.chat_postMessage(channel=dm.id, text="hello", colour="red")
    assert codes(slack) == ["unknown_argument"]


async def test_an_argument_of_the_wrong_type_is_refused(slack: FakeSlack, client: AsyncWebClient, dm: Channel) -> None:
    assert await refused(client.api_call("chat.postMessage", json={"channel": dm.id, "text": 7})) == "invalid_arguments"
    flag = {"channel": dm.id, "text": "a", "unfurl_links": "true"}
    assert await refused(client.api_call("chat.postMessage", json=flag)) == "invalid_arguments"
    bad_ts = {"channel": dm.id, "ts": "yesterday", "text": "a"}
    assert await refused(client.api_call("chat.update", json=bad_ts)) == "invalid_arguments"
    assert await refused(client.api_call("chat.postMessage", json={"text": "a"})) == "invalid_arguments"
    assert codes(slack) == ["invalid_arguments"] * 4


async def test_arguments_come_as_json_as_a_query_or_as_a_form(slack: FakeSlack, dm: Channel) -> None:
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    asked = {"channel": dm.id, "text": "hello"}
    async with aiohttp.ClientSession(headers=headers) as session:
        await session.post(slack.api_url + "chat.postMessage", json=asked)
        await session.post(slack.api_url + "chat.postMessage", data=asked)
        await session.post(slack.api_url + "chat.postMessage", params=asked)
    assert [message.text for message in dm.messages] == ["hello"] * 3
    slack.assert_clean()


async def test_a_method_that_reads_no_json_says_so(slack: FakeSlack, client: AsyncWebClient, asha: User) -> None:
    await client.api_call("users.info", json={"user": asha.id})
    assert codes(slack) == ["json_not_read"]


async def test_every_call_is_kept(slack: FakeSlack, client: AsyncWebClient, dm: Channel) -> None:
    await client.chat_postMessage(channel=dm.id, text="hello")
    [call] = slack.called("chat.postMessage")
    assert call.args == {"channel": dm.id, "text": "hello"}
    assert call.token == slack.bot_token
    assert call.answer
    assert call.answer["ts"] == dm.messages[0].ts


# Where a bot may post


async def test_a_bot_posts_only_where_it_is_a_member(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.channel("C1", "random", bot_is_member=False)
    slack.channel("C2", "secret", private=True, bot_is_member=False)
    slack.channel("C3", "old").archived = True
    assert await refused(client.chat_postMessage(channel="C1", text="a")) == "not_in_channel"
    assert await refused(client.chat_postMessage(channel="C2", text="a")) == "channel_not_found"
    assert await refused(client.chat_postMessage(channel="C3", text="a")) == "is_archived"
    assert await refused(client.chat_postMessage(channel="C9", text="a")) == "channel_not_found"
    slack.assert_clean()


async def test_a_thread_needs_a_parent_that_exists(
    slack: FakeSlack, client: AsyncWebClient, asha: User, dm: Channel
) -> None:
    root = await dm.say(asha, "hello")
    answer = await client.chat_postMessage(channel=dm.id, text="a", thread_ts=root.ts)
    assert answer["message"]["parent_user_id"] == "U1"
    slack.assert_clean()
    gone = "1700000000.000100"
    assert await refused(client.chat_postMessage(channel=dm.id, text="a", thread_ts=gone)) == "thread_not_found"
    await client.chat_postMessage(channel=dm.id, text="b", thread_ts=answer["ts"])
    assert codes(slack) == ["thread_not_found", "thread_ts_of_a_reply"]
    assert [message.text for message in root.thread.messages] == ["hello", "a", "b"]


async def test_a_message_to_a_user_lands_in_the_conversation(client: AsyncWebClient, asha: User, dm: Channel) -> None:
    answer = await client.chat_postMessage(channel=asha.id, text="hello")
    assert answer["channel"] == dm.id


async def test_timestamps_rise_and_never_repeat(client: AsyncWebClient, dm: Channel) -> None:
    sent = [(await client.chat_postMessage(channel=dm.id, text="a"))["ts"] for _ in range(5)]
    assert sent == sorted(set(sent))


# How much, and what


async def test_texts_have_limits(slack: FakeSlack, client: AsyncWebClient, dm: Channel) -> None:
    ts = (await client.chat_postMessage(channel=dm.id, text="a" * 40_000))["ts"]
    await client.chat_update(channel=dm.id, ts=ts, text="a" * 4_000)
    slack.assert_clean()
    assert await refused(client.chat_postMessage(channel=dm.id, text="a" * 40_001)) == "msg_too_long"
    assert await refused(client.chat_update(channel=dm.id, ts=ts, text="a" * 4_001)) == "msg_too_long"
    assert await refused(client.chat_postMessage(channel=dm.id, markdown_text="a" * 12_001)) == "msg_too_long"
    empty = client.api_call("chat.postMessage", json={"channel": dm.id, "text": ""})
    assert await refused(empty) == "no_text"
    both = client.chat_postMessage(channel=dm.id, text="a", markdown_text="a")
    assert await refused(both) == "markdown_text_conflict"
    assert codes(slack) == ["msg_too_long"] * 3 + ["no_text", "markdown_text_conflict"]


GOOD_BLOCKS: Blocks = [
    {"type": "header", "text": {"type": "plain_text", "text": "h" * 150}},
    {"type": "divider"},
    *section("s" * 3000),
    {"type": "section", "fields": [{"type": "plain_text", "text": "f"}] * 10, "accessory": button("Why")},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "c"}] * 10},
    *actions(button("b" * 75, value="v" * 2000, action_id="a" * 255, style="primary"), *[button("x")] * 24),
    {"type": "markdown", "text": "**m**"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "t"}, {"type": "raw_number", "value": 7}]]},
    {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "r"}]}],
    },
]


def test_good_blocks_are_good() -> None:
    assert message_problems(GOOD_BLOCKS) == []


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        ([*section("a")] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        (section("a" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        (section(""), "must be more than 0 characters"),
        ([{"type": "section"}], "needs text or fields"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "h" * 151}}], "must be less than 151 characters"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "h"}}], "unsupported type: mrkdwn"),
        (actions(*[button("x")] * 26), "no more than 25 items allowed"),
        (actions(), "must provide at least 1 items"),
        (actions(button("b" * 76)), "must be less than 76 characters"),
        (actions(button("b", value="v" * 2001)), "must be less than 2001 characters"),
        (actions(button("b", action_id="a" * 256)), "must be less than 256 characters"),
        (actions(button("b", colour="red")), "no more fields allowed: colour"),
        (actions(button("b", style="blue")), "must be one of primary, danger"),
        (actions(button("b", action_id="x"), button("c", action_id="x")), "action_id `x` already exists"),
        ([*actions(button("b", action_id="x")), *actions(button("c", action_id="x"))], "action_id `x` already exists"),
        ([{"type": "divider", "block_id": "x"}] * 2, "block_id `x` already exists"),
        ([{"type": "carousel", "elements": []}], "unsupported type: carousel"),
        ([{"type": "markdown", "text": "m" * 7000}] * 2, "markdown must be less than 12001 characters"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}], "must be more than 0 characters"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": "t"}]]}] * 2, "only one table block allowed"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": "t"}]] * 101}], "no more than 100 items allowed"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": "t" * 5001}] * 2]}], "less than 10001 characters"),
        ([{"type": "rich_text", "elements": [{"type": "text", "text": "r"}]}], "unsupported type: text"),
        (["a"], "must be an object"),
    ],
)
async def test_bad_blocks_are_refused(
    slack: FakeSlack, client: AsyncWebClient, dm: Channel, blocks: Blocks, problem: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=dm.id, text="fallback", blocks=blocks)
    assert caught.value.response["error"] == "invalid_blocks"
    assert problem in str(caught.value.response["response_metadata"]["messages"])
    assert codes(slack) == ["invalid_blocks"]
    assert dm.messages == []


async def test_blocks_without_a_fallback_text_are_a_violation(
    slack: FakeSlack, client: AsyncWebClient, dm: Channel
) -> None:
    await client.api_call("chat.postMessage", json={"channel": dm.id, "blocks": section("hello")})
    assert codes(slack) == ["no_fallback_text"]
    assert dm.messages[0].shown == "hello"


# Changing what was posted


async def test_an_update_keeps_the_blocks_that_it_does_not_mention(client: AsyncWebClient, dm: Channel) -> None:
    """Slack's rule, and a trap: the new text is not seen, and the old buttons stay."""
    ts = (await client.chat_postMessage(channel=dm.id, text="old", blocks=section("old")))["ts"]
    await client.chat_update(channel=dm.id, ts=ts, text="new")
    assert dm.messages[0].shown == "old"
    await client.chat_update(channel=dm.id, ts=ts, text="new", blocks=[])
    assert (dm.messages[0].shown, dm.messages[0].edits) == ("new", 2)


async def test_a_bot_changes_only_its_own_messages(
    slack: FakeSlack, client: AsyncWebClient, asha: User, dm: Channel
) -> None:
    theirs = await dm.say(asha, "hello")
    assert await refused(client.chat_update(channel=dm.id, ts=theirs.ts, text="a")) == "cant_update_message"
    assert await refused(client.chat_delete(channel=dm.id, ts=theirs.ts)) == "cant_delete_message"
    assert await refused(client.chat_update(channel=dm.id, ts="1700000000.000100", text="a")) == "message_not_found"
    assert codes(slack) == ["cant_update_message", "cant_delete_message"]


async def test_a_deleted_message_is_gone(client: AsyncWebClient, dm: Channel) -> None:
    ts = (await client.chat_postMessage(channel=dm.id, text="a"))["ts"]
    await client.chat_delete(channel=dm.id, ts=ts)
    assert dm.messages == []
    assert await refused(client.chat_update(channel=dm.id, ts=ts, text="b")) == "message_not_found"


async def test_an_ephemeral_message_is_seen_by_one_person_only(
    slack: FakeSlack, client: AsyncWebClient, asha: User
) -> None:
    bo = slack.user("U2", "Bo")
    channel = slack.channel("C1", "ds-cohort", [asha])
    await client.chat_postEphemeral(channel="C1", user="U1", text="psst")
    assert (await asha.wait_for_ephemeral("psst")).only_for == "U1"
    assert (channel.messages, bo.ephemerals) == ([], [])
    assert await refused(client.chat_postEphemeral(channel="C1", user="U2", text="psst")) == "user_not_in_channel"


async def test_reactions_need_a_name_without_colons(
    slack: FakeSlack, client: AsyncWebClient, asha: User, dm: Channel
) -> None:
    message = await dm.say(asha, "hello")
    await client.reactions_add(channel=dm.id, timestamp=message.ts, name="eyes")
    assert message.reactions == {"eyes": [slack.bot_user_id]}
    again = client.reactions_add(channel=dm.id, timestamp=message.ts, name="eyes")
    assert await refused(again) == "already_reacted"
    slack.assert_clean()
    assert await refused(client.reactions_add(channel=dm.id, timestamp=message.ts, name=":eyes:")) == "invalid_name"


# Whom the app's text calls


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("<!channel> and <!here>", ["!channel", "!here"]),
        ("<!everyone|everyone>", ["!everyone"]),
        ("hi <@U1>, hi <@U404>", ["U1"]),
        ("<!subteam^S1>", ["!subteam^S1"]),
        ("&lt;!channel&gt; &lt;@U1&gt; @channel", []),
    ],
)
async def test_calls_in_the_apps_text_are_kept_as_pings(
    slack: FakeSlack, client: AsyncWebClient, dm: Channel, text: str, targets: list[str]
) -> None:
    await client.chat_postMessage(channel=dm.id, text=text)
    assert [ping.target for ping in slack.pings] == targets


async def test_calls_hide_in_blocks_and_edits_too(slack: FakeSlack, client: AsyncWebClient, dm: Channel) -> None:
    inline = {"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "here"}]}
    blocks: Blocks = [*section("<@U1>"), {"type": "markdown", "text": "<!channel>"}]
    blocks.append({"type": "rich_text", "elements": [inline]})
    plain = {"type": "header", "text": {"type": "plain_text", "text": "<!everyone>"}}
    ts = (await client.chat_postMessage(channel=dm.id, text="a", blocks=[*blocks, plain]))["ts"]
    await client.chat_update(channel=dm.id, ts=ts, text="@here", blocks=[], link_names=True, parse="full")
    found = [(ping.via, ping.target) for ping in slack.pings]
    posted, edited = "chat.postMessage", "chat.update"
    assert found == [(posted, "U1"), (posted, "!channel"), (posted, "!here"), (edited, "!here")]


async def test_what_a_person_types_is_escaped_unless_slack_makes_a_call_of_it(
    slack: FakeSlack, asha: User, dm: Channel
) -> None:
    literal = await dm.say(asha, "<!channel> & <b>")
    assert literal.text == "&lt;!channel&gt; &amp; &lt;b&gt;"
    assert literal.shown == "<!channel> & <b>"
    assert (await dm.say(asha, "<@U1> <@U404>")).text == "<@U1> &lt;@U404&gt;"
    assert (await dm.say(asha, "@viva hi @channel a@viva")).text == f"<@{slack.bot_user_id}> hi <!channel> a@viva"
    assert (await dm.say(asha, "<!here>", raw=True)).text == "<!here>"


# People, conversations, agents


async def test_users_and_conversations_are_looked_up(
    slack: FakeSlack, client: AsyncWebClient, asha: User, dm: Channel
) -> None:
    slack.channel("C1", "ds-cohort", [asha])
    assert "locale" not in (await client.users_info(user="U1"))["user"]
    assert (await client.users_info(user="U1", include_locale=True))["user"]["locale"] == "hi-IN"
    assert await refused(client.users_info(user="U404")) == "user_not_found"
    assert (await client.conversations_open(users=["U1"]))["channel"] == {"id": dm.id}
    info = await client.conversations_info(channel="C1", include_num_members=True)
    assert (info["channel"]["name"], info["channel"]["num_members"]) == ("ds-cohort", 2)
    assert (await client.conversations_info(channel=dm.id))["channel"]["user"] == "U1"
    slack.assert_clean()


async def test_a_status_shows_until_the_app_posts(client: AsyncWebClient, asha: User, dm: Channel) -> None:
    root = await dm.say(asha, "hello")
    await client.assistant_threads_setStatus(channel_id=dm.id, thread_ts=root.ts, status="is thinking…")
    assert root.thread.status == "is thinking…"
    await client.chat_postMessage(channel=dm.id, thread_ts=root.ts, text="Question 1")
    assert root.thread.status == ""


async def test_a_status_has_its_rules(slack: FakeSlack, client: AsyncWebClient, asha: User, dm: Channel) -> None:
    root = await dm.say(asha, "hello")
    nowhere = client.assistant_threads_setStatus(channel_id=dm.id, thread_ts="1700000000.000100", status="a")
    assert await refused(nowhere) == "invalid_thread_ts"
    long = client.assistant_threads_setStatus(
        channel_id=dm.id, thread_ts=root.ts, status="a", loading_messages=["a" * 51]
    )
    assert await refused(long) == "invalid_arguments"


async def test_prompts_in_a_thread_do_nothing_in_an_agent_app(
    slack: FakeSlack, client: AsyncWebClient, asha: User, dm: Channel
) -> None:
    root = await dm.say(asha, "hello")
    prompts = [{"title": "Law", "message": "start law"}]
    await client.assistant_threads_setSuggestedPrompts(channel_id=dm.id, prompts=prompts, title="Roles")
    assert (dm.suggested_prompts, dm.suggested_title) == (prompts, "Roles")
    slack.assert_clean()
    answer = await client.assistant_threads_setSuggestedPrompts(channel_id=dm.id, prompts=[], thread_ts=root.ts)
    assert answer["ok"]
    assert dm.suggested_prompts == prompts
    assert codes(slack) == ["prompts_in_thread"]
    five = client.assistant_threads_setSuggestedPrompts(channel_id=dm.id, prompts=prompts * 5)
    assert await refused(five) == "invalid_arguments"


async def test_agent_sessions_have_a_status_and_a_title(
    slack: FakeSlack, client: AsyncWebClient, asha: User, dm: Channel
) -> None:
    root = await dm.say(asha, "hello")
    where = {"channel_id": dm.id, "thread_ts": root.ts}
    assert await refused(client.agents_sessions_rename(title="Law", **where)) == "session_not_found"
    await client.agents_sessions_setStatus(status="processing", **where)
    await client.agents_sessions_rename(title="Law", **where)
    await client.assistant_threads_setTitle(title="Law", **where)
    assert root.thread.session == {"status": "processing", "title": "Law"}
    slack.assert_clean()
    assert await refused(client.agents_sessions_setStatus(status="busy", **where)) == "invalid_status"
    assert await refused(client.agents_sessions_setStatus(status="active", channel_id=dm.id)) == "thread_ts_required"


async def test_agent_sessions_are_a_paid_feature() -> None:
    async with FakeSlack(agent_features=False) as free:
        dm = free.dm(free.user("U1", "Asha"))
        call = client_of(free).agents_sessions_setStatus(channel_id=dm.id, status="active", thread_ts="1.1")
        assert await refused(call) == "invalid_arguments"
        good = client_of(free).agents_sessions_setStatus(
            channel_id=dm.id, status="active", thread_ts="1700000000.000100"
        )
        assert await refused(good) == "feature_disabled"


# Files


async def download(url: str, token: str = "") -> tuple[str, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as response:
        assert response.status == 200
        return response.content_type, await response.read()


async def test_a_voice_clip_is_downloaded_with_the_token_only(
    slack: FakeSlack, client: AsyncWebClient, asha: User, dm: Channel
) -> None:
    message = await dm.share_audio(asha, b"sound", duration_ms=1500)
    facts = (await client.files_info(file=message.files[0].id))["file"]
    assert (facts["subtype"], facts["duration_ms"], facts["mimetype"]) == ("slack_audio", 1500, "audio/mp4")
    url = facts["url_private_download"]
    assert url.startswith(slack.files_url + "/")
    assert await download(url, slack.bot_token) == ("audio/mp4", b"sound")
    for token in ("", "xoxb-wrong"):
        kind, page = await download(url, token)
        assert kind == "text/html"
        assert b"Sign in" in page


async def test_a_token_sent_anywhere_else_is_a_violation(slack: FakeSlack) -> None:
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        await session.get(slack.elsewhere_url + "/files-pri/evil.mp4")
        await session.get(slack.api_url.removesuffix("/api/") + "/other")
    async with aiohttp.ClientSession() as session:
        await session.post(slack.elsewhere_url, data=f"token={slack.bot_token}")
        await session.get(slack.elsewhere_url)
    assert codes(slack) == ["token_leaked"] * 3


async def test_an_upload_takes_three_steps(slack: FakeSlack, client: AsyncWebClient, asha: User, dm: Channel) -> None:
    root = await dm.say(asha, "hello")
    await client.files_upload_v2(
        content=b"a,b\n", filename="card.csv", title="Card", channel=dm.id, thread_ts=root.ts, initial_comment="Here"
    )
    posted = root.thread.messages[-1]
    assert (posted.text, posted.files[0].data, posted.files[0].title) == ("Here", b"a,b\n", "Card")
    slack.assert_clean()


async def test_an_upload_of_another_length_is_a_violation(slack: FakeSlack, client: AsyncWebClient) -> None:
    url = (await client.files_getUploadURLExternal(filename="a.csv", length=3))["upload_url"]
    async with aiohttp.ClientSession() as session:
        await session.post(url, data=b"four")
    assert await refused(client.files_getUploadURLExternal(filename="a.csv", length=0)) == "missing_argument"
    assert codes(slack) == ["upload_length", "missing_argument"]


# Views


MODAL: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Practise"},
    "submit": {"type": "plain_text", "text": "Start"},
    "blocks": [
        {
            "type": "input",
            "label": {"type": "plain_text", "text": "Goal"},
            "element": {"type": "plain_text_input", "action_id": "goal"},
        }
    ],
}


async def test_a_trigger_opens_one_view_and_soon(client: AsyncWebClient) -> None:
    async with FakeSlack(timing=Timing(trigger_life=0)) as slow:
        late = slow.workspace.trigger(slow.user("U1"))
        assert await refused(client_of(slow).views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"


async def test_a_trigger_is_used_once(slack: FakeSlack, client: AsyncWebClient, asha: User) -> None:
    trigger = slack.workspace.trigger(asha)
    await client.views_open(trigger_id=trigger, view=MODAL)
    assert asha.modal
    assert await refused(client.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    assert await refused(client.views_open(trigger_id="1.2.3", view=MODAL)) == "invalid_trigger_id"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"title": {"type": "plain_text", "text": "t" * 25}}, "must be less than 25 characters"),
        ({"private_metadata": "m" * 3001}, "must be less than 3001 characters"),
        ({"submit": None}, "must be an object"),
        ({"blocks": section("a") * 101}, "no more than 100 items allowed"),
        ({"colour": "red"}, "no more fields allowed: colour"),
    ],
)
async def test_bad_views_are_refused(
    slack: FakeSlack, client: AsyncWebClient, asha: User, changed: dict[str, Any], problem: str
) -> None:
    view = {**MODAL, **changed}
    with pytest.raises(SlackApiError, match=problem):
        await client.views_open(trigger_id=slack.workspace.trigger(asha), view=view)
    assert codes(slack) == ["invalid_arguments"]


async def test_a_view_changes_only_if_its_hash_is_right(slack: FakeSlack, client: AsyncWebClient, asha: User) -> None:
    home = {"type": "home", "blocks": section("hello")}
    first = (await client.views_publish(user_id="U1", view=home))["view"]
    await client.views_update(view_id=first["id"], view=home, hash=first["hash"])
    late = client.views_update(view_id=first["id"], view=home, hash=first["hash"])
    assert await refused(late) == "hash_conflict"
    assert await refused(client.views_publish(user_id="U1", view=home, hash="0.0")) == "hash_conflict"
    slack.assert_clean()


# Response URLs


async def test_a_response_url_takes_five_answers_and_no_token(slack: FakeSlack, asha: User) -> None:
    channel = slack.channel("C1", "ds-cohort", [asha], bot_is_member=False)
    url = hook_url(slack.workspace, channel, asha, None)
    webhook = AsyncWebhookClient(url)
    for _ in range(4):
        assert (await webhook.send(text="only you", response_type="ephemeral")).body == "ok"
    await webhook.send(text="all", response_type="in_channel")
    assert [message.text for message in asha.ephemerals] == ["only you"] * 4
    assert [message.text for message in channel.messages] == ["all"]
    slack.assert_clean()
    assert (await webhook.send(text="one more")).status_code == 404
    other = hook_url(slack.workspace, channel, asha, None)
    await AsyncWebhookClient(other, default_headers={"Authorization": f"Bearer {slack.bot_token}"}).send(text="a")
    assert codes(slack) == ["used_url", "token_leaked"]


# Trouble on order


async def test_a_call_fails_as_ordered_and_then_works(slack: FakeSlack, client: AsyncWebClient, dm: Channel) -> None:
    slack.fail("chat.postMessage", error="internal_error")
    assert await refused(client.chat_postMessage(channel=dm.id, text="a")) == "internal_error"
    slack.fail("chat.postMessage", times=math.inf, status=503, where=lambda args: args["text"] == "b")
    await client.chat_postMessage(channel=dm.id, text="a")
    for _ in range(2):
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel=dm.id, text="b")
        assert caught.value.response.status_code == 503
    slack.mend("chat.postMessage")
    await client.chat_postMessage(channel=dm.id, text="b")
    assert [message.text for message in dm.messages] == ["a", "b"]


async def test_a_connection_dropped_before_or_after_makes_the_client_send_twice(
    slack: FakeSlack, client: AsyncWebClient, dm: Channel
) -> None:
    slack.fail("chat.postMessage", drop="before")
    await client.chat_postMessage(channel=dm.id, text="once")
    slack.fail("chat.postMessage", drop="after")
    await client.chat_postMessage(channel=dm.id, text="twice")
    assert [message.text for message in dm.messages] == ["once", "twice", "twice"]
    assert len(slack.called("chat.postMessage")) == 4


async def test_a_call_that_hangs_is_carried_out_all_the_same(slack: FakeSlack, dm: Channel) -> None:
    slack.fail("chat.postMessage", hang=5)
    hasty = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, timeout=1)
    with pytest.raises(TimeoutError):
        await hasty.chat_postMessage(channel=dm.id, text="a")
    assert [message.text for message in dm.messages] == ["a"]


async def test_downloads_and_response_urls_fail_on_order_too(slack: FakeSlack, asha: User, dm: Channel) -> None:
    message = await dm.share_audio(asha, b"sound")
    slack.fail("download", status=500)
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    url = f"{slack.files_url}/files-pri/{slack.team_id}-{message.files[0].id}/download/a.mp4"
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as response:
        assert response.status == 500
    assert await download(url, slack.bot_token) == ("audio/mp4", b"sound")


async def test_whoever_ignores_retry_after_does_wrong(slack: FakeSlack, client: AsyncWebClient, dm: Channel) -> None:
    slack.fail("chat.postMessage", retry_after=1)
    assert await refused(client.chat_postMessage(channel=dm.id, text="a")) == "ratelimited"
    await client.chat_postMessage(channel=dm.id, text="a")
    assert codes(slack) == ["retry_after_ignored"]


async def test_a_patient_client_waits_as_it_is_told(slack: FakeSlack, client: AsyncWebClient, dm: Channel) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    slack.fail("chat.postMessage", retry_after=1)
    await client.chat_postMessage(channel=dm.id, text="a")
    slack.assert_clean()


async def test_flood_control_wants_a_pause_between_messages_of_a_channel() -> None:
    async with FakeSlack(flood=1) as slack:
        slack.channel("C1")
        slack.channel("C2")
        client = client_of(slack)
        await client.chat_postMessage(channel="C1", text="a")
        await client.chat_postMessage(channel="C2", text="a")
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C1", text="b")
        assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
        await asyncio.sleep(1.05)
        await client.chat_postMessage(channel="C1", text="b")
        slack.assert_clean()


async def test_a_revoked_token_is_dead(slack: FakeSlack, client: AsyncWebClient) -> None:
    await slack.uninstall()
    assert await refused(client.auth_test()) == "account_inactive"


# What a test reads


async def test_waiting_ends_with_the_message_or_with_the_whole_conversation(
    slack: FakeSlack, client: AsyncWebClient, asha: User, dm: Channel
) -> None:
    root = await dm.say(asha, "hello")
    waiting = asyncio.ensure_future(root.thread.wait_for("Question 1"))
    first = await client.chat_postMessage(channel=dm.id, thread_ts=root.ts, text="Question 1")
    question = await waiting
    assert question.ts == first["ts"]
    with pytest.raises(AssertionError, match=r"(?s)'Question' was not said in thread .*Asha: hello.*viva: Question 1"):
        await root.thread.wait_for("Question", timeout=0.05, after=question)


async def test_the_transcript_is_what_people_see(
    slack: FakeSlack, client: AsyncWebClient, asha: User, dm: Channel
) -> None:
    root = await dm.say(asha, "@viva hello")
    blocks = [*section("*Bias &amp; variance*"), *actions(button("Skip"), button("Grade"))]
    await client.chat_postMessage(channel=dm.id, thread_ts=root.ts, text="a", blocks=blocks)
    await root.thread.share_audio(asha, b"sound")
    text = slack.transcript()
    assert "DM with Asha" in text
    assert "Asha: @viva hello" in text
    assert "↳" in text
    assert "*Bias & variance*" in text
    assert "[Skip] [Grade]" in text
    assert "🎤 audio_message.mp4" in text
