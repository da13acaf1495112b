"""A chat as the server keeps it: its messages and topics, what of it reaches the bot, and what the bot does to it."""

import itertools
import time
from dataclasses import dataclass, field, replace
from typing import Protocol

from tests.loopback.telegram_files import Files
from tests.loopback.telegram_messages import Button, Message, without_replies
from tests.loopback.telegram_wire import Bell, Json, Refused, illegal

DRAFT_LIFE = 30.0
SERVICE = {"forum_topic_created", "new_chat_members", "migrate_to_chat_id", "migrate_from_chat_id"}


@dataclass(frozen=True)
class Learner:
    id: int
    name: str
    language: str = "en"
    username: str | None = None

    @property
    def wire(self) -> Json:
        first, _, last = self.name.partition(" ")
        person: Json = {"id": self.id, "is_bot": False, "first_name": first, "language_code": self.language}
        return person | ({"last_name": last} if last else {}) | ({"username": self.username} if self.username else {})


NOBODY = Learner(1087968824, "Group")


@dataclass(frozen=True)
class Sighting:
    """Something fleeting that the learner saw: a chat action, a draft or a reaction. `time` is time.monotonic()."""

    what: str
    time: float
    thread: int | None = None
    draft_id: int | None = None
    message_id: int | None = None


@dataclass
class Query:
    """A button press, and what the bot answered to it: `text`, `show_alert` and so on."""

    id: str
    button: Button
    message_id: int
    update: Json | None
    time: float = field(default_factory=time.monotonic)
    answered: float | None = None
    answer: Json = field(default_factory=dict)


class Server(Protocol):
    """What a chat needs from the server it is on."""

    bot: Json
    files: Files
    privacy: bool
    happened: Bell

    def publish(self, body: Json) -> Json | None: ...
    def expect_answer(self, query: Query) -> None: ...


class Room:
    def __init__(self, server: Server, wire: Json, learner: Learner | None = None, admin: bool = False) -> None:
        self.id: int = wire["id"]
        self.wire, self.learner = wire, learner
        self.closed: Refused | None = None
        self.topics: dict[int, str] = {}
        self.actions: list[Sighting] = []
        self.drafts: list[Sighting] = []
        self.reactions: list[Sighting] = []
        self._server, self._admin = server, admin
        self._ids = itertools.count(1)
        self._messages: dict[int, Message] = {}
        self._lines: list[int | str] = []
        self._news: list[Message] = []

    @property
    def is_private(self) -> bool:
        return bool(self.wire["type"] == "private")

    @property
    def is_plain_supergroup(self) -> bool:
        return self.wire["type"] == "supergroup" and not self.wire.get("is_forum")

    def note(self, line: str) -> None:
        self._lines.append(line)

    # From people to the bot

    def deliver(self, person: Learner, content: Json, number: int | None = None) -> Message:
        """Puts a message into the chat, and an update into the bot's queue when the bot may see it."""
        wire = self._wire(person.wire, content, number)
        message = Message(wire["message_id"], self.id, person.name, False, wire, time=time.monotonic())
        return self._keep(replace(message, update=self.publish("message", wire)))

    def publish(self, kind: str, wire: Json) -> Json | None:
        return self._server.publish({kind: wire}) if self._reaches_bot(wire) else None

    def _wire(self, sender: Json, content: Json, number: int | None = None) -> Json:
        number = next(self._ids) if number is None else number
        return {"message_id": number, "from": sender, "chat": self.wire, "date": int(time.time()), **content}

    def _reaches_bot(self, wire: Json) -> bool:
        """Privacy mode: in a group a bot hears commands, replies to itself, mentions of itself and service messages."""
        if self.is_private or self._admin or not self._server.privacy or wire.keys() & SERVICE:
            return True
        if wire.get("reply_to_message", {}).get("from", {}).get("id") == self._server.bot["id"]:
            return True
        name = f"@{self._server.bot['username']}".lower()
        words = str(wire.get("text", wire.get("caption", ""))).lower().split()
        command = bool(words) and words[0].startswith("/") and "@" not in words[0]
        return command or any(word.strip(".,:;!?").endswith(name) for word in words)

    def place(self, reply_to: Message | None, thread: int | None) -> Json:
        """The fields that say what a message answers and which topic it is in."""
        fields: Json = {}
        if reply_to is not None:
            fields |= {"reply_to_message": without_replies(reply_to.wire)} | self._thread_of(reply_to)
        if thread is not None and not self.is_plain_supergroup:
            fields |= {"message_thread_id": thread, "is_topic_message": True}
        # In a forum, what answers nothing answers the service message that opened its topic.
        if not self.is_private and thread in self.topics and reply_to is None:
            fields["reply_to_message"] = without_replies(self._messages[thread].wire)
        return fields

    def _thread_of(self, target: Message) -> Json:
        """In a supergroup without topics a reply carries its thread's first message, though it is no topic."""
        if self.is_plain_supergroup:
            return {"message_thread_id": target.thread or target.id}
        if target.thread is None:
            return {}
        return {"message_thread_id": target.thread, "is_topic_message": True}

    def _keep(self, message: Message) -> Message:
        if message.id not in self._messages:
            self._lines.append(message.id)
        self._messages[message.id] = message
        if message.from_bot and not message.deleted:
            self._news.append(message)
        self._server.happened.ring()
        return message

    # From the bot to people

    def admit(self) -> None:
        """Raises what the server answers when the bot may not write here."""
        if self.closed is not None:
            raise self.closed

    def find(self, message_id: int) -> Message | None:
        message = self._messages.get(message_id)
        return message if message is not None and not message.deleted else None

    def existed(self, message_id: int) -> bool:
        return message_id in self._messages

    def check_thread(self, thread: int | None) -> None:
        """A supergroup without topics takes the id of any message as a thread, and ignores it."""
        known = self._messages if self.is_plain_supergroup else self.topics
        if thread is not None and thread not in known:
            raise illegal("message thread not found")

    def post(self, content: Json, markup: Json, file: bytes | None = None) -> Message:
        bot = {name: self._server.bot[name] for name in ("id", "is_bot", "first_name", "username")}
        wire = self._wire(bot, content)
        name = str(bot["first_name"])
        return self._keep(
            Message(wire["message_id"], self.id, name, True, wire, markup, time=time.monotonic(), file=file)
        )

    def amend(self, old: Message, wire: Json, markup: Json) -> Message:
        return self._keep(replace(old, wire=wire | {"edit_date": int(time.time())}, markup=markup, edited=True))

    def remove(self, message: Message, by: str) -> None:
        self._keep(replace(message, deleted=True))
        self.note(f"{by} deletes a message")
