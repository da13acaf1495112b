"""All that one bot's Telegram consists of: people, chats, files, updates. Methods act on it; the wire brings them."""

from tests.loopback.telegram_chats import Chat
from tests.loopback.telegram_files import Files
from tests.loopback.telegram_rooms import Learner, Query, Sighting
from tests.loopback.telegram_updates import Updates
from tests.loopback.telegram_wire import Bell, Json, illegal


class World:
    def __init__(
        self,
        *,
        bot_id: int = 123456789,
        username: str = "viva_test_bot",
        name: str = "Viva",
        privacy: bool = True,
        topics: bool = False,
        poll_rules: bool = True,
        conflict_pause: float = 3.0,
        webhook_at: str | None = None,
    ) -> None:
        """`topics`: the bot has topics in private chats. `poll_rules`: a hasty repeat of an offset waits 3 s, as on the
        real server. `conflict_pause`: seconds for which a second 409 is held back. `webhook_at`: the loopback root that
        stands for the public address of the webhook."""
        self.bot: Json = {"id": bot_id, "is_bot": True, "first_name": name, "username": username}
        self.bot |= {"can_join_groups": True, "can_read_all_group_messages": not privacy, "has_topics_enabled": topics}
        self.bot |= {"supports_inline_queries": False, "can_connect_to_business": False, "has_main_web_app": False}
        self.privacy, self.webhook_at = privacy, webhook_at
        self.learners: dict[int, Learner] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[tuple[str, int, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.files, self.happened = Files(), Bell()
        self.updates = Updates(conflict_pause, poll_rules, moved=self.happened)
        self.webhook_set = 0.0

    def learner(self, user_id: int, name: str, language: str = "en", username: str | None = None) -> Learner:
        self.learners[user_id] = Learner(user_id, name, language, username)
        return self.learners[user_id]

    def private_chat(self, learner: Learner) -> Chat:
        names = {key: value for key, value in learner.wire.items() if key in ("first_name", "last_name", "username")}
        return self._open(Chat(self, {"id": learner.id, "type": "private", **names}, learner))

    def group(
        self, chat_id: int, title: str, *, forum: bool = False, supergroup: bool = False, admin: bool = False
    ) -> Chat:
        """`chat_id` is negative; -100… is a supergroup. `admin`: the bot is one, and hears everything."""
        large = forum or supergroup or str(chat_id).startswith("-100")
        wire = {"id": chat_id, "type": "supergroup" if large else "group", "title": title}
        return self._open(Chat(self, wire | ({"is_forum": True} if forum else {}), admin=admin))

    async def migrate(self, group: Chat, new_id: int | None = None) -> Chat:
        """The group becomes a supergroup under another id; the old id answers with `migrate_to_chat_id`."""
        new = self.group(new_id or -1_000_000_000_000 + group.id, group.wire["title"], supergroup=True)
        group.retire(new)
        return new

    def chat(self, chat_id: int | str) -> Chat:
        """Raises Refused for a chat that is not there."""
        if chat_id not in self.chats:
            raise illegal("chat not found")
        return self.chats[int(chat_id)]

    def _open(self, chat: Chat) -> Chat:
        return self.chats.setdefault(chat.id, chat)

    def publish(self, body: Json) -> Json | None:
        return self.updates.put(body)

    def expect_answer(self, query: Query) -> None:
        self.queries[query.id] = query

    def see(self, sightings: list[Sighting], sighting: Sighting) -> None:
        sightings.append(sighting)
        self.happened.ring()
