"""files.*: uploads in three steps, file facts, and downloads that show a login page to strangers."""

import mimetypes

from aiohttp import web

from tests.loopback.slack_chat import postable, publish, thread_of
from tests.loopback.slack_events import file_wire
from tests.loopback.slack_record import Refused
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_talk import Channel, File, Message
from tests.loopback.slack_workspace import Workspace

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in to Loopback | Slack</title></head><body>Sign in</body></html>"


def upload_url(workspace: Workspace, args: Json) -> Json:
    if args["length"] == 0:
        raise workspace.illegal("missing_argument", "a file of 0 bytes")
    kind = mimetypes.guess_type(args["filename"])[0] or "application/octet-stream"
    file = workspace.keep_file(args["filename"], kind, workspace.bot_user_id, b"", args["length"])
    return {"upload_url": f"{workspace.files_origin}/upload/v1/{file.id}", "file_id": file.id}


def receive_upload(workspace: Workspace, file_id: str, data: bytes) -> web.Response:
    file = workspace.files.get(file_id)
    if file is None:
        return web.Response(status=404)
    if len(data) != file.size:
        workspace.violate("upload_length", f"{file.name}: {file.size} bytes announced, {len(data)} came")
    file.data = data
    return web.Response(text=f"OK - {len(data)}")


def complete_upload(workspace: Workspace, args: Json) -> Json:
    """Shares the uploaded files as one message in each place named."""
    files = [_uploaded(workspace, each) for each in args["files"]]
    places = [*args.get("channels", []), *([args["channel_id"]] if "channel_id" in args else [])]
    if "thread_ts" in args and len(places) != 1:
        workspace.violate("thread_ts_for_several_channels", str(places))
    for channel in [postable(workspace, place) for place in places]:
        _share(workspace, channel, files, args)
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def file_info(workspace: Workspace, args: Json) -> Json:
    file = workspace.files.get(args["file"])
    if file is None:
        raise Refused("file_not_found")
    if file.gone:
        raise Refused("file_deleted")
    return {"file": file_wire(file, workspace), "comments": [], "response_metadata": {"next_cursor": ""}}


def download(workspace: Workspace, request: web.Request) -> web.Response:
    """Only the right token gets the bytes; anything else gets a page of HTML, and 200."""
    file = workspace.files.get(request.match_info["file"].rpartition("-")[2])
    if file is None or file.gone:
        return web.Response(status=404, text="404", content_type="text/html")
    bearer = request.headers.get("Authorization")
    if bearer != f"Bearer {workspace.bot_token}" or workspace.revoked or "files:read" not in workspace.scopes:
        return web.Response(text=LOGIN_PAGE, content_type="text/html")
    return web.Response(body=file.data, content_type=file.mimetype)


def _uploaded(workspace: Workspace, each: Json) -> File:
    file = workspace.files.get(each.get("id", ""))
    if file is None or not file.data:
        raise workspace.illegal("file_not_found", f"{each} was not uploaded")
    file.title = each.get("title", file.name)
    return file


def _share(workspace: Workspace, channel: Channel, files: list[File], args: Json) -> None:
    text = args.get("initial_comment", "")
    message = Message(channel, workspace.next_ts(), workspace.bot_user_id, text, files=files, by_app=True)
    message.thread_ts = thread_of(workspace, channel, args)
    publish(workspace, message, "files.completeUploadExternal", args)
