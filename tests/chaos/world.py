"""Everything outside of Viva that a storm is about: the platforms with their learners, the models, the database."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.calls import Hearing
from tests.chaos.database import Server
from tests.chaos.learners import Learner
from tests.chaos.script import draw
from tests.chaos.slack_learner import SlackLearner
from tests.chaos.telegram_learner import TelegramLearner
from tests.loopback.openai import FakeOpenAI
from tests.loopback.slack import Channel, FakeSlack
from tests.loopback.telegram import FakeTelegram

IN_A_CHANNEL = 3


@dataclass(frozen=True)
class Scale:
    """How many learners there are on each platform, how long their interviews are, which processes run, and the
    seconds of storm. `harsh`: some of what goes wrong lasts for a minute."""

    telegram: int
    slack: int
    length: int
    seconds: float
    processes: Sequence[str]
    harsh: bool = False


@dataclass(frozen=True)
class World:
    """`database_url` is a database on the `server`."""

    scale: Scale
    server: Server
    database_url: str
    telegram: FakeTelegram
    slack: FakeSlack
    openai: FakeOpenAI
    hearing: Hearing
    learners: Sequence[Learner]

    def undelivered(self) -> str:
        """What the platforms still wait to be rid of."""
        unacknowledged = [each.event for each in self.slack.deliveries if not each.acked.is_set()]
        return (
            f"not fetched from Telegram: {self.telegram.updates.pending}\n"
            f"not acknowledged to Slack: {unacknowledged} {self.slack.violations}"
        )


def make_learners(seed: int, scale: Scale, telegram: FakeTelegram, slack: FakeSlack) -> list[Learner]:
    """Two of three speak now and then."""
    return [
        *(_on_telegram(seed, n, scale.length, telegram) for n in range(scale.telegram)),
        *_on_slack(seed, range(scale.telegram, scale.telegram + scale.slack), scale.length, slack),
    ]


def _on_telegram(seed: int, n: int, length: int, telegram: FakeTelegram) -> Learner:
    name, chance = _name(n), random.Random(f"{seed} {n}")
    script = draw(chance, length, speaks=n % 3 < 2)
    return TelegramLearner(
        name, length, script, chance, telegram, telegram.private_chat(telegram.learner(1000 + n, name))
    )


def _on_slack(seed: int, numbers: range, length: int, slack: FakeSlack) -> list[Learner]:
    """Every second one in the Messages tab, the others a few to a channel."""
    learners: list[Learner] = []
    for n in numbers:
        user, chance = slack.user(f"U{1000 + n}", _name(n)), random.Random(f"{seed} {n}")
        place = slack.dm(user) if n % 2 else _channel(slack, n // (2 * IN_A_CHANNEL))
        if user not in place.members:
            place.members.append(user)
        script = draw(chance, length, speaks=n % 3 < 2)
        learners.append(SlackLearner(_name(n), length, script, chance, slack, user, place))
    return learners


def _channel(slack: FakeSlack, n: int) -> Channel:
    return slack.channel(f"C{100 + n}", f"cohort-{n}")


def _name(n: int) -> str:
    return f"Learner{n:02}"
