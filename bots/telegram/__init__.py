"""The interview in Telegram's private chats and groups."""
