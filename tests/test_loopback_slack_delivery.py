"""What the loopback Slack sends, and how, as a real Bolt app receives it: by Socket Mode and over HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from tests.loopback.slack import App, Channel, FakeSlack, NotAcknowledged, Timing, User

QUICK = Timing(ack_within=0.5, answer_within=0.5, retry_delays=(0.0, 0.05, 0.05))
quick = pytest.mark.parametrize("slack", [QUICK], indirect=True, ids=["quick"])
Json = dict[str, Any]


class Bot:
    """A Bolt app that keeps what it is sent, and can be told to fail before it acknowledges."""

    def __init__(self, slack: FakeSlack) -> None:
        self.heard: list[Json] = []
        self.headers: list[Json] = []
        self.failures = 0
        self.client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, timeout=5)
        self.app = AsyncApp(
            client=self.client, signing_secret=slack.signing_secret, before_authorize=self._before_authorize
        )
        self.app.event("message")(self._nothing)

    def listen_to_the_rest(self) -> None:
        self.app.event(re.compile(".*"))(self._nothing)

    @property
    def events(self) -> list[Json]:
        return [body["event"] for body in self.heard if "event" in body]

    # Bolt gives arguments by name.
    async def _before_authorize(self, req: AsyncBoltRequest, body: Json, next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002
        self.heard.append(body)
        self.headers.append({name: values[0] for name, values in req.headers.items()})
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("told to fail")
        await next()

    @staticmethod
    async def _nothing() -> None:
        return


@asynccontextmanager
async def connected(slack: FakeSlack, bot: Bot) -> AsyncIterator[AsyncSocketModeHandler]:
    bot.listen_to_the_rest()
    already = len(slack.sockets.open_connections())
    handler = AsyncSocketModeHandler(bot.app, slack.app_token, ping_interval=1)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        await slack.connected(already + 1)
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(timing=getattr(request, "param", Timing())) as fake:
        yield fake


@pytest.fixture
def asha(slack: FakeSlack) -> User:
    return slack.user("U1", "Asha")


@pytest.fixture
def dm(slack: FakeSlack, asha: User) -> Channel:
    return slack.dm(asha)


@pytest.fixture
def cohort(slack: FakeSlack, asha: User) -> Channel:
    return slack.channel("C1", "ds-cohort", [asha, slack.user("U2", "Bo")])


@pytest.fixture
def bot(slack: FakeSlack) -> Bot:
    return Bot(slack)


def codes(slack: FakeSlack) -> list[str]:
    return [violation.code for violation in slack.violations]


def types(events: list[Json]) -> list[str]:
    return [event.get("subtype") or event["type"] for event in events]


def button(label: str, action_id: str) -> list[Json]:
    text = {"type": "plain_text", "text": label}
    return [{"type": "actions", "elements": [{"type": "button", "text": text, "action_id": action_id, "value": "v"}]}]


# Events


async def test_a_message_arrives_once_and_is_acknowledged(slack: FakeSlack, bot: Bot, asha: User, dm: Channel) -> None:
    async with connected(slack, bot):
        said = await dm.say(asha, "hello & hi")
        await slack.settled()
    [event] = bot.events
    assert (event["user"], event["text"], event["ts"]) == ("U1", "hello &amp; hi", said.ts)
    assert (event["channel"], event["channel_type"]) == (dm.id, "im")
    assert "thread_ts" not in event
    assert bot.heard[0]["authorizations"][0]["user_id"] == slack.bot_user_id
    assert [delivery.attempts for delivery in slack.deliveries] == [[""]]
    slack.assert_clean()


async def test_a_reply_names_its_thread(slack: FakeSlack, bot: Bot, asha: User, dm: Channel) -> None:
    async with connected(slack, bot):
        root = await dm.say(asha, "hello")
        await root.thread.say(asha, "I am here")
        await slack.settled()
    assert (bot.events[1]["thread_ts"], bot.events[1]["parent_user_id"]) == (root.ts, "U1")


async def test_a_mention_is_two_events_about_one_message(
    slack: FakeSlack, bot: Bot, asha: User, cohort: Channel, dm: Channel
) -> None:
    async with connected(slack, bot):
        said = await cohort.say(asha, "@viva start")
        await dm.say(asha, "@viva start")
        await slack.settled()
    in_channel = [body for body in bot.heard if body["event"]["channel"] == cohort.id]
    assert sorted(body["event"]["type"] for body in in_channel) == ["app_mention", "message"]
    assert {body["event"]["ts"] for body in in_channel} == {said.ts}
    assert len({body["event_id"] for body in in_channel}) == 2
    assert types([event for event in bot.events if event["channel"] == dm.id]) == ["message"]


async def test_only_what_the_app_subscribed_to_is_sent(asha: User) -> None:
    app = App(subscriptions=frozenset({"message.im", "app_mention"}), scopes=frozenset({"im:history", "chat:write"}))
    async with FakeSlack(app) as slack:
        bot, learner = Bot(slack), slack.user("U1", "Asha")
        channel = slack.channel("C1", "ds-cohort", [learner])
        async with connected(slack, bot):
            await channel.say(learner, "@viva hello")
            await slack.dm(learner).say(learner, "hello")
            await slack.settled()
    assert [event["channel_type"] for event in bot.events] == ["im"]


async def test_a_channel_without_the_bot_is_silent(slack: FakeSlack, bot: Bot, asha: User) -> None:
    elsewhere = slack.channel("C2", "random", [asha], bot_is_member=False)
    await elsewhere.say(asha, "@viva hello")
    assert slack.deliveries == []


async def test_the_apps_own_messages_come_back_as_events(slack: FakeSlack, bot: Bot, dm: Channel) -> None:
    async with connected(slack, bot):
        ts = (await bot.client.chat_postMessage(channel=dm.id, text="Question 1"))["ts"]
        await bot.client.chat_update(channel=dm.id, ts=ts, text="Question 2")
        await bot.client.chat_delete(channel=dm.id, ts=ts)
        await slack.settled()
    assert types(bot.events) == ["message", "message_changed", "message_deleted"]
    assert bot.events[0]["bot_id"] == bot.events[1]["message"]["bot_id"] == slack.workspace.bot_id
    slack.assert_clean()


async def test_edits_and_deletions_carry_what_was_before(slack: FakeSlack, bot: Bot, asha: User, dm: Channel) -> None:
    async with connected(slack, bot):
        said = await dm.say(asha, "K-means")
        await slack.edit(asha, said, "K-means++")
        await slack.delete(asha, said)
        await slack.settled()
    changed, deleted = bot.events[1:]
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("K-means", "K-means++")
    assert changed["message"]["edited"]["user"] == "U1"
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (said.ts, "K-means++")
    assert len({event["event_ts"] for event in bot.events}) == 3


async def test_a_deleted_root_with_replies_leaves_a_tombstone(
    slack: FakeSlack, bot: Bot, asha: User, dm: Channel
) -> None:
    async with connected(slack, bot):
        root = await dm.say(asha, "hello")
        await root.thread.say(asha, "more")
        await slack.delete(asha, root)
        await slack.settled()
        await bot.client.chat_postMessage(channel=dm.id, thread_ts=root.ts, text="still here")
    assert bot.events[2]["subtype"] == "message_changed"
    assert bot.events[2]["message"]["subtype"] == "tombstone"
    slack.assert_clean()


async def test_a_voice_clip_arrives_as_a_shared_file(slack: FakeSlack, bot: Bot, asha: User, dm: Channel) -> None:
    async with connected(slack, bot):
        await dm.share_audio(asha, b"sound", mimetype="video/mp4", duration_ms=900, size=10**9)
        await dm.share_audio(asha, b"sound", name="answer.mp3", mimetype="audio/mpeg", subtype=None)
        await dm.share_audio(asha, b"sound", check_file_info=True)
        await slack.settled()
    clip, upload, foreign = (event["files"][0] for event in bot.events)
    assert types(bot.events) == ["file_share"] * 3
    assert (clip["subtype"], clip["mimetype"], clip["size"]) == ("slack_audio", "video/mp4", 10**9)
    assert clip["url_private_download"].startswith(slack.files_url)
    assert ("subtype" in upload, upload["filetype"]) == (False, "mp3")
    assert (foreign["file_access"], "url_private_download" in foreign) == ("check_file_info", False)


async def test_opening_the_app_and_removing_it_are_events(slack: FakeSlack, bot: Bot, asha: User) -> None:
    async with connected(slack, bot):
        await slack.open_home(asha, "messages")
        await slack.settled()
        await slack.uninstall()
        await slack.settled()
    assert types(bot.events) == ["app_home_opened", "tokens_revoked", "app_uninstalled"]
    assert (bot.events[0]["tab"], bot.events[0]["channel"]) == ("messages", "D1")


# Acknowledgements


@quick
async def test_an_unacknowledged_event_comes_again_and_says_so(
    slack: FakeSlack, bot: Bot, asha: User, dm: Channel
) -> None:
    bot.failures = 1
    async with connected(slack, bot):
        await dm.say(asha, "hello")
        await slack.settled()
    assert [headers["x-slack-retry-num"] for headers in bot.headers] == ["0", "1"]
    assert [headers.get("x-slack-retry-reason") for headers in bot.headers] == ["", "timeout"]
    assert bot.heard[0]["event_id"] == bot.heard[1]["event_id"]
    slack.assert_clean()


@quick
async def test_slack_gives_an_event_up_after_three_retries(slack: FakeSlack, bot: Bot, asha: User, dm: Channel) -> None:
    bot.failures = 99
    async with connected(slack, bot):
        await dm.say(asha, "hello")
        await slack.settled()
    assert len(bot.heard) == 4
    assert codes(slack) == ["event_never_acknowledged"]


async def test_slack_may_send_an_acknowledged_event_again(
    slack: FakeSlack, bot: Bot, asha: User, cohort: Channel
) -> None:
    async with connected(slack, bot):
        said = await cohort.say(asha, "@viva hello")
        await slack.settled()
        await slack.redeliver(said)
    ids = [body["event_id"] for body in bot.heard]
    assert ids[:2] == ids[2:]
    assert [headers["x-slack-retry-num"] for headers in bot.headers] == ["0", "0", "1", "1"]


async def test_a_raw_payload_goes_out_as_it_is(slack: FakeSlack, bot: Bot) -> None:
    payload = {"type": "event_callback", "team_id": "T9", "event": {"type": "message", "text": "\ud800 \x00"}}
    async with connected(slack, bot):
        await slack.raw("events_api", payload)
        await slack.settled()
    assert bot.heard == [payload]


# Websockets


async def test_events_wait_for_a_websocket_and_commands_do_not(
    slack: FakeSlack, bot: Bot, asha: User, dm: Channel
) -> None:
    await dm.say(asha, "hello")
    with pytest.raises(NotAcknowledged, match="dispatch_failed"):
        await slack.slash(asha, dm, "/interview", "start")
    async with connected(slack, bot):
        await slack.settled()
    assert [event["text"] for event in bot.events] == ["hello"]


async def test_each_envelope_goes_to_one_of_several_websockets(
    slack: FakeSlack, bot: Bot, asha: User, dm: Channel
) -> None:
    other = Bot(slack)
    async with connected(slack, bot), connected(slack, other):
        for number in range(4):
            await dm.say(asha, f"message {number}")
        await slack.settled()
    assert (len(bot.heard), len(other.heard)) == (2, 2)
    assert len({body["event_id"] for body in bot.heard + other.heard}) == 4


async def test_a_websocket_asked_to_leave_is_replaced_by_another(
    slack: FakeSlack, bot: Bot, asha: User, dm: Channel
) -> None:
    async with connected(slack, bot):
        [old] = slack.sockets.open_connections()
        await slack.sockets.disconnect("refresh_requested")
        await dm.say(asha, "hello")
        await slack.settled()
        assert slack.sockets.connections[-1] is not old
        assert old.envelopes == []
    assert len(bot.events) == 1


@quick
async def test_an_event_lost_with_its_websocket_comes_again_on_the_next(
    slack: FakeSlack, bot: Bot, asha: User, dm: Channel
) -> None:
    async with connected(slack, bot):
        slack.sockets.cut()
        await dm.say(asha, "hello")
        await slack.settled()
    assert len(bot.events) == 1
    assert len(slack.called("apps.connections.open")) == 2
    slack.assert_clean()


async def test_the_eleventh_websocket_is_sent_away(slack: FakeSlack) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(await url_of(slack)) for _ in range(11)]
        frames = [await socket.receive_json() for socket in sockets]
    assert [frame["type"] for frame in frames] == ["hello"] * 10 + ["disconnect"]
    assert frames[-1]["reason"] == "too_many_websockets"


async def test_a_ticket_opens_one_websocket(slack: FakeSlack) -> None:
    url = await url_of(slack)
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(url)
        assert (await socket.receive_json())["connection_info"] == {"app_id": slack.app_id}
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_pings_are_answered_unless_the_websocket_is_muted(slack: FakeSlack) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(await url_of(slack), autoping=False)
        await socket.receive()
        await socket.ping(b"sdk-ping-pong:1.5")
        answer = await socket.receive()
        assert (answer.type, answer.data) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1.5")
        slack.sockets.connections[0].muted = True
        await socket.ping(b"sdk-ping-pong:2.5")
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.1)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", "bad_frame"),
        ('{"envelope_id": "unknown"}', "bad_frame"),
        ('{"envelope_id": "%s", "ok": true}', "bad_frame"),
        ('{"envelope_id": "%s", "payload": {"text": "a"}}', "payload_not_accepted"),
    ],
)
async def test_a_bad_acknowledgement_is_a_violation(
    slack: FakeSlack, asha: User, dm: Channel, frame: str, code: str
) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(await url_of(slack))
        await socket.receive()
        await dm.say(asha, "hello")
        envelope = await socket.receive_json()
        await socket.send_str(frame.replace("%s", envelope["envelope_id"]))
        await slack.until(lambda: code in codes(slack))


async def test_acknowledging_twice_is_a_violation(slack: FakeSlack, asha: User, dm: Channel) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(await url_of(slack))
        await socket.receive()
        await dm.say(asha, "hello")
        ack = {"envelope_id": (await socket.receive_json())["envelope_id"]}
        await socket.send_json(ack)
        await socket.send_json(ack)
        await slack.until(lambda: codes(slack) == ["acknowledged_twice"])


async def url_of(slack: FakeSlack) -> str:
    client = AsyncWebClient(base_url=slack.api_url)
    return str((await client.apps_connections_open(app_token=slack.app_token))["url"])


# Commands


async def test_a_command_is_answered_and_knows_no_thread(
    slack: FakeSlack, bot: Bot, asha: User, cohort: Channel
) -> None:
    @bot.app.command("/interview")
    async def interview(ack: Any, respond: Any) -> None:
        await ack("Starting…")
        await asyncio.sleep(0)
        await respond(text="Started", response_type="in_channel")

    async with connected(slack, bot):
        assert await slack.slash(asha, cohort, "/interview", "data-science <10>") == "Starting…"
        await cohort.wait_for("Started")
        await slack.settled()
    [command] = [body for body in bot.heard if "command" in body]
    assert (command["text"], command["channel_name"]) == ("data-science &lt;10&gt;", "ds-cohort")
    assert "thread_ts" not in command
    assert [message.text for message in asha.ephemerals] == ["Starting…"]
    slack.assert_clean()


@quick
async def test_a_command_that_nobody_answers_fails_for_the_person(
    slack: FakeSlack, bot: Bot, asha: User, cohort: Channel
) -> None:
    @bot.app.command("/interview")
    async def interview() -> None:
        return

    async with connected(slack, bot):
        with pytest.raises(NotAcknowledged, match="timeout"):
            await slack.slash(asha, cohort, "/interview")


async def test_a_command_that_the_app_does_not_have_is_never_sent() -> None:
    async with FakeSlack(App(commands=frozenset({"/grade"}))) as slack:
        asha = slack.user("U1", "Asha")
        with pytest.raises(LookupError, match="/interview is not a valid command"):
            await slack.slash(asha, slack.dm(asha), "/interview")


# Buttons and forms


async def test_a_press_names_the_message_and_its_thread(slack: FakeSlack, bot: Bot, asha: User, dm: Channel) -> None:
    @bot.app.action("skip")
    async def skip(ack: Any, respond: Any) -> None:
        await ack()
        await asyncio.sleep(0)
        await respond(text="Skipped", replace_original=True)

    async with connected(slack, bot):
        root = await dm.say(asha, "hello")
        await bot.client.chat_postMessage(
            channel=dm.id, thread_ts=root.ts, text="Question 1", blocks=button("Skip ⏭", "skip")
        )
        question = await root.thread.wait_for("Skip")
        await slack.press(asha, question, "Skip ⏭")
        await slack.until(lambda: question.text == "Skipped")
        await slack.settled()
        with pytest.raises(LookupError):
            await slack.press(asha, question, "Skip ⏭")
    [press] = [body for body in bot.heard if body["type"] == "block_actions"]
    assert press["container"]["thread_ts"] == root.ts
    assert press["container"]["message_ts"] == press["message"]["ts"] == question.ts
    assert (press["actions"][0]["action_id"], press["actions"][0]["value"]) == ("skip", "v")
    slack.assert_clean()


async def test_only_who_sees_a_button_presses_it(slack: FakeSlack, bot: Bot, asha: User, cohort: Channel) -> None:
    bo = slack.user("U2")
    await bot.client.chat_postEphemeral(channel="C1", user="U1", text="Which?", blocks=button("This", "this"))
    question = await asha.wait_for_ephemeral("This")
    with pytest.raises(LookupError, match="Bo does not see"):
        await slack.press(bo, question, "This")


async def test_a_menus_option_is_picked_by_its_label(slack: FakeSlack, bot: Bot, asha: User, dm: Channel) -> None:
    picked: list[Json] = []

    @bot.app.action("role")
    async def role(ack: Any, action: Json) -> None:
        picked.append(action)
        await ack()

    options = [{"text": {"type": "plain_text", "text": name}, "value": name.lower()} for name in ("Law", "HR")]
    menu = [{"type": "actions", "elements": [{"type": "static_select", "action_id": "role", "options": options}]}]
    async with connected(slack, bot):
        await bot.client.chat_postMessage(channel=dm.id, text="Which role?", blocks=menu)
        question = await dm.wait_for("Law / HR")
        await slack.press(asha, question, "role", option="HR")
        await slack.press(asha, question, "Law")
        await slack.settled()
    assert [action["selected_option"]["value"] for action in picked] == ["hr", "law"]


async def test_a_form_is_opened_corrected_and_submitted(slack: FakeSlack, bot: Bot, asha: User, dm: Channel) -> None:
    field = {"type": "plain_text_input", "action_id": "goal"}
    label = {"type": "plain_text", "text": "Goal"}
    view = {
        "type": "modal",
        "callback_id": "setup",
        "private_metadata": dm.id,
        "title": {"type": "plain_text", "text": "Practise"},
        "submit": {"type": "plain_text", "text": "Start"},
        "blocks": [{"type": "input", "block_id": "goal_block", "label": label, "element": field}],
    }
    goals: list[str] = []

    @bot.app.command("/interview")
    async def interview(ack: Any, body: Json) -> None:
        await ack()
        await bot.client.views_open(trigger_id=body["trigger_id"], view=view)

    @bot.app.view("setup")
    async def setup(ack: Any, view: Json) -> None:
        goals.append(view["state"]["values"]["goal_block"]["goal"]["value"])
        if goals == ["x"]:
            await ack(response_action="errors", errors={"goal_block": "More, please"})
        else:
            await ack()

    async with connected(slack, bot):
        assert await slack.slash(asha, dm, "/interview") == ""
        await slack.until(lambda: asha.modal)
        with pytest.raises(ValueError, match="Goal is required"):
            await slack.submit(asha)
        with pytest.raises(LookupError, match="no such field: colour"):
            await slack.submit(asha, {"goal": "x", "colour": "red"})
        assert (await slack.submit(asha, {"goal": "x"}))["errors"] == {"goal_block": "More, please"}
        assert asha.modal is not None
        await slack.submit(asha, {"goal": "a job"})
        await slack.until(lambda: asha.modal is None)
    assert goals == ["x", "a job"]
    slack.assert_clean()


async def test_errors_for_a_field_that_is_not_there_are_a_violation(slack: FakeSlack, bot: Bot, asha: User) -> None:
    @bot.app.view("setup")
    async def setup(ack: Any) -> None:
        await ack(response_action="errors", errors={"nowhere": "bad"})

    title = {"type": "plain_text", "text": "Practise"}
    text = {"type": "section", "text": {"type": "mrkdwn", "text": "Ready?"}}
    async with connected(slack, bot):
        await bot.client.views_open(
            trigger_id=slack.workspace.trigger(asha),
            view={"type": "modal", "callback_id": "setup", "title": title, "submit": title, "blocks": [text]},
        )
        await slack.submit(asha)
    assert codes(slack) == ["errors_for_no_input"]


async def test_a_message_shortcut_carries_the_thread(slack: FakeSlack, bot: Bot, asha: User, cohort: Channel) -> None:
    @bot.app.shortcut("grade_thread")
    async def grade(ack: Any) -> None:
        await ack()

    async with connected(slack, bot):
        root = await cohort.say(asha, "hello")
        reply = await root.thread.say(asha, "my answer")
        await slack.message_shortcut(asha, reply, "grade_thread")
        await slack.settled()
    [shortcut] = [body for body in bot.heard if body["type"] == "message_action"]
    assert (shortcut["message"]["thread_ts"], shortcut["message_ts"]) == (root.ts, reply.ts)


async def test_a_shortcut_and_a_closed_form_arrive(slack: FakeSlack, bot: Bot, asha: User) -> None:
    title = {"type": "plain_text", "text": "Practise"}
    view: Json = {"type": "modal", "title": title, "notify_on_close": True, "callback_id": "setup"}
    view["blocks"] = [{"type": "divider"}]

    @bot.app.shortcut("practise")
    async def practise(ack: Any, body: Json) -> None:
        await ack()
        await bot.client.views_open(trigger_id=body["trigger_id"], view=view)

    @bot.app.view_closed("setup")
    async def closed(ack: Any) -> None:
        await ack()

    async with connected(slack, bot):
        await slack.global_shortcut(asha, "practise")
        await slack.until(lambda: asha.modal)
        await slack.close_modal(asha)
    assert [body["type"] for body in bot.heard] == ["shortcut", "view_closed"]
    slack.assert_clean()


async def test_a_button_of_the_home_tab_names_its_view(slack: FakeSlack, bot: Bot, asha: User) -> None:
    @bot.app.action("start")
    async def start(ack: Any) -> None:
        await ack()

    async with connected(slack, bot):
        await bot.client.views_publish(user_id="U1", view={"type": "home", "blocks": button("Start", "start")})
        assert asha.home is not None
        await slack.open_home(asha, "home")
        await slack.press(asha, asha.home, "Start")
        await slack.settled()
    [press] = [body for body in bot.heard if body["type"] == "block_actions"]
    assert press["container"] == {"type": "view", "view_id": asha.home.id}
    assert bot.events[0]["view"]["id"] == asha.home.id
    slack.assert_clean()


# HTTP


@asynccontextmanager
async def serving(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/slack/events", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


def bolt_over_http(bot: Bot) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    bot.listen_to_the_rest()

    async def handler(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await bot.app.async_dispatch(await to_bolt_request(request)))

    return handler


async def test_everything_arrives_signed_over_http(slack: FakeSlack, bot: Bot, asha: User, cohort: Channel) -> None:
    @bot.app.command("/interview")
    async def interview(ack: Any) -> None:
        await ack("Starting…")

    @bot.app.action("skip")
    async def skip(ack: Any) -> None:
        await ack()

    async with serving(bolt_over_http(bot)) as url:
        requests = await slack.use_http(url)
        await cohort.say(asha, "@viva hello")
        assert await slack.slash(asha, cohort, "/interview", "law & order") == "Starting…"
        await bot.client.chat_postMessage(channel="C1", text="Question 1", blocks=button("Skip", "skip"))
        await slack.press(asha, await cohort.wait_for("Skip"), "skip")
        await slack.settled()
        forged = await requests.post(url, b"{}", "application/json", {}, secret="wrong")
        assert forged[0] == 401
    kinds = [body.get("type", "command") for body in bot.heard]
    assert sorted(kinds) == ["block_actions", "command", *["event_callback"] * 3, "url_verification"]
    assert all("x-slack-retry-num" not in headers for headers in bot.headers)
    slack.assert_clean()


@quick
async def test_a_failed_request_comes_again_with_its_reason(
    slack: FakeSlack, bot: Bot, asha: User, dm: Channel
) -> None:
    bot.failures = 2
    async with serving(bolt_over_http(bot)) as url:
        await slack.use_http(url, verify=False)
        await dm.say(asha, "hello")
        await slack.settled()
    retries = [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for h in bot.headers]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({body["event_id"] for body in bot.heard}) == 1
    slack.assert_clean()


@quick
async def test_a_slow_or_absent_server_has_its_own_reason(slack: FakeSlack, asha: User, dm: Channel) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(1)
        return web.Response()

    async with serving(slow) as url:
        await slack.use_http(url, verify=False)
        await dm.say(asha, "hello")
        await slack.until(lambda: slack.deliveries[0].attempts[1:])
    await slack.settled()
    assert slack.deliveries[0].attempts[:2] == ["", "http_timeout"]
    assert slack.deliveries[0].attempts[-1] == "connection_failed"
    assert codes(slack) == ["event_never_acknowledged"]


async def test_an_app_may_ask_for_no_retry(slack: FakeSlack, asha: User, dm: Channel) -> None:
    async def unwilling(request: web.Request) -> web.Response:
        return web.Response(status=503, headers={"X-Slack-No-Retry": "1"})

    async with serving(unwilling) as url:
        await slack.use_http(url, verify=False)
        await dm.say(asha, "hello")
        await slack.settled()
    assert slack.deliveries[0].attempts == [""]


async def test_a_url_that_does_not_return_the_challenge_is_refused(slack: FakeSlack) -> None:
    async def deaf(request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async with serving(deaf) as url:
        with pytest.raises(AssertionError, match="the challenge did not come back"):
            await slack.use_http(url)
