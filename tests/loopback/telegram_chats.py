"""A chat in the learner's hands: to read it, to wait for the bot, to write, press, block, migrate."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.loopback.telegram_messages import Button, Match, Message, found_entities, matches
from tests.loopback.telegram_rooms import DRAFT_LIFE, NOBODY, Learner, Query, Room, Server, Sighting
from tests.loopback.telegram_wire import Json, Refused


class Screen(Room):
    """What a learner sees."""

    def __init__(self, server: Server, wire: Json, learner: Learner | None = None, admin: bool = False) -> None:
        super().__init__(server, wire, learner, admin)
        self._read = 0

    @property
    def messages(self) -> list[Message]:
        """What is on the screen, from both sides, edits applied."""
        return [message for message in self._messages.values() if not message.deleted]

    @property
    def said_by_bot(self) -> list[Message]:
        return [message for message in self.messages if message.from_bot]

    @property
    def posted_by_bot(self) -> list[Message]:
        """What the bot said, as each message read when it was new."""
        first: dict[int, Message] = {}
        for message in self._news:
            first.setdefault(message.id, message)
        return list(first.values())

    @property
    def draft(self) -> Sighting | None:
        """The draft on the screen: gone after 30 s, or when the bot has sent a message."""
        latest = self.drafts[-1] if self.drafts else None
        sent = max((message.time for message in self._messages.values() if message.from_bot), default=0.0)
        return latest if latest and sent < latest.time and time.monotonic() < latest.time + DRAFT_LIFE else None

    def message(self, message_id: int) -> Message:
        """As it is now, deleted or not."""
        return self._messages[message_id]

    async def wait_for(self, match: Match, timeout: float = 30) -> Message:  # noqa: ASYNC109
        """The bot's next message, new or edited, that matches. What came before the last one found is passed over.

        `match` is a fragment of the text, a pattern, or a function of the message. Time up is an AssertionError.
        """
        return await self._server.happened.until(
            lambda: self._next(match), timeout, lambda: f"nothing like {match!r} in\n{self.transcript()}"
        )

    async def wait_until(self, look: Callable[[], object], timeout: float = 30) -> None:  # noqa: ASYNC109
        """For anything else: looks again whenever something has happened on the server, until `look` says yes."""
        await self._server.happened.until(
            lambda: look() or None, timeout, lambda: f"it did not happen in\n{self.transcript()}"
        )

    def skip_to_now(self) -> None:
        """`wait_for` looks only at what comes from here on."""
        self._read = len(self._news)

    def _next(self, match: Match) -> Message | None:
        for number in range(self._read, len(self._news)):
            if matches(self._news[number], match):
                self._read = number + 1
                return self._news[number]
        return None

    def transcript(self) -> str:
        """The screen from top to bottom, with what was pressed and done in between."""
        return "\n".join(filter(None, map(self._line, self._lines)))

    def _line(self, line: int | str) -> str:
        if isinstance(line, str):
            return f"  · {line}"
        return "" if self._messages[line].deleted else str(self._messages[line])


class Pen(Screen):
    """What a learner sends. `where` is by=Learner (needed in groups), reply_to=Message or id, thread=topic id, and
    extra={…} for further fields of the message; with files also caption, size and fields={…}: see `_file`."""

    async def say(self, text: str, **where: Any) -> Message:
        entities = found_entities(text)
        return self._sent({"text": text} | ({"entities": entities} if entities else {}), **where)

    async def send_voice(self, data: bytes, duration: int = 3, mime: str | None = "audio/ogg", **where: Any) -> Message:
        return self._file("voice", data, {"duration": duration, "mime_type": mime}, **where)

    async def send_audio(
        self, data: bytes, duration: int = 3, mime: str | None = "audio/mpeg", name: str = "answer.mp3", **where: Any
    ) -> Message:
        return self._file("audio", data, {"duration": duration, "mime_type": mime, "file_name": name}, **where)

    async def send_video_note(self, data: bytes, duration: int = 3, length: int = 240, **where: Any) -> Message:
        return self._file("video_note", data, {"duration": duration, "length": length}, **where)

    async def send_video(self, data: bytes, duration: int = 3, mime: str | None = "video/mp4", **where: Any) -> Message:
        return self._file("video", data, {"duration": duration, "mime_type": mime, "width": 9, "height": 9}, **where)

    async def send_document(self, data: bytes, name: str, mime: str | None = None, **where: Any) -> Message:
        return self._file("document", data, {"file_name": name, "mime_type": mime}, **where)

    async def send_sticker(self, emoji: str = "👍", **where: Any) -> Message:
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._file("sticker", b"RIFF", shape | {"emoji": emoji}, **where)

    async def send_photo(self, data: bytes = b"\xff\xd8\xff\xd9", caption: str | None = None, **where: Any) -> Message:
        photo = self._server.files.keep(data, "photo").wire | {"width": 90, "height": 90}
        return self._sent({"photo": [photo]} | ({"caption": caption} if caption else {}), **where)

    async def send_contact(self, first_name: str = "Bob", phone_number: str = "+15550100", **where: Any) -> Message:
        return self._sent({"contact": {"first_name": first_name, "phone_number": phone_number}}, **where)

    async def send_poll(self, question: str = "Which?", options: tuple[str, ...] = ("A", "B"), **where: Any) -> Message:
        choices = [{"persistent_id": text, "text": text, "voter_count": 0} for text in options]
        poll = {"id": str(random.getrandbits(60)), "question": question, "options": choices, "total_voter_count": 0}
        shape = {"is_closed": False, "is_anonymous": True, "type": "regular", "allows_multiple_answers": False}
        return self._sent({"poll": poll | shape | {"allows_revoting": True, "members_only": False}}, **where)

    async def edit(self, message: Message | int, text: str) -> Message:
        """A learner's own message gets another text (a caption, when it is no text message)."""
        old = self._messages[_number(message)]
        name, marks = ("text", "entities") if "text" in old.wire else ("caption", "caption_entities")
        wire = {key: value for key, value in old.wire.items() if key not in (name, marks)}
        wire |= {name: text, "edit_date": int(time.time())}
        if entities := found_entities(text):
            wire[marks] = entities
        return self._keep(replace(old, wire=wire, edited=True, update=self.publish("edited_message", wire)))

    async def delete(self, message: Message | int) -> None:
        """The bot is not told."""
        target = self._messages[_number(message)]
        self.remove(target, by=target.sender if not target.from_bot else self._person(None).name)

    def _file(
        self,
        kind: str,
        data: bytes,
        described: Json,
        caption: str | None = None,
        size: int | None = None,
        fields: Json | None = None,
        **where: Any,
    ) -> Message:
        """`size` is what Telegram says the size is; `fields` overrides the description, and None takes a field away."""
        overridden = fields or {}
        stored = self._server.files.keep(data, kind, size, told=overridden.get("file_size", 0) is not None)
        described = stored.wire | described | overridden
        content: Json = {kind: {name: value for name, value in described.items() if value is not None}}
        return self._sent(content | ({"caption": caption} if caption else {}), **where)

    def _sent(
        self,
        content: Json,
        by: Learner | None = None,
        reply_to: Message | int | None = None,
        thread: int | None = None,
        extra: Json | None = None,
    ) -> Message:
        assert thread is None or thread in self.topics, f"no topic {thread}"
        target = None if reply_to is None else self._messages[_number(reply_to)]
        return self.deliver(self._person(by), self.place(target, thread) | content | (extra or {}))

    def _person(self, by: Learner | None) -> Learner:
        person = by or self.learner
        assert person is not None, "in a group, say who it is: by=learner"
        return person


class Chat(Pen):
    """One chat, with all that learners do. Sending returns at once; `wait_for` waits for the bot."""

    def __init__(self, server: Server, wire: Json, learner: Learner | None = None, admin: bool = False) -> None:
        super().__init__(server, wire, learner, admin)
        self.queries: list[Query] = []

    async def press(self, button: str, message: Message | int | None = None, by: Learner | None = None) -> Query:
        """Presses the button with this text or data (else: text that holds it) on the newest message that has it."""
        shown = [self._messages[_number(message)]] if message is not None else list(reversed(self.said_by_bot))
        found = _button(shown, button)
        if found is None:
            raise AssertionError(f"no button {button!r} in\n{self.transcript()}")
        on, key = found
        person = self._person(by)
        self.note(f"{person.name} presses [{key.text}]")
        query = self._pressed(on, key, person)
        self.queries.append(query)
        self._server.expect_answer(query)
        return query

    def _pressed(self, on: Message, key: Button, person: Learner) -> Query:
        number = str(random.getrandbits(62))
        body = {"id": number, "from": person.wire, "message": on.wire, "chat_instance": str(self.id * 7919)}
        return Query(number, key, on.id, self._server.publish({"callback_query": body | {"data": key.data}}))

    async def block(self, by: Learner | None = None) -> Json | None:
        """The learner blocks the bot (private chats), or somebody removes it (groups). Returns the update."""
        where = "group chat" if self.wire["type"] == "group" else "supergroup chat"
        why = "bot was blocked by the user" if self.is_private else f"bot was kicked from the {where}"
        self.closed = Refused(403, f"Forbidden: {why}", wrong=False)
        return self._membership("member", "kicked", why, by)

    async def unblock(self, by: Learner | None = None) -> Json | None:
        self.closed = None
        return self._membership("kicked", "member", "the bot is back", by)

    async def deactivate(self) -> None:
        """The learner's account is deleted; the bot is not told."""
        self.closed = Refused(403, "Forbidden: user is deactivated", wrong=False)

    async def add_bot(self, by: Learner) -> Json | None:
        """Into a group: it is told twice, as a member and by the service message."""
        update = self._membership("left", "member", "the bot joins", by)
        self.deliver(by, {"new_chat_members": [self.bot_as("member")["user"]]})
        return update

    async def topic(self, name: str, by: Learner | None = None) -> int:
        """Opens a topic in a forum, or in the private chat with a bot that has topics; returns its thread id."""
        assert self.wire.get("is_forum") or self._server.bot["has_topics_enabled"], "only forums have topics"
        number = next(self._ids)
        self.topics[number] = name
        created = {"forum_topic_created": {"name": name, "icon_color": 7322096}, "is_topic_message": True}
        self.deliver(self._person(by), created | {"message_thread_id": number}, number)
        return number

    def retire(self, new: "Chat") -> None:
        """This group is now the supergroup `new`: both say so, and this one refuses everything."""
        new._admin = self._admin
        self.deliver(NOBODY, {"migrate_to_chat_id": new.id})
        new.deliver(NOBODY, {"migrate_from_chat_id": self.id})
        gone = "Bad Request: group chat was upgraded to a supergroup chat"
        self.closed = Refused(400, gone, wrong=False, parameters={"migrate_to_chat_id": new.id})

    def _membership(self, old: str, new: str, note: str, by: Learner | None) -> Json | None:
        self.note(note)
        members = {"old_chat_member": self.bot_as(old), "new_chat_member": self.bot_as(new)}
        person = by or self.learner or NOBODY
        change = {"chat": self.wire, "from": person.wire, "date": int(time.time()), **members}
        return self._server.publish({"my_chat_member": change})

    def bot_as(self, status: str) -> Json:
        bot = {name: self._server.bot[name] for name in ("id", "is_bot", "first_name", "username")}
        return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def _number(message: Message | int) -> int:
    return message if isinstance(message, int) else message.id


def _button(shown: list[Message], wanted: str) -> tuple[Message, Button] | None:
    keys = [(message, key) for message in shown for row in message.buttons for key in row if key.data is not None]
    exact = [pair for pair in keys if wanted in (pair[1].text, pair[1].data)]
    near = [pair for pair in keys if wanted in pair[1].text]
    return next(iter(exact + near), None)
