"""Fetching recordings: the token goes to Slack alone, and nothing too big or beside the point is taken for sound."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bots.slack import files
from bots.slack.channel import SlackChannel
from engine.failures import Unavailable, Unusable
from engine.said import Recording
from tests.loopback.slack import App, Channel, FakeSlack, User

SOUND = bytes(range(256)) * 1000


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
def dm(slack: FakeSlack, asha: User) -> Channel:
    return slack.dm(asha)


async def shared(dm: Channel, asha: User, data: bytes = SOUND, mimetype: str = "audio/mp4") -> tuple[str, str]:
    """The id and the URL of a shared clip."""
    message = await dm.share_audio(asha, data, mimetype=mimetype)
    file = message.files[0]
    return file.id, f"{dm.workspace.files_origin}/files-pri/{dm.workspace.team_id}-{file.id}/download/{file.name}"


async def fetched(viva: SlackChannel, **file: str) -> bytes:
    async with viva.download(Recording(file)) as chunks:
        return b"".join([chunk async for chunk in chunks])


@asynccontextmanager
async def server(handler: object) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)  # type: ignore[arg-type]
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_clip_is_fetched(slack: FakeSlack, viva: SlackChannel, dm: Channel, asha: User) -> None:
    file, url = await shared(dm, asha)
    assert await fetched(viva, id=file, url=url) == SOUND
    slack.assert_clean()


async def test_a_clip_of_which_only_the_id_is_known_is_looked_up(
    slack: FakeSlack, viva: SlackChannel, dm: Channel, asha: User
) -> None:
    file, _ = await shared(dm, asha)
    assert await fetched(viva, id=file) == SOUND
    slack.assert_clean()


async def test_what_turns_out_to_be_no_sound_is_not_fetched(
    slack: FakeSlack, viva: SlackChannel, dm: Channel, asha: User
) -> None:
    file, _ = await shared(dm, asha, mimetype="image/png")
    with pytest.raises(Unusable) as failure:
        await fetched(viva, id=file)
    assert failure.value.reason == "not_audio"
    assert slack.called("download") == []


async def test_too_much_is_refused_before_anything_is_fetched(slack: FakeSlack, viva: SlackChannel) -> None:
    with pytest.raises(Unusable) as failure:
        async with viva.download(Recording({"id": "F1", "url": slack.files_url}, size=files.LARGEST + 1)):
            pytest.fail("there is nothing to read")
    assert failure.value.reason == "too_big"
    assert slack.calls == []


@pytest.mark.parametrize("path", ["/files-pri/F1/x.mp4", "", "//x", "/api/"])
async def test_the_token_is_shown_to_nobody_else(slack: FakeSlack, viva: SlackChannel, path: str) -> None:
    with pytest.raises(Unusable) as failure:
        await fetched(viva, id="F1", url=f"{slack.elsewhere_url}{path}")
    assert failure.value.reason == "not_audio"
    assert slack.calls == []
    slack.assert_clean()


@pytest.mark.parametrize(
    "url",
    [
        "https://files.slack.com.evil.example/x",
        "https://files.slack.com@evil.example/x",
        "https://user:pass@files.slack.com/x",
        "http://files.slack.com/x",
        "https://files.slack.com:8443/x",
        "//files.slack.com/x",
        "file:///etc/passwd",
        "ftp://files.slack.com/x",
        "https://[::1",
        "no url",
        "",
    ],
)
async def test_only_slacks_own_origins_are_asked(url: str) -> None:
    viva = SlackChannel("xoxb-x", "https://slack.com/api/", "https://files.slack.com")
    with pytest.raises(Unusable):
        await fetched(viva, id="F1", url=url or " ")
    await viva.close()


async def test_a_redirect_elsewhere_is_not_followed(slack: FakeSlack, caplog: pytest.LogCaptureFixture) -> None:
    async def leave(request: web.Request) -> web.Response:
        raise web.HTTPFound(f"{slack.elsewhere_url}/login")

    async with server(leave) as origin:
        viva = SlackChannel(slack.bot_token, slack.api_url, origin)
        with pytest.raises(Unusable):
            await fetched(viva, id="F1", url=f"{origin}/f")
        await viva.close()
    assert slack.calls == []
    assert "files:read" in caplog.text


async def test_a_redirect_within_slack_is_followed_but_not_for_ever(slack: FakeSlack) -> None:
    asked = []

    async def turn(request: web.Request) -> web.Response:
        asked.append(request.headers["Authorization"])
        if request.path == "/there":
            return web.Response(body=SOUND, content_type="audio/mp4")
        raise web.HTTPFound("/there" if request.path == "/here" else request.path)

    async with server(turn) as origin:
        viva = SlackChannel(slack.bot_token, slack.api_url, origin)
        assert await fetched(viva, id="F1", url=f"{origin}/here") == SOUND
        assert asked == [f"Bearer {slack.bot_token}"] * 2
        with pytest.raises(Unavailable):
            await fetched(viva, id="F1", url=f"{origin}/round")
        await viva.close()


async def test_a_login_page_is_no_recording_and_the_operator_reads_why(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeSlack(App(scopes=frozenset({"chat:write", "im:history"}))) as slack:
        asha = slack.user("U1", "Asha")
        file, url = await shared(slack.dm(asha), asha)
        viva = SlackChannel(slack.bot_token, slack.api_url, slack.files_url)
        with pytest.raises(Unusable) as failure:
            await fetched(viva, id=file, url=url)
        await viva.close()
    assert failure.value.reason == "not_audio"
    assert "files:read" in caplog.text


async def test_a_file_that_is_gone_is_no_recording(
    slack: FakeSlack, viva: SlackChannel, dm: Channel, asha: User
) -> None:
    file, url = await shared(dm, asha)
    slack.workspace.files[file].gone = True
    for where in ({"id": file, "url": url}, {"id": file}):
        with pytest.raises(Unusable):
            await fetched(viva, **where)


@pytest.mark.parametrize(
    "trouble", [{"status": 503}, {"status": 429, "retry_after": 4}, {"drop": "before", "times": 9}]
)
async def test_trouble_passes(
    slack: FakeSlack, viva: SlackChannel, dm: Channel, asha: User, trouble: dict[str, int]
) -> None:
    file, url = await shared(dm, asha)
    slack.fail("download", **trouble)  # type: ignore[arg-type]
    with pytest.raises(Unavailable) as failure:
        await fetched(viva, id=file, url=url)
    assert failure.value.retry_after == (4.0 if "retry_after" in trouble else None)


async def test_a_connection_that_breaks_in_the_middle_is_tried_again(slack: FakeSlack) -> None:
    async def stop_short(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "audio/mp4", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport
        request.transport.abort()
        return response

    async with server(stop_short) as origin:
        viva = SlackChannel(slack.bot_token, slack.api_url, origin)
        with pytest.raises(Unavailable):
            await fetched(viva, id="F1", url=f"{origin}/f")
        await viva.close()


@pytest.mark.parametrize("announced", [True, False])
async def test_more_than_was_claimed_is_cut_short(announced: bool) -> None:
    async def go_on(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "audio/mp4"})
        if announced:
            response.content_length = 2000
        await response.prepare(request)
        await response.write(b"x" * 2000)
        return response

    async with server(go_on) as url, aiohttp.ClientSession() as session:
        origin = files.origin(url)
        assert origin
        limited = files.Files("xoxb-x", frozenset([origin]), None, largest=1000)
        with pytest.raises(Unusable) as failure:
            async with limited.fetched(session, f"{url}/f") as chunks:
                [chunk async for chunk in chunks]
    assert failure.value.reason == "too_big"
