"""What people do in the workspace besides talking: commands, buttons, forms, edits; and what admins do."""

import asyncio
from collections.abc import Iterator
from typing import Any, Literal

from tests.loopback.slack_blocks import elements_of
from tests.loopback.slack_delivery import Delivery, Dispatcher, Kind
from tests.loopback.slack_events import action, command_payload, in_message, interaction, message_wire, view_wire
from tests.loopback.slack_record import Refused
from tests.loopback.slack_responses import Hook, hook_url, show
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_talk import Channel, Message, User, View
from tests.loopback.slack_text import as_typed, escape, options_of
from tests.loopback.slack_views import pick, push, replace, state_of
from tests.loopback.slack_workspace import Workspace


class Learners:
    """The verbs of `FakeSlack` whose subject is a person. Answers are awaited: `NotAcknowledged` if none comes."""

    workspace: Workspace
    dispatcher: Dispatcher

    async def slash(self, user: User, channel: Channel, command: str, text: str = "") -> str:
        """Sends a slash command from a channel's composer; the text of the immediate answer, empty if there is none.

        LookupError for a command that the app does not have: Slack would not send it.
        """
        workspace = self.workspace
        if workspace.commands is not None and command not in workspace.commands:
            raise LookupError(f"{command} is not a valid command")
        payload = command_payload(workspace, user, channel, command, escape(text))
        payload["response_url"] = hook_url(workspace, channel, user, None)
        answer = await self.dispatcher.ask("slash_commands", payload)
        if not answer:
            return ""
        self._show(channel, user, answer)
        return str(answer.get("text", ""))

    async def press(self, user: User, where: Message | View, what: str, option: str | None = None) -> Any:
        """Presses a button, by its action_id or its label, or picks `option` (a value or label) of the menu `what`.

        An option's label alone will do when it is the only one. LookupError when there is no such thing to press.
        """
        content, place = self._place(user, where)
        block, element, picked = _target(content, user, what, option)
        payload = interaction(self.workspace, "block_actions", user) | place
        if isinstance(where, Message):
            payload["response_url"] = hook_url(self.workspace, where.channel, user, where)
        payload["actions"] = [action(block, element, picked)]
        answer = await self.dispatcher.ask("interactive", payload)
        if answer:
            self.workspace.violate("answer_ignored", f"Slack shows nothing of the answer to an action: {answer}")
        return answer

    async def submit(self, user: User, filled: Json | None = None) -> Any:
        """Submits the open modal with these fields (see `slack_views.state_of`); the app's answer.

        The modal closes, unless the answer shows errors or another view.
        """
        view = self._modal(user)
        payload = interaction(self.workspace, "view_submission", user)
        payload["view"] = view_wire(view, self.workspace, state_of(view, filled or {}))
        answer = await self.dispatcher.ask("interactive", {**payload, "response_urls": []})
        self._after_submit(user, view, answer or {"response_action": "close"})
        return answer

    async def close_modal(self, user: User) -> None:
        view = self._modal(user)
        user.modal = None
        if view.content.get("notify_on_close"):
            payload = interaction(self.workspace, "view_closed", user, trigger=False)
            wire = view_wire(view, self.workspace, {})
            await self.dispatcher.ask("interactive", {**payload, "view": wire, "is_cleared": False})

    async def message_shortcut(self, user: User, message: Message, callback_id: str) -> None:
        payload = interaction(self.workspace, "message_action", user) | in_message(message)
        payload |= {"callback_id": callback_id, "message_ts": message.ts, "action_ts": self.workspace.next_ts()}
        payload["response_url"] = hook_url(self.workspace, message.channel, user, None)
        unsent = ("container", "state")
        await self.dispatcher.ask("interactive", {key: item for key, item in payload.items() if key not in unsent})

    async def global_shortcut(self, user: User, callback_id: str) -> None:
        payload = interaction(self.workspace, "shortcut", user)
        payload |= {"callback_id": callback_id, "action_ts": self.workspace.next_ts()}
        await self.dispatcher.ask("interactive", payload)

    async def edit(self, user: User, message: Message, text: str) -> None:
        """A person edits a message of theirs."""
        if message.user != user.id or message.deleted:
            raise ValueError(f"{user.name} cannot edit this message")
        before = message_wire(message)
        message.text = as_typed(text, self.workspace.names)
        message.edits += 1
        self.workspace.announce("changed", message, before)
        await asyncio.sleep(0)

    async def delete(self, user: User, message: Message) -> None:
        """A person deletes a message of theirs."""
        if message.user != user.id or message.deleted:
            raise ValueError(f"{user.name} cannot delete this message")
        before = message_wire(message)
        message.deleted = True
        self.workspace.announce("deleted", message, before)
        await asyncio.sleep(0)

    async def open_home(self, user: User, tab: Literal["messages", "home"] = "messages") -> Channel:
        """A person opens a tab of the app; their conversation with it."""
        dm = self.workspace.dm(user)
        event: Json = {"type": "app_home_opened", "user": user.id, "channel": dm.id, "tab": tab}
        if tab == "home" and user.home is not None:
            event["view"] = view_wire(user.home, self.workspace, {})
        self.dispatcher.event({**event, "event_ts": self.workspace.next_ts()})
        await asyncio.sleep(0)
        return dm

    async def uninstall(self) -> None:
        """An admin removes the app: both events come, and the token is dead."""
        await self.revoke_tokens("account_inactive")
        self.dispatcher.event({"type": "app_uninstalled", "event_ts": self.workspace.next_ts()})

    async def revoke_tokens(self, error: str = "token_revoked") -> None:
        self.workspace.revoked = error
        tokens = {"oauth": [], "bot": [self.workspace.bot_user_id]}
        self.dispatcher.event({"type": "tokens_revoked", "tokens": tokens, "event_ts": self.workspace.next_ts()})

    async def raw(self, kind: Kind, payload: Json) -> Delivery:
        """Sends any payload whatever; an event until it is acknowledged, anything else once."""
        if kind == "events_api":
            return self.dispatcher.start(Delivery(kind, payload))
        await self.dispatcher.ask(kind, payload)
        return self.dispatcher.deliveries[-1]

    async def redeliver(self, about: Delivery | Message) -> list[Delivery]:
        """Slack sends an event (or all events about a message) again, although it was acknowledged."""
        return await self.dispatcher.again(about)

    def _show(self, channel: Channel, user: User, answer: Json) -> None:
        try:
            show(self.workspace, Hook(channel, user, None, 0.0), answer, "ack")
        except Refused:
            return  # the violation is recorded; the person sees nothing

    def _place(self, user: User, where: Message | View) -> tuple[list[Json], Json]:
        if isinstance(where, Message):
            outside = user not in where.channel.members and where.only_for != user.id
            if where.deleted or outside or where.only_for not in (None, user.id):
                raise LookupError(f"{user.name} does not see this message")
            return where.blocks, in_message(where)
        container = {"type": "view", "view_id": where.id}
        return where.content["blocks"], {"container": container, "view": view_wire(where, self.workspace, {})}

    def _modal(self, user: User) -> View:
        if user.modal is None:
            raise LookupError(f"{user.name} has no modal open")
        return user.modal

    def _after_submit(self, user: User, view: View, answer: Json) -> None:
        match answer.get("response_action"):
            case "errors":
                inputs = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
                for stranger in answer["errors"].keys() - inputs:
                    self.workspace.violate("errors_for_no_input", stranger)
            case "update":
                replace(self.workspace, view, answer["view"])
            case "push":
                push(self.workspace, user, answer["view"])
            case "close" | "clear":
                user.modal = None
            case other:
                self.workspace.violate("bad_answer", f"response_action {other}")


Target = tuple[Json, Json, Json]


def _target(blocks: list[Json], user: User, what: str, option: str | None) -> Target:
    """The block, its element, and what picking it adds to the action."""
    if option is not None:
        for block, element in elements_of(blocks):
            if element["action_id"] == what:
                return block, element, {"selected_option": pick(element, option)}
    else:
        found = [(block, element, picked) for block, element, names, picked in _all(blocks, user) if what in names]
        if len(found) == 1:
            return found[0]
    raise LookupError(f"{what!r} is not exactly one of {[sorted(names) for _, _, names, _ in _all(blocks, user)]}")


def _all(blocks: list[Json], user: User) -> Iterator[tuple[Json, Json, set[str], Json]]:
    """Everything that this person can press: block, element, the names it goes by, and what it adds."""
    for block, element in elements_of(blocks):
        if user.id not in element.get("visible_to_user_ids", [user.id]):
            continue
        match element["type"]:
            case "button" | "icon_button":
                yield block, element, {element["action_id"], element["text"]["text"]}, {}
            case "feedback_buttons":
                for side in (element["positive_button"], element["negative_button"]):
                    yield block, element, {side["text"]["text"]}, {"text": side["text"], "value": side["value"]}
            case _:
                for option in options_of(element):
                    names = {option["text"]["text"], option["value"]}
                    yield block, element, names, {"selected_option": option}
