"""auth.test, conversations.*, users.info: who and where."""

from tests.loopback.slack_chat import readable
from tests.loopback.slack_record import Refused
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_talk import Channel
from tests.loopback.slack_workspace import Workspace

READ = {"im": "im:read", "channel": "channels:read", "group": "groups:read"}


def auth_test(workspace: Workspace, args: Json) -> Json:
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": workspace.team_domain.title(),
        "team_id": workspace.team_id,
        "user": workspace.bot_name,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def open_conversation(workspace: Workspace, args: Json) -> Json:
    if "channel" in args:
        return {"channel": _brief(readable(workspace, args["channel"]), args), "no_op": True, "already_open": True}
    users = args.get("users", [])
    if not users:
        raise workspace.illegal("users_list_not_supplied", "neither channel nor users")
    if len(users) > 1:
        raise workspace.illegal("too_many_users", "this workspace has no group messages")
    if users[0] not in workspace.users:
        raise Refused("user_not_found")
    user = workspace.users[users[0]]
    known = f"D{user.id[1:]}" in workspace.channels
    return {"channel": _brief(workspace.dm(user), args), "no_op": known, "already_open": known}


def conversation_info(workspace: Workspace, args: Json) -> Json:
    channel = readable(workspace, args["channel"])
    if READ[channel.kind] not in workspace.scopes:
        raise workspace.illegal("missing_scope", f"{channel.title} needs {READ[channel.kind]}")
    members = {"num_members": len(channel.members) + channel.bot_is_member} if args.get("include_num_members") else {}
    locale = {"locale": channel.members[0].locale} if args.get("include_locale") and channel.members else {}
    return {"channel": {**_full(channel), **members, **locale}}


def user_info(workspace: Workspace, args: Json) -> Json:
    user = workspace.users.get(args["user"])
    if user is None:
        raise Refused("user_not_found")
    profile = {"real_name": user.name, "display_name": user.name, "team": workspace.team_id}
    return {
        "user": {
            "id": user.id,
            "team_id": workspace.team_id,
            "name": user.name.lower(),
            "real_name": user.name,
            "deleted": False,
            "tz": user.tz,
            "tz_offset": 19_800,
            "profile": profile,
            "is_bot": False,
            "is_app_user": False,
            **({"locale": user.locale} if args.get("include_locale") else {}),
        }
    }


def _brief(channel: Channel, args: Json) -> Json:
    return _full(channel) if args.get("return_im") else {"id": channel.id}


def _full(channel: Channel) -> Json:
    wire: Json = {"id": channel.id, "created": 1_700_000_000, "is_archived": channel.archived}
    wire |= {"is_im": channel.kind == "im", "is_channel": channel.kind == "channel", "is_mpim": False}
    wire |= {"is_group": channel.kind == "group", "is_private": channel.kind != "channel"}
    if channel.kind == "im":
        return {**wire, "user": channel.members[0].id, "is_open": True}
    return {**wire, "name": channel.name, "is_member": channel.bot_is_member}
