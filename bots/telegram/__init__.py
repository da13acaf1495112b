"""The interview in Telegram's private chats and groups."""

import os

# Lengths of time as timedelta: python-telegram-bot's numbers are deprecated, and warn whenever Telegram asks to wait.
os.environ["PTB_TIMEDELTA"] = "true"
