"""A strict Slack on 127.0.0.1: Web API, Socket Mode and HTTP events, for the real Slack clients and whole processes.

A test acts as the people of a workspace and reads what they would see. Whatever no correct client does is a violation:
`assert_clean` fails with all of them.

    async with FakeSlack() as slack:
        asha = slack.user("U1", "Asha")
        …start the app with slack.env()…
        await slack.connected()
        root = await slack.dm(asha).say(asha, "hello")
        question = await root.thread.wait_for("Question 1")
        await slack.press(asha, question, "Skip")
        slack.assert_clean()
"""

from collections.abc import Collection, Iterable
from types import TracebackType
from typing import Any, Literal, Self

from tests.loopback.slack_app import App
from tests.loopback.slack_delivery import Delivery, Dispatcher, NotAcknowledged, Timing
from tests.loopback.slack_events import Announcer
from tests.loopback.slack_faults import Fault, Faults, Where
from tests.loopback.slack_learners import Learners
from tests.loopback.slack_record import Call, Ping, Violation
from tests.loopback.slack_requests import Requests
from tests.loopback.slack_sockets import Sockets
from tests.loopback.slack_talk import Channel, Message, Thread, User
from tests.loopback.slack_web import Web
from tests.loopback.slack_workspace import Workspace

__all__ = ["App", "Channel", "FakeSlack", "Message", "NotAcknowledged", "Thread", "Timing", "User"]

_APP = App()
_TIMING = Timing()


class FakeSlack(Learners):
    """See the module. `agent_features=False`: a workspace without a paid plan. `flood`: seconds that must lie between
    two messages in a channel, 0 for no limit. `one_origin`: files are served by the API's own origin."""

    def __init__(
        self,
        app: App = _APP,
        *,
        timing: Timing = _TIMING,
        agent_features: bool = True,
        flood: float = 0.0,
        one_origin: bool = False,
    ) -> None:
        self.app = app
        self.workspace = Workspace(
            app.bot_token,
            app.app_token,
            app.signing_secret,
            app.scopes,
            app.subscriptions,
            app.commands,
            app.agent_view,
            agent_features,
            timing.trigger_life,
            flood,
        )
        self.sockets = Sockets(self.workspace)
        self.dispatcher = Dispatcher(self.workspace, timing, self.sockets)
        self.workspace.announce = Announcer(self.workspace, self.dispatcher)
        self._faults = Faults(self.workspace)
        self._web = Web(self.workspace, self._faults, self.sockets)
        self._one_origin = one_origin
        self._requests: Requests | None = None

    async def __aenter__(self) -> Self:
        await self._web.start(self._one_origin)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.dispatcher.stop()
        if self._requests is not None:
            await self._requests.stop()
        await self._web.stop()

    # The app's side of the configuration

    @property
    def api_url(self) -> str:
        """For SLACK_API_URL and the clients' base_url."""
        return f"{self.workspace.api_origin}/api/"

    @property
    def files_url(self) -> str:
        """For SLACK_FILES_URL: the only origin besides the API's that may see the bot token."""
        return self.workspace.files_origin

    @property
    def elsewhere_url(self) -> str:
        """A stranger's origin."""
        return self._web.elsewhere

    @property
    def bot_token(self) -> str:
        return self.app.bot_token

    @property
    def app_token(self) -> str:
        return self.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.app.signing_secret

    @property
    def team_id(self) -> str:
        return self.workspace.team_id

    @property
    def bot_user_id(self) -> str:
        return self.workspace.bot_user_id

    @property
    def app_id(self) -> str:
        return self.workspace.app_id

    def env(self, *, http: bool = False) -> dict[str, str]:
        """What Viva's settings need to talk to this workspace, by Socket Mode or over HTTP."""
        mode = {"SLACK_SIGNING_SECRET": self.signing_secret} if http else {"SLACK_APP_TOKEN": self.app_token}
        urls = {"SLACK_API_URL": self.api_url, "SLACK_FILES_URL": self.files_url}
        return {"SLACK_BOT_TOKEN": self.bot_token, **urls, **mode}

    async def use_http(
        self, request_url: str, *, commands_url: str = "", interactivity_url: str = "", verify: bool = True
    ) -> Requests:
        """Everything goes to these URLs from now on. `verify`: after Slack's url_verification handshake."""
        urls = {"events_api": request_url, "slash_commands": commands_url or request_url}
        requests = Requests(self.workspace, {**urls, "interactive": interactivity_url or request_url})
        self.dispatcher.transport = self._requests = requests
        if verify:
            await requests.verify()
        return requests

    # People and places

    def user(self, user_id: str, name: str = "", *, locale: str = "en-US") -> User:
        users = self.workspace.users
        if user_id not in users:
            users[user_id] = User(user_id, name or user_id, self.workspace, locale)
        return users[user_id]

    def dm(self, user: User) -> Channel:
        """This person's conversation with the app."""
        return self.workspace.dm(user)

    def channel(
        self,
        channel_id: str,
        name: str = "",
        members: Iterable[User] = (),
        *,
        private: bool = False,
        bot_is_member: bool = True,
    ) -> Channel:
        channels = self.workspace.channels
        if channel_id not in channels:
            kind: Literal["group", "channel"] = "group" if private else "channel"
            place = Channel(channel_id, name or channel_id, kind, self.workspace, list(members), bot_is_member)
            channels[channel_id] = place
        return channels[channel_id]

    # What happened

    @property
    def calls(self) -> list[Call]:
        return self.workspace.calls

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    @property
    def pings(self) -> list[Ping]:
        """Whom the app's text notified."""
        return self.workspace.pings

    @property
    def deliveries(self) -> list[Delivery]:
        return self.dispatcher.deliveries

    @property
    def violations(self) -> list[Violation]:
        return self.workspace.violations

    def transcript(self) -> str:
        return self.workspace.transcript()

    def assert_clean(self, allow: Collection[str] = ()) -> None:
        """Fails if the app did anything wrong, but for the codes in `allow`."""
        found = [violation for violation in self.violations if violation.code not in allow]
        if found:
            raise AssertionError("\n".join(["the app did what Slack does not allow:", *map(str, found)]))

    # Waiting

    async def connected(self, count: int = 1, *, within: float = 20) -> None:
        """Waits until that many websockets are open."""
        await self.workspace.signal.until(lambda: len(self.sockets.open_connections()) >= count, within)

    async def settled(self, within: float = 10) -> None:
        """Waits until every event is acknowledged (or given up)."""
        await self.dispatcher.settled(within)

    async def until(self, look: Any, within: float = 10) -> Any:
        """Waits until `look()`, tried at every change of the workspace, is true; that value."""
        return await self.workspace.signal.until(look, within)

    # Trouble

    def fail(
        self,
        method: str,
        times: float = 1,
        *,
        status: int | None = None,
        error: str | None = None,
        retry_after: int | None = None,
        hang: float = 0,
        drop: Literal["before", "after"] | None = None,
        where: Where = lambda args: True,
    ) -> Fault:
        """Spoils the next calls of `method` (a Web API method, or `download`, `upload`, `response_url`).

        status, error: refused with these. retry_after: refused with 429 and that header (seconds).
        hang: seconds until the answer comes; the call is carried out at once. drop: the connection ends without an
        answer, `before` the call is carried out, or `after`. times: how often, `math.inf` until `mend`. where: only
        for these arguments.
        """
        fault = Fault(method, times, status, error, retry_after, hang, drop, where)
        self._faults.add(fault)
        return fault

    def mend(self, method: str) -> None:
        self._faults.mend(method)

    def heal(self) -> None:
        """No planned trouble that has not come yet will come."""
        self._faults.clear()
        self.sockets.lose_acknowledgements(0)
