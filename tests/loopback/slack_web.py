"""The workspace's HTTP side: the Web API, response URLs, uploads and downloads, and places where no token belongs."""

import asyncio
import time
from collections.abc import Callable

from aiohttp import web

from tests.loopback import slack_agents, slack_chat, slack_files, slack_lookups, slack_responses, slack_views
from tests.loopback.slack_arguments import METHODS, Asked, Method, checked, read_request
from tests.loopback.slack_faults import Fault, Faults
from tests.loopback.slack_record import Call, Refused
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_sockets import Sockets
from tests.loopback.slack_workspace import Workspace

HANDLERS: dict[str, Callable[[Workspace, Json], Json]] = {
    "auth.test": slack_lookups.auth_test,
    "chat.postMessage": slack_chat.post_message,
    "chat.update": slack_chat.update,
    "chat.postEphemeral": slack_chat.post_ephemeral,
    "chat.delete": slack_chat.delete,
    "conversations.open": slack_lookups.open_conversation,
    "conversations.info": slack_lookups.conversation_info,
    "users.info": slack_lookups.user_info,
    "views.open": slack_views.open_view,
    "views.publish": slack_views.publish_view,
    "views.update": slack_views.update_view,
    "reactions.add": slack_chat.add_reaction,
    "assistant.threads.setStatus": slack_agents.set_status,
    "assistant.threads.setTitle": slack_agents.set_title,
    "assistant.threads.setSuggestedPrompts": slack_agents.set_suggested_prompts,
    "agents.sessions.setStatus": slack_agents.set_session_status,
    "agents.sessions.rename": slack_agents.rename_session,
    "files.getUploadURLExternal": slack_files.upload_url,
    "files.completeUploadExternal": slack_files.complete_upload,
    "files.info": slack_files.file_info,
}
Answer = Callable[[], web.Response]


class Web:
    """Three origins: the API's, the files' (or the API's again), and a stranger's."""

    def __init__(self, workspace: Workspace, faults: Faults, sockets: Sockets) -> None:
        self._workspace, self._faults, self._sockets = workspace, faults, sockets
        self._closed = asyncio.Event()
        self._runners: list[web.AppRunner] = []
        self.elsewhere = ""

    async def start(self, one_origin: bool) -> None:
        api = [web.route("*", "/api/{method}", self._api), web.get("/link/", self._sockets.connect)]
        api.append(web.post("/response/{hook}", self._response))
        files = [
            web.get("/files-pri/{file}/download/{name}", self._download),
            web.get("/files-pri/{file}/{name}", self._download),
            web.post("/upload/v1/{file}", self._upload),
        ]
        if one_origin:
            self._workspace.api_origin = self._workspace.files_origin = await self._serve([*api, *files])
        else:
            self._workspace.api_origin = await self._serve(api)
            self._workspace.files_origin = await self._serve(files)
        self.elsewhere = await self._serve([])

    async def stop(self) -> None:
        self._closed.set()
        await self._sockets.stop()
        for runner in self._runners:
            await runner.cleanup()

    async def _serve(self, routes: list[web.RouteDef]) -> str:
        app = web.Application(client_max_size=64 * 2**20)
        app.add_routes([*routes, web.route("*", "/{anywhere:.*}", self._nowhere)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _api(self, request: web.Request) -> web.StreamResponse:
        asked = await read_request(request, self._workspace)
        call = self._record(request.match_info["method"], asked)
        return await self._fallibly(request, call, lambda: self._answer(call, asked))

    async def _response(self, request: web.Request) -> web.StreamResponse:
        asked = await read_request(request, self._workspace)
        call = self._record("response_url", asked)
        self._no_token_here(request)
        hook = request.match_info["hook"]
        return await self._fallibly(request, call, lambda: slack_responses.respond(self._workspace, hook, call))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        call = self._record("download", Asked(_bearer(request), dict(request.match_info), False))
        return await self._fallibly(request, call, lambda: slack_files.download(self._workspace, request))

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        data = await request.read()
        call = self._record("upload", Asked(_bearer(request), dict(request.match_info), False))
        file = request.match_info["file"]
        return await self._fallibly(request, call, lambda: slack_files.receive_upload(self._workspace, file, data))

    async def _nowhere(self, request: web.Request) -> web.StreamResponse:
        self._record(f"{request.method} {request.path}", Asked(_bearer(request), dict(request.query), False))
        self._no_token_here(request, await request.text())
        return web.Response(status=404, text="<html>not found</html>", content_type="text/html")

    def _record(self, method: str, asked: Asked) -> Call:
        call = Call(method, asked.values, time.time(), asked.token)
        self._workspace.calls.append(call)
        return call

    def _no_token_here(self, request: web.Request, body: str = "") -> None:
        workspace = self._workspace
        for secret in (workspace.bot_token, workspace.app_token, workspace.signing_secret):
            if secret in f"{request.headers} {request.query_string} {body}":
                workspace.violate("token_leaked", f"a secret was sent to {request.url.origin()}{request.path}")

    async def _fallibly(self, request: web.Request, call: Call, answer: Answer) -> web.StreamResponse:
        """The answer, unless a fault was ordered for it."""
        self._faults.heed_patience(call)
        fault = self._faults.take(call.method, call.args)
        response = answer() if fault is None else await self._faulty(request, call, fault, answer)
        self._workspace.signal.fire()
        return response

    async def _faulty(self, request: web.Request, call: Call, fault: Fault, answer: Answer) -> web.StreamResponse:
        if fault.drop == "before":
            return _cut(request)
        refusal = fault.refusal()
        response = self._refused(call, refusal) if refusal else answer()
        if fault.hang:
            await self._unless_closed(fault.hang)
        return _cut(request) if fault.drop == "after" else response

    async def _unless_closed(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._closed.wait(), seconds)
        except TimeoutError:
            return

    def _answer(self, call: Call, asked: Asked) -> web.Response:
        try:
            call.answer = {"ok": True, **self._carried_out(call.method, asked)}
        except Refused as refused:
            return self._refused(call, refused)
        return web.json_response(call.answer, headers={"x-oauth-scopes": ",".join(sorted(self._workspace.scopes))})

    def _refused(self, call: Call, refused: Refused) -> web.Response:
        self._faults.remember(call, refused)
        call.answer = {"ok": False, "error": refused.error, **refused.extra}
        return web.json_response(call.answer, status=refused.status, headers=refused.headers)

    def _carried_out(self, name: str, asked: Asked) -> Json:
        method = METHODS.get(name)
        if method is None:
            raise self._workspace.illegal("unknown_method", name)
        self._authorise(name, method, asked.token)
        args = checked(name, method, asked, self._workspace)
        if name == "apps.connections.open":
            ws = self._workspace.api_origin.replace("http", "ws", 1)
            return {"url": f"{ws}/link/?ticket={self._sockets.ticket()}&app_id={self._workspace.app_id}"}
        return HANDLERS[name](self._workspace, args)

    def _authorise(self, name: str, method: Method, token: str) -> None:
        workspace = self._workspace
        tokens = {"bot": workspace.bot_token, "app": workspace.app_token}
        if not token:
            raise workspace.illegal("not_authed", f"{name} came without a bearer token")
        if token not in tokens.values():
            raise workspace.illegal("invalid_auth", f"{name} came with an unknown token")
        if token != tokens[method.token]:
            raise workspace.illegal("not_allowed_token_type", f"{name} needs the {method.token} token")
        if workspace.revoked and method.token == "bot":
            raise Refused(workspace.revoked)
        if method.scopes and not method.scopes & workspace.scopes:
            needed = ",".join(sorted(method.scopes))
            provided = ",".join(sorted(workspace.scopes))
            raise workspace.illegal("missing_scope", f"{name} needs {needed}", needed=needed, provided=provided)


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _cut(request: web.Request) -> web.Response:
    """Ends the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
