"""Receiving: stored before it is acknowledged, once however often it comes, by Socket Mode and over HTTP."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import aiohttp
import pytest
from aiohttp import web

from bots.slack.parse import parse
from bots.slack.receive import SlackReceiver
from engine.failures import Unavailable
from engine.ports import Effects, Job, NewWork, Work
from engine.said import Command, Press, Recording, Said, Text
from tests.loopback.slack import App, Channel, FakeSlack, NotAcknowledged, Timing, User
from tests.loopback.slack_requests import FORM, JSON

QUICK = Timing(ack_within=0.5, answer_within=0.5, retry_delays=(0.0, 0.1, 0.1))
Mode = Literal["socket", "http"]


class KeptLanes:
    """`engine.ports.Lanes`, as far as receiving needs it; `away` is how many more puts fail."""

    def __init__(self) -> None:
        self.works: dict[str, NewWork] = {}
        self.puts = 0
        self.away = 0
        self.broken = False

    async def put(self, works: Sequence[NewWork]) -> None:
        self.puts += 1
        await asyncio.sleep(0)
        if self.broken:
            raise ValueError("an answer that nobody may read in the log")
        if self.away:
            self.away -= 1
            raise Unavailable("the database is away")
        for work in works:
            self.works.setdefault(work.key, work)

    async def done(self, job: Job, effects: Effects, result: object = None, hold: float = 0.0) -> None:
        raise NotImplementedError

    async def aside(self, job: Job, reason: str, effects: Effects) -> None:
        raise NotImplementedError

    async def later(
        self, job: Job, seconds: float, *, failed: bool = False, hold: bool = False, in_doubt: bool = False
    ) -> None:
        raise NotImplementedError

    async def progress(self, job: Job, result: object) -> None:
        raise NotImplementedError

    async def ahead(self, job: Job, back: int) -> Work | None:
        raise NotImplementedError

    async def behind(self, job: Job) -> tuple[Work, ...]:
        raise NotImplementedError

    @property
    def said(self) -> list[Said]:
        return [incoming.said for work in self.works.values() if (incoming := parse(work.payload))]


class Heard(logging.Handler):
    """Notices that something was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.set()


@pytest.fixture
def lanes() -> KeptLanes:
    return KeptLanes()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(timing=QUICK) as fake:
        yield fake


@pytest.fixture
def asha(slack: FakeSlack) -> User:
    return slack.user("U1", "Asha")


@pytest.fixture
def cohort(slack: FakeSlack, asha: User) -> Channel:
    return slack.channel("C1", "cohort", [asha, slack.user("U2", "Ben")])


def receiver(slack: FakeSlack, lanes: KeptLanes, mode: Mode = "socket", ping_seconds: float = 0.5) -> SlackReceiver:
    secret = slack.signing_secret if mode == "http" else None
    token = slack.app_token if mode == "socket" else None
    return SlackReceiver(slack.bot_token, token, secret, slack.api_url, lanes, ping_seconds)


@asynccontextmanager
async def by_socket(slack: FakeSlack, lanes: KeptLanes) -> AsyncIterator[None]:
    already = len(slack.sockets.open_connections())
    service = asyncio.create_task(receiver(slack, lanes).socket_mode())
    try:
        await slack.connected(already + 1)
        yield
    finally:
        service.cancel()
        await asyncio.gather(service, return_exceptions=True)
    assert service.cancelled()


@asynccontextmanager
async def served(slack: FakeSlack, lanes: KeptLanes) -> AsyncIterator[str]:
    """The URL of the web process."""
    app = web.Application()
    app.router.add_post("/slack/events", receiver(slack, lanes, "http").handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def by_http(slack: FakeSlack, lanes: KeptLanes) -> AsyncIterator[None]:
    async with served(slack, lanes) as url:
        await slack.use_http(url)
        yield


@pytest.fixture(params=["socket", "http"])
async def receiving(request: pytest.FixtureRequest, slack: FakeSlack, lanes: KeptLanes) -> AsyncIterator[None]:
    async with (by_socket if request.param == "socket" else by_http)(slack, lanes):
        yield


# Both ways


@pytest.mark.usefixtures("receiving")
async def test_what_a_learner_does_is_stored_and_acknowledged(
    slack: FakeSlack, lanes: KeptLanes, cohort: Channel, asha: User
) -> None:
    root = await cohort.say(asha, "@viva law 5")
    await root.thread.say(asha, "It depends & varies")
    await slack.settled()
    assert await slack.slash(asha, cohort, "/interview", "data-science 10") == ""
    assert await slack.slash(asha, cohort, "/grade") == ""
    await slack.message_shortcut(asha, root, "grade_interview")
    assert set(lanes.said) == {
        Command("start", "law 5"),
        Text("It depends & varies"),
        Command("start", "data-science 10"),
        Command("grade"),
    }
    assert len(lanes.works) == 5
    assert {work.lane for work in lanes.works.values()} == {f"turn:slack:{slack.team_id}:U1"}
    slack.assert_clean()


@pytest.mark.usefixtures("receiving")
async def test_a_press_is_stored_and_acknowledged(
    slack: FakeSlack, lanes: KeptLanes, cohort: Channel, asha: User
) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Law"}, "action_id": "viva.0"}
    blocks = [{"type": "actions", "elements": [button | {"value": "role law"}]}]
    async with aiohttp.ClientSession() as session:
        posting = {"channel": cohort.id, "text": "Which role?", "blocks": blocks}
        bearer = {"Authorization": f"Bearer {slack.bot_token}"}
        await session.post(f"{slack.api_url}chat.postMessage", json=posting, headers=bearer)
    await slack.press(asha, cohort.messages[-1], "Law")
    await slack.settled()
    assert lanes.said == [Press("role law")]
    slack.assert_clean()


@pytest.mark.usefixtures("receiving")
async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(
    slack: FakeSlack, lanes: KeptLanes, asha: User
) -> None:
    lanes.away = 2
    await slack.dm(asha).say(asha, "It depends")
    await slack.settled()
    assert [delivery.attempts for delivery in slack.deliveries] == [
        ["", *["timeout" if slack.sockets.connections else "http_error"] * 2]
    ]
    assert lanes.said == [Text("It depends")]
    slack.assert_clean()


@pytest.mark.usefixtures("receiving")
async def test_a_command_that_could_not_be_stored_is_not_acknowledged(
    slack: FakeSlack, lanes: KeptLanes, cohort: Channel, asha: User
) -> None:
    lanes.away = 1
    with pytest.raises(NotAcknowledged):
        await slack.slash(asha, cohort, "/interview", "law")
    assert lanes.works == {}


@pytest.mark.usefixtures("receiving")
async def test_redelivered_events_are_one_work(slack: FakeSlack, lanes: KeptLanes, cohort: Channel, asha: User) -> None:
    root = await cohort.say(asha, "@viva law 5")
    await slack.settled()
    await slack.redeliver(root)
    assert lanes.puts == 4, "the message and the mention, twice"
    assert list(lanes.works) == [f"slack:{slack.team_id}:C1:{root.ts}"]
    slack.assert_clean()


@pytest.mark.usefixtures("receiving")
async def test_peoples_talk_is_acknowledged_and_not_kept(
    slack: FakeSlack, lanes: KeptLanes, cohort: Channel, asha: User
) -> None:
    said = await cohort.say(asha, "lunch?")
    await slack.edit(asha, said, "lunch at noon?")
    await slack.delete(asha, said)
    await slack.open_home(asha, "home")
    await slack.raw("events_api", slack.deliveries[0].payload | {"event": {"type": "brand_new", "user": "U1"}})
    await slack.settled()
    assert len(slack.deliveries) == 5
    assert lanes.works == {}
    slack.assert_clean()


@pytest.mark.usefixtures("receiving")
async def test_when_the_app_is_removed_nothing_breaks(slack: FakeSlack, lanes: KeptLanes, asha: User) -> None:
    await slack.uninstall()
    await slack.dm(asha).say(asha, "hello?")
    await slack.settled()
    assert lanes.said == [Text("hello?")]
    slack.assert_clean()


@pytest.mark.usefixtures("receiving")
async def test_other_interactions_are_acknowledged(slack: FakeSlack, lanes: KeptLanes, asha: User) -> None:
    await slack.global_shortcut(asha, "of_another_version")
    assert lanes.works == {}
    slack.assert_clean()


@pytest.mark.usefixtures("receiving")
async def test_words_and_secrets_stay_out_of_the_log(
    slack: FakeSlack, lanes: KeptLanes, asha: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    lanes.broken = True
    await slack.dm(asha).say(asha, "a very private answer")
    await slack.until(lambda: lanes.puts)
    lanes.broken = False
    await slack.settled()
    assert "not acknowledged: ValueError" in caplog.text
    for secret in (
        "private answer",
        "nobody may read",
        slack.bot_token,
        slack.app_token,
        slack.signing_secret,
        "ticket=",
    ):
        assert secret not in caplog.text


@pytest.mark.usefixtures("receiving")
async def test_first_words_are_suggested_once_to_whoever_opens_the_messages_tab(slack: FakeSlack, asha: User) -> None:
    for _ in range(2):
        dm = await slack.open_home(asha)
        await slack.settled()
    await slack.until(lambda: dm.suggested_prompts)
    assert [prompt["message"] for prompt in dm.suggested_prompts] == ["start", "history", "help"]
    assert len(slack.called("assistant.threads.setSuggestedPrompts")) == 1
    slack.assert_clean()


@pytest.mark.usefixtures("receiving")
async def test_a_workspace_without_suggestions_is_asked_once(slack: FakeSlack, asha: User) -> None:
    slack.fail("assistant.threads.setSuggestedPrompts", times=9, error="feature_disabled")
    await slack.open_home(asha)
    await slack.settled()
    await slack.until(lambda: [call.answer for call in slack.called("assistant.threads.setSuggestedPrompts")])
    await slack.open_home(slack.user("U2", "Ben"))
    await slack.settled()
    assert len(slack.called("assistant.threads.setSuggestedPrompts")) == 1


async def test_an_oauth_app_in_the_environment_changes_nothing(
    slack: FakeSlack, lanes: KeptLanes, asha: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.setenv(name, "of-something-else")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-something-else")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "of-something-else")
    async with by_socket(slack, lanes):
        await slack.dm(asha).say(asha, "hello")
        await slack.slash(asha, slack.dm(asha), "/grade")
        await slack.settled()
    async with by_http(slack, lanes):
        await slack.dm(asha).say(asha, "hello again")
        await slack.settled()
    assert len(lanes.works) == 3
    assert {call.token for call in slack.calls} <= {slack.app_token, slack.bot_token}
    slack.assert_clean()


# Socket Mode


async def test_several_processes_share_the_events(slack: FakeSlack, lanes: KeptLanes, asha: User) -> None:
    async with by_socket(slack, lanes), by_socket(slack, lanes):
        said = [await slack.dm(asha).say(asha, f"answer {n}") for n in range(6)]
        await slack.settled()
        await slack.redeliver(said[0])
    assert len(lanes.works) == 6
    slack.assert_clean()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_connection_is_renewed_when_slack_asks_for_it(
    slack: FakeSlack, lanes: KeptLanes, asha: User, reason: str
) -> None:
    async with by_socket(slack, lanes):
        await slack.sockets.disconnect(reason)
        await slack.connected()
        await slack.dm(asha).say(asha, "still there?")
        await slack.settled()
    assert lanes.said == [Text("still there?")]
    slack.assert_clean()


async def test_a_broken_connection_is_made_again(slack: FakeSlack, lanes: KeptLanes, asha: User) -> None:
    async with by_socket(slack, lanes):
        slack.sockets.cut()
        await slack.dm(asha).say(asha, "still there?")
        await slack.connected()
        await slack.settled()
    assert lanes.said == [Text("still there?")]
    slack.assert_clean()


async def test_a_connection_that_went_silent_is_made_again(slack: FakeSlack, lanes: KeptLanes) -> None:
    async with by_socket(slack, lanes):
        [first] = slack.sockets.open_connections()
        first.muted = True
        await slack.until(lambda: [c for c in slack.sockets.open_connections() if c is not first], within=15)


async def test_a_url_that_is_used_up_is_not_tried_for_ever(slack: FakeSlack, lanes: KeptLanes) -> None:
    """Slack's own client asks for a URL once, and would try that one again and again."""
    ticket = slack.sockets.ticket

    def used_up() -> str:
        slack.sockets.ticket = ticket  # type: ignore[method-assign]
        return "used-up"

    slack.sockets.ticket = used_up  # type: ignore[method-assign]
    service = asyncio.create_task(receiver(slack, lanes, ping_seconds=0.1).socket_mode())
    await slack.connected()
    service.cancel()
    await asyncio.gather(service, return_exceptions=True)


async def test_slack_is_waited_for_as_long_as_it_says(
    slack: FakeSlack, lanes: KeptLanes, caplog: pytest.LogCaptureFixture
) -> None:
    slack.fail("apps.connections.open", retry_after=1)
    service = asyncio.create_task(receiver(slack, lanes, ping_seconds=0.1).socket_mode())
    await slack.connected()
    service.cancel()
    await asyncio.gather(service, return_exceptions=True)
    slack.assert_clean()


async def test_a_refused_app_token_is_named_in_the_log_and_tried_again(
    slack: FakeSlack, lanes: KeptLanes, caplog: pytest.LogCaptureFixture
) -> None:
    warned = Heard()
    logging.getLogger("bots.slack.socket_mode").addHandler(warned)
    wrong = SlackReceiver(slack.bot_token, "xapp-wrong", None, slack.api_url, lanes, 0.1)
    service = asyncio.create_task(wrong.socket_mode())
    await asyncio.wait_for(warned.heard.wait(), 5)
    assert "SLACK_APP_TOKEN is refused" in caplog.text
    assert "xapp-wrong" not in caplog.text
    assert not service.done()
    service.cancel()
    await asyncio.gather(service, return_exceptions=True)
    logging.getLogger("bots.slack.socket_mode").removeHandler(warned)


async def test_it_stops_at_once_while_slack_is_away(lanes: KeptLanes, unused_tcp_port: int) -> None:
    away = SlackReceiver("xoxb-x", "xapp-x", None, f"http://127.0.0.1:{unused_tcp_port}/api/", lanes)
    service = asyncio.create_task(away.socket_mode())
    await asyncio.sleep(0.1)
    service.cancel()
    started = time.monotonic()
    await asyncio.gather(service, return_exceptions=True)
    assert time.monotonic() - started < 1


# HTTP


async def test_only_slack_is_listened_to(slack: FakeSlack, lanes: KeptLanes) -> None:
    body = json.dumps({"command": "/grade", "team_id": "T1", "user_id": "U1", "channel_id": "C1"}).encode()
    forged: list[dict[str, str]] = [{"secret": "somebody else's"}, {"at": str(int(time.time()) - 400)}]
    forged += [{"at": at} for at in ("now", "-1", "1e9", "9" * 30)]
    async with served(slack, lanes) as url, aiohttp.ClientSession() as session:
        requests = await slack.use_http(url, verify=False)
        for how in forged:
            assert (await requests.post(url, body, JSON, {}, **how))[0] == 401, how
        async with session.post(url, data=body) as answer:
            assert answer.status == 401
    assert lanes.puts == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe", b'"x"', b"payload=%7B", b"payload=%5B1%5D", b"null"])
@pytest.mark.parametrize("kind", [JSON, FORM])
async def test_signed_nonsense_is_refused_and_not_kept(
    slack: FakeSlack, lanes: KeptLanes, body: bytes, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(slack, lanes) as url:
        requests = await slack.use_http(url, verify=False)
        status, _, _ = await requests.post(url, body, kind, {})
    assert status in (400, 401, 404)
    assert lanes.works == {}
    assert caplog.text == ""


async def test_strange_characters_are_stored(slack: FakeSlack, lanes: KeptLanes) -> None:
    inner = {"type": "message", "channel": "D1", "user": "U1", "ts": "1700000000.000100", "text": "a\0b\ud800 🙂"}
    payload = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": inner}
    async with served(slack, lanes) as url:
        requests = await slack.use_http(url, verify=False)
        status, _, _ = await requests.post(url, json.dumps(payload).encode(), JSON, {})
    assert status == 200
    assert lanes.said == [Text("a\0b\ud800 🙂")]


async def test_the_app_that_the_manifest_makes_hears_voice_clips(lanes: KeptLanes) -> None:
    app = App.from_manifest(Path(__file__).parents[1] / "bots" / "slack_manifest.yaml")
    async with FakeSlack(app, timing=QUICK) as slack:
        asha = slack.user("U1", "Asha")
        async with by_socket(slack, lanes):
            await slack.dm(asha).share_audio(asha, b"sound", mimetype="video/mp4", duration_ms=2500)
            await slack.settled()
    [said] = lanes.said
    assert isinstance(said, Recording)
    assert (said.seconds, said.size) == (2.5, 5)
