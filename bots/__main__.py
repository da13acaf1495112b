"""The `viva` command."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bots import commands
from bots.process import Refusal
from bots.settings import BadSettings, Settings
from engine.failures import Unavailable
from engine.rolepack import BadPack
from storage.embedded import DatabaseNotStarted


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code says whether it went well. What is wrong with the set-up is one line each."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.command is None:
        parser.print_help()
        return 0
    _log()
    if chosen.command in commands.SERVICES:
        # Until it listens to the signal itself, there is nothing that would have to be finished.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        settings = Settings.from_environment(os.environ)
        return asyncio.run(commands.COMMANDS[chosen.command](settings, chosen))
    except (BadSettings, BadPack, DatabaseNotStarted) as error:
        return _say(error, 2)
    except Refusal as error:
        return _say(error, error.code)
    except Unavailable as error:
        return _say(error, 1)
    except KeyboardInterrupt:
        return 130


def _say(error: Exception, code: int) -> int:
    print(error, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="viva", description="A mock interviewer on Telegram, in Slack and in the terminal."
    )
    commands_parser = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, text in commands.HELP.items():
        command = commands_parser.add_parser(name, help=text, description=text)
        if name == "transcript":
            command.add_argument("interview", help="the interview's id, as `viva transcript` lists them", nargs="?")
        if name == "eval":
            command.add_argument(
                "--set", metavar="FILE.jsonl", type=Path, help="your own set; else Viva's, in a checkout"
            )
            command.add_argument("--runs", metavar="N", type=_count, default=1, help="how often each answer is graded")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 on")
    return int(text)


def _log() -> None:
    """Warnings of libraries, information of our own. httpx logs whole URLs, with the bot's token in them."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for ours in ("bots", "engine", "storage"):
        logging.getLogger(ours).setLevel(logging.INFO)


if __name__ == "__main__":
    sys.exit(main())
