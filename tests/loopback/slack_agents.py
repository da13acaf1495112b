"""assistant.threads.* and agents.sessions.*: status lines, titles, suggested prompts, sessions."""

from collections.abc import Iterator

from tests.loopback.slack_chat import readable
from tests.loopback.slack_record import Refused
from tests.loopback.slack_shapes import Json, listing, shape, string
from tests.loopback.slack_talk import Channel
from tests.loopback.slack_workspace import Workspace

LOADING = listing(string(50), 10, least=0)
PROMPTS = listing(shape({"title": string(200), "message": string(4000)}, {}), 4, least=0)
STATUSES = ("active", "processing", "suspended", "closed")
MOST_TITLE = 200


def set_status(workspace: Workspace, args: Json) -> Json:
    channel = _thread(workspace, args)
    _check(workspace, LOADING(args.get("loading_messages", []), "/loading_messages"))
    channel.statuses[args["thread_ts"]] = args["status"]
    workspace.signal.fire()
    return {}


def set_title(workspace: Workspace, args: Json) -> Json:
    channel = _thread(workspace, args)
    if channel.kind != "im":
        raise workspace.illegal("channel_not_found", "titles are for conversations with the app")
    channel.titles[args["thread_ts"]] = args["title"]
    return {}


def set_suggested_prompts(workspace: Workspace, args: Json) -> Json:
    """In an app with the agent view, a thread_ts makes this call do nothing, and say so to nobody."""
    channel = readable(workspace, args["channel_id"])
    _check(workspace, PROMPTS(args["prompts"], "/prompts"))
    if workspace.agent_view and "thread_ts" in args:
        workspace.violate("prompts_in_thread", "with thread_ts, suggested prompts of an agent app have no effect")
        return {}
    if not workspace.agent_view:
        _thread(workspace, args)
    channel.suggested_prompts, channel.suggested_title = args["prompts"], args.get("title", "")
    workspace.signal.fire()
    return {}


def set_session_status(workspace: Workspace, args: Json) -> Json:
    channel = _session_channel(workspace, args)
    if args["status"] not in STATUSES:
        raise workspace.illegal("invalid_status", args["status"])
    if len(args.get("title", "")) > MOST_TITLE:
        raise workspace.illegal("invalid_arguments", "the title is longer than 200 characters")
    initiator = args.get("initiator_user_id")
    if initiator is not None and initiator not in {member.id for member in channel.members}:
        raise Refused("user_not_found")
    session = channel.sessions.setdefault(args["thread_ts"], {"title": args.get("title", "")})
    session["status"] = args["status"]
    workspace.signal.fire()
    return {"status": session["status"], "agent_status": session["status"], "title": session["title"]}


def rename_session(workspace: Workspace, args: Json) -> Json:
    channel = _session_channel(workspace, args)
    if len(args["title"]) > MOST_TITLE:
        raise workspace.illegal("invalid_name", "the title is longer than 200 characters")
    if args["thread_ts"] not in channel.sessions:
        raise Refused("session_not_found")
    channel.sessions[args["thread_ts"]]["title"] = args["title"]
    return {}


def _session_channel(workspace: Workspace, args: Json) -> Channel:
    if not workspace.agent_features:
        raise Refused("feature_disabled")
    channel = readable(workspace, args["channel_id"])
    if not channel.bot_is_member:
        raise Refused("not_authorized")
    if "thread_ts" not in args:
        raise workspace.illegal("thread_ts_required", channel.title)
    return _thread(workspace, args)


def _thread(workspace: Workspace, args: Json) -> Channel:
    channel = readable(workspace, args["channel_id"])
    if channel.at(args.get("thread_ts", "")) is None:
        raise workspace.illegal("invalid_thread_ts", f"{args.get('thread_ts')} is no message of {channel.title}")
    return channel


def _check(workspace: Workspace, problems: Iterator[str]) -> None:
    found = list(problems)
    if found:
        raise workspace.illegal("invalid_arguments", "; ".join(found))
