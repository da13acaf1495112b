"""`viva doctor` with the real clients: each part is fine, or wrong with its mend, and nothing secret is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from bots.doctor import examine
from bots.settings import Settings
from bots.slack.scopes import NEEDED
from storage.embedded import EmbeddedPostgres
from tests.loopback.openai import FakeOpenAI, OfferedModel
from tests.loopback.slack import App, FakeSlack
from tests.loopback.slack_manifest_check import read_manifest
from tests.loopback.telegram import FakeTelegram
from tests.postgres import open_folder, with_database

MANIFEST = Path(__file__).parents[1] / "bots" / "slack_manifest.yaml"
CLOSED = "http://127.0.0.1:1"
SECRETS = ("psst", "sk-loopback", "xoxb-", "xapp-", "loopback-xxx")


class Doctor:
    """What it said, line by line."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.code = -1
        self.lines: list[str] = []

    async def look(self, *environments: dict[str, str], seconds: float = 10.0) -> None:
        settings = Settings.from_environment({name: value for some in environments for name, value in some.items()})
        self._capsys.readouterr()
        self.code = await examine(settings, seconds)
        said = self._capsys.readouterr()
        self.lines = said.out.splitlines()
        assert not [secret for secret in SECRETS if secret in said.out + said.err]
        assert all(line.startswith(("fine: ", "wrong: ", "not set: ")) for line in self.lines)
        assert all(" — " in line for line in self.wrong)
        assert self.code == bool(self.wrong)

    @property
    def wrong(self) -> list[str]:
        return [line for line in self.lines if line.startswith("wrong: ")]

    def line(self, words: str) -> str:
        """The only line with these words."""
        (found,) = [line for line in self.lines if words in line]
        return found


@pytest.fixture
def data_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, data_home: Path) -> Doctor:
    monkeypatch.setenv("XDG_DATA_HOME", str(data_home))
    return Doctor(capsys)


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(webhook_at=CLOSED) as fake:
        yield fake


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(App(scopes=NEEDED)) as fake:
        yield fake
        fake.assert_clean()


@pytest_asyncio.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI(today=today()) as fake:
        yield fake
        fake.assert_clean()


def today() -> date:
    return datetime.now(UTC).date()


def of(fake: FakeTelegram | FakeOpenAI) -> dict[str, str]:
    if isinstance(fake, FakeTelegram):
        return {"TELEGRAM_BOT_TOKEN": fake.token, "TELEGRAM_API_URL": fake.url}
    return {"OPENAI_API_KEY": fake.api_key, "OPENAI_BASE_URL": fake.base_url}


# The whole


async def test_all_that_is_configured_is_fine(
    doctor: Doctor, database_url: str, telegram: FakeTelegram, slack: FakeSlack, openai: FakeOpenAI
) -> None:
    await doctor.look({"DATABASE_URL": database_url}, of(telegram), slack.env(), of(openai))
    assert doctor.code == 0
    parts = "role database: ffmpeg: model model Telegram: Telegram Slack: Slack Slack"
    assert [line.split()[1] for line in doctor.lines] == parts.split()


async def test_what_is_not_configured_is_listed_in_one_line(doctor: Doctor) -> None:
    await doctor.look({})
    assert doctor.code == 0
    assert doctor.lines[-1].startswith("not set: TELEGRAM_BOT_TOKEN; SLACK_BOT_TOKEN; OPENAI_API_KEY")
    assert "learners will be asked to type: set OPENAI_API_KEY, or VIVA_WHISPER_MODEL" in doctor.lines[-1]


async def test_a_part_that_never_answers_does_not_keep_the_others_waiting(
    doctor: Doctor, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    telegram.fail("getMe", hang=60)
    await doctor.look(of(telegram), of(openai), seconds=3)
    assert "no answer within 3 s" in doctor.line("Telegram")
    assert doctor.line("gpt-6-luna").startswith("fine: ")


# Role packs, database, ffmpeg


async def test_every_problem_of_a_role_pack_is_a_line(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "baker.toml").write_text("role = 'baker'\n")
    await doctor.look({"VIVA_ROLES_DIR": str(tmp_path)})
    assert len([line for line in doctor.wrong if "baker.toml" in line]) > 1


async def test_missing_migrations_are_told(doctor: Doctor, empty_database_url: str) -> None:
    await doctor.look({"DATABASE_URL": empty_database_url})
    assert "migration" in doctor.line("database")
    assert doctor.line("database").endswith("run `viva migrate`")


async def test_a_database_of_a_newer_viva_is_told(doctor: Doctor, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("update alembic_version set version_num = '9999'")
    await connection.close()
    await doctor.look({"DATABASE_URL": database_url})
    assert "a newer Viva" in doctor.line("database")


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("postgresql://viva:psst@127.0.0.1:1/viva", "nothing answers there"),
        ("postgresql://viva:psst@no.such.host.invalid/viva", "host name is not known"),
        ("postgresql://viva:psst@/viva?host=/nowhere", "nothing answers there"),
    ],
)
async def test_a_database_that_is_away_is_told(doctor: Doctor, url: str, cause: str) -> None:
    await doctor.look({"DATABASE_URL": url})
    assert cause in doctor.line("DATABASE_URL")


async def test_a_database_that_the_server_does_not_have_is_told(doctor: Doctor, database_server: str) -> None:
    await doctor.look({"DATABASE_URL": with_database(database_server, "psst")})
    assert "no database of that name" in doctor.line("DATABASE_URL")


async def test_looking_makes_no_embedded_database(doctor: Doctor, data_home: Path) -> None:
    await doctor.look({})
    assert "viva/postgres at the first start" in doctor.line("database")
    assert list(data_home.iterdir()) == []


async def test_an_embedded_database_says_where_it_is(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_folder() as folder:
        home = folder / "viva" / "postgres"
        monkeypatch.setenv("XDG_DATA_HOME", str(folder))
        async with EmbeddedPostgres(home, settings={"fsync": "off"}):
            await doctor.look({})
        assert f"in {home}; 1 missing migration" in doctor.line("database")
        assert doctor.line("database").startswith("fine: ")


async def test_an_ffmpeg_that_is_none_is_told(doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "ffmpeg"
    other.write_text("#!/bin/sh\necho hello\n")
    other.chmod(0o755)
    monkeypatch.setenv("FFMPEG_PATH", str(other))
    await doctor.look({})
    assert f"{other} is something else" in doctor.line("ffmpeg: ")
    monkeypatch.setenv("FFMPEG_PATH", str(tmp_path / "none"))
    await doctor.look({})
    assert "voice notes cannot be heard" in doctor.line("ffmpeg: ")


# Telegram


async def test_the_bot_is_named(doctor: Doctor, telegram: FakeTelegram) -> None:
    await doctor.look(of(telegram))
    assert "@viva_test_bot (Viva); in groups privacy mode is on" in doctor.line("viva_test_bot")
    assert "fine: Telegram delivers by long polling" in doctor.lines


async def test_a_refused_telegram_token_is_told(doctor: Doctor, telegram: FakeTelegram) -> None:
    await doctor.look(of(telegram) | {"TELEGRAM_BOT_TOKEN": "987654321:psst-wrong"})
    assert "TELEGRAM_BOT_TOKEN is refused" in doctor.line("Telegram")


async def test_a_telegram_that_is_away_is_told(doctor: Doctor) -> None:
    await doctor.look({"TELEGRAM_BOT_TOKEN": "987654321:psst", "TELEGRAM_API_URL": CLOSED})
    assert "127.0.0.1:1 is away" in doctor.line("Telegram")


WEBHOOK = {"TELEGRAM_WEBHOOK_URL": "https://viva.example/telegram", "TELEGRAM_WEBHOOK_SECRET": "psst"}


async def set_webhook(fake: FakeTelegram, url: str) -> None:
    from bots.telegram.client import open_bot

    async with open_bot(Settings.from_environment(of(fake))) as (bot, _):
        await bot.set_webhook(url, secret_token="psst")


async def test_a_webhook_beside_long_polling_is_told(doctor: Doctor, telegram: FakeTelegram) -> None:
    await set_webhook(telegram, "https://other.example/psst")
    await doctor.look(of(telegram))
    assert "a webhook at other.example, but long polling" in doctor.line("deliver")


async def test_a_webhook_that_is_not_set_yet_is_told(doctor: Doctor, telegram: FakeTelegram) -> None:
    await doctor.look(of(telegram), WEBHOOK)
    assert doctor.line("webhook").startswith("wrong: Telegram has no webhook")


async def test_another_webhook_is_told(doctor: Doctor, telegram: FakeTelegram) -> None:
    await set_webhook(telegram, "https://other.example/psst")
    await doctor.look(of(telegram), WEBHOOK)
    assert "another webhook, at other.example" in doctor.line("deliver")


async def test_the_right_webhook_is_fine(doctor: Doctor, telegram: FakeTelegram) -> None:
    await set_webhook(telegram, WEBHOOK["TELEGRAM_WEBHOOK_URL"])
    await doctor.look(of(telegram), WEBHOOK)
    assert "fine: Telegram delivers to the webhook at viva.example" in doctor.lines


async def test_a_webhook_that_fails_is_told(doctor: Doctor, telegram: FakeTelegram) -> None:
    await set_webhook(telegram, WEBHOOK["TELEGRAM_WEBHOOK_URL"])
    await telegram.private_chat(telegram.learner(42, "Asha Rao")).say("/start")
    await telegram.happened.until(lambda: telegram.updates.webhook_error, 10, lambda: "no delivery failed")
    await doctor.look(of(telegram), WEBHOOK)
    assert "1 updates wait, as the webhook fails" in doctor.line("webhook")


# Slack


def test_the_manifest_asks_for_exactly_the_scopes_that_are_needed() -> None:
    assert set(read_manifest(MANIFEST)["oauth_config"]["scopes"]["bot"]) == NEEDED


async def test_the_workspace_is_named(doctor: Doctor, slack: FakeSlack) -> None:
    await doctor.look(slack.env())
    assert "in the workspace" in doctor.line("Slack: ")
    assert "fine: Slack app token: Socket Mode connects" in doctor.lines
    await doctor.look(slack.env(http=True))
    assert "over HTTP" in doctor.line("Slack: ")


async def test_missing_scopes_are_named(doctor: Doctor) -> None:
    async with FakeSlack(App(scopes=NEEDED - {"files:read", "im:history"})) as slack:
        await doctor.look(slack.env())
    assert "lacks the scopes files:read, im:history" in doctor.line("the scopes")


async def test_refused_slack_tokens_are_told(doctor: Doctor, slack: FakeSlack) -> None:
    slack.fail("auth.test", error="token_revoked")
    slack.fail("apps.connections.open", error="invalid_auth")
    await doctor.look(slack.env())
    assert "SLACK_BOT_TOKEN is refused (token_revoked)" in "\n".join(doctor.wrong)
    assert "SLACK_APP_TOKEN is refused (invalid_auth)" in "\n".join(doctor.wrong)


async def test_a_slack_that_is_away_is_told(doctor: Doctor, slack: FakeSlack) -> None:
    slack.fail("auth.test", status=503)
    slack.fail("apps.connections.open", drop="before")
    await doctor.look(slack.env())
    assert len([line for line in doctor.wrong if "does not serve SLACK_" in line]) == 2


# Models and ears


async def test_models_that_stay_are_fine(doctor: Doctor, openai: FakeOpenAI) -> None:
    await doctor.look(of(openai))
    assert "fine: model gpt-6-luna (interviewer, grader) exists" in doctor.line("gpt-6-luna")
    assert doctor.line("gpt-transcribe") == "fine: model gpt-transcribe (transcribe) exists"


async def test_a_model_that_does_not_exist_is_told(doctor: Doctor, openai: FakeOpenAI) -> None:
    await doctor.look(of(openai), {"VIVA_GRADER_MODEL": "gpt-0", "VIVA_TRANSCRIBE_MODEL": "deaf-1"})
    assert doctor.line("gpt-0").endswith("set VIVA_GRADER_MODEL to another model")
    assert doctor.line("deaf-1").endswith("set VIVA_TRANSCRIBE_MODEL to another model")
    assert len(doctor.wrong) == 2


async def test_a_model_that_is_shut_down_soon_is_told_with_the_date(doctor: Doctor, openai: FakeOpenAI) -> None:
    soon, late = today() + timedelta(days=60), today() + timedelta(days=90)
    openai.offer(OfferedModel("gpt-soon", "chat", soon))
    openai.offer(OfferedModel("gpt-late", "chat", late))
    await doctor.look(of(openai), {"VIVA_INTERVIEWER_MODEL": "gpt-soon", "VIVA_GRADER_MODEL": "gpt-late"})
    assert doctor.line("gpt-soon").startswith(f"wrong: model gpt-soon (interviewer) is shut down on {soon}")
    assert f"exists until {late}" in doctor.line("gpt-late")


async def test_a_model_without_a_known_price_is_told(doctor: Doctor, openai: FakeOpenAI) -> None:
    openai.offer(OfferedModel("our-own-llama", "chat"))
    await doctor.look(of(openai), {"VIVA_GRADER_MODEL": "our-own-llama", "VIVA_INTERVIEWER_MODEL": "gpt-4o-mini"})
    assert "its price is not known" in doctor.line("our-own-llama")
    assert "price" not in doctor.line("gpt-4o-mini")


async def test_a_refused_key_is_named(doctor: Doctor, openai: FakeOpenAI) -> None:
    ears = {"VIVA_TRANSCRIBE_API_KEY": "sk-psst", "VIVA_TRANSCRIBE_BASE_URL": openai.base_url}
    await doctor.look(of(openai), ears)
    assert "VIVA_TRANSCRIBE_API_KEY is refused by 127.0.0.1" in doctor.line("gpt-transcribe")
    assert len(doctor.wrong) == 1
    openai.violations.clear()


async def test_a_compatible_server_may_have_no_list_of_models(doctor: Doctor, openai: FakeOpenAI) -> None:
    openai.fail("/models/gpt-6-luna", status=404, code="unknown_url")
    openai.fail("/models", status=404, code="unknown_url")
    await doctor.look(of(openai))
    assert doctor.line("gpt-6-luna").startswith("fine: ")
    assert "does not list its models" in doctor.line("gpt-6-luna")


async def test_what_is_no_server_of_models_is_told(doctor: Doctor, openai: FakeOpenAI) -> None:
    await doctor.look({"OPENAI_API_KEY": "sk-psst", "OPENAI_BASE_URL": CLOSED + "/v1"})
    assert len([line for line in doctor.wrong if "127.0.0.1:1 does not answer as it should" in line]) == 2


async def test_a_server_of_models_without_a_key_is_told(doctor: Doctor) -> None:
    await doctor.look({"OPENAI_BASE_URL": CLOSED + "/v1"})
    assert "without a key the interviewer is offline" in doctor.line("OPENAI_BASE_URL")


async def test_whisper_without_its_package_or_folder_is_told(doctor: Doctor) -> None:
    await doctor.look({"VIVA_WHISPER_MODEL": "/no/such/folder"})
    assert len(doctor.wrong) == 1
    assert doctor.wrong[0].startswith("wrong: ears: ")
