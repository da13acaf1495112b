"""What Slack lets people send besides text, channels that are closed to Viva, and payloads that nobody can read."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bots.slack.events import work
from bots.slack.parse import parse
from engine import words
from engine.failures import Unusable
from engine.said import Incoming, Recording
from tests.bad_input.house import (
    SlackHouse,
    SlackLine,
    answer_to,
    damaged,
    fresh,
    progress_of,
    scorecard_of,
    slack_house,
)
from tests.postgres import TEMPLATE, database_from

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEAM = "T0LOOPBACK"
NOW = 1_700_000_000.0
PICTURE: dict[str, Any] = {"name": "notes.png", "mimetype": "image/png", "subtype": None}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(database_template: str) -> AsyncIterator[SlackHouse]:
    async with database_from(database_template, f"TEMPLATE {TEMPLATE}") as url, slack_house(url) as house:
        yield house


@pytest.fixture
def line(house: SlackHouse) -> SlackLine:
    return house.newcomer()


def event(line: SlackLine, **inner: Any) -> dict[str, Any]:
    """An event about something in the thread of the learner's interview."""
    place = {"channel": line.place.id, "channel_type": "channel", "ts": line.fake.workspace.next_ts()}
    installed = {"enterprise_id": None, "team_id": TEAM, "user_id": "U0VIVA", "is_bot": True}
    return {
        "type": "event_callback", "team_id": TEAM, "event_id": line.fake.workspace.next_id("Ev"),
        "authorizations": [installed],
        "event": {"type": "message", "user": line.user.id, "text": "x", "thread_ts": line.thread} | place | inner,
    }  # fmt: skip


async def tell(line: SlackLine, **inner: Any) -> None:
    await line.fake.raw("events_api", event(line, **inner))
    await line.fake.settled()


# Things that are no answer


@pytest.mark.parametrize("mimetype", ["image/png", "application/pdf", "text/plain", "application/x-msdownload", ""])
async def test_a_file_that_is_no_recording_is_named_and_the_question_stays_open(line: SlackLine, mimetype: str) -> None:
    await line.begin()
    thread = line.place.thread(line.thread)
    await thread.share_audio(line.user, b"x", name="notes", mimetype=mimetype, subtype=None)
    reply = await line.hears()
    assert "I cannot use this kind of file. Please answer by text or with a voice note." in reply
    assert "Question 1 is still open." in reply
    assert "0/5 done" in await progress_of(line)


async def test_a_file_with_an_answer_beside_it_is_that_answer(line: SlackLine) -> None:
    await line.begin()
    thread = line.place.thread(line.thread)
    await thread.share_audio(line.user, b"x", text="I would compare the two numbers", **PICTURE)
    assert "You said: I would compare the two numbers" in await line.hears()


async def test_a_file_in_the_messages_tab_before_anything_has_begun_is_kindly_refused(
    house: SlackHouse, line: SlackLine
) -> None:
    dm = house.fake.dm(line.user)
    await dm.share_audio(line.user, b"x", **PICTURE)
    await dm.wait_for("I cannot use this kind of file. I take text and voice notes; start begins an interview.", 10)


@pytest.mark.parametrize(
    "inner",
    [
        {"subtype": "channel_join"},
        {"subtype": "channel_topic", "topic": "x"},
        {"subtype": "pinned_item"},
        {"subtype": "huddle_thread"},
        {"subtype": "reminder_add"},
        {"subtype": "a_kind_from_the_future"},
        {"text": ""},
        {"text": "", "files": []},
        {"type": "reaction_added", "reaction": "thumbsup"},
        {"type": "hologram"},
    ],
    ids=str,
)
async def test_what_only_slack_says_is_not_answered(line: SlackLine, inner: dict[str, Any]) -> None:
    await line.begin()
    await tell(line, **inner)
    assert "0/5 done" in await progress_of(line)


# Bots


@pytest.mark.parametrize(
    "inner",
    [
        {"subtype": "bot_message", "bot_id": "B9", "user": None},
        {"bot_id": "B9", "user": "U9"},
        {"bot_id": "B9"},
        {"user": "USLACKBOT"},
        {"user": "U0VIVA"},
        {"type": "app_mention", "bot_id": "B9", "user": "U9", "text": "<@U0VIVA> start law 5"},
    ],
    ids=str,
)
async def test_a_bot_is_never_answered(line: SlackLine, inner: dict[str, Any]) -> None:
    await line.begin()
    await tell(line, **{"text": "skip"} | inner)
    await tell(line, **{"text": "<@U0VIVA> data-science 5"} | inner | {"thread_ts": None})
    assert "0/5 done" in await progress_of(line)
    await line.home.until_quiet()
    assert len([message for message in line.place.log if message.by_app]) == 2


# Edits and deletions


async def test_deletions_change_nothing_at_any_stage(house: SlackHouse, line: SlackLine) -> None:
    await line.begin()
    first = await line.place.say(line.user, "I don't know", line.thread)
    assert "Hint:" in await line.hears()
    await house.fake.delete(line.user, first)
    assert "0/5 done" in await progress_of(line)
    answer = await line.place.say(line.user, "I would compare the two numbers", line.thread)
    assert "Question 2/5" in await line.hears()
    await house.fake.delete(line.user, answer)
    assert "1/5 done" in await progress_of(line)
    second = await line.place.say(line.user, "I would count them first", line.thread)
    assert "Question 3/5" in await line.hears()
    assert "You said “I would count them first”." in await scorecard_of(line)
    await house.fake.delete(line.user, second)
    assert "No interview is running here." in await progress_of(line)


async def test_a_link_that_slack_previews_is_no_edit(line: SlackLine) -> None:
    await line.begin()
    said = await line.place.say(line.user, "I would read http://x.example first", line.thread)
    assert "Question 2/5" in await line.hears()
    wire = {"type": "message", "user": line.user.id, "ts": said.ts, "text": said.text, "thread_ts": line.thread}
    unfurled = wire | {"attachments": [{"title": "X"}]}
    await tell(line, subtype="message_changed", message=unfurled, previous_message=wire, user=None)
    assert "1/5 done" in await progress_of(line)


async def test_an_edit_in_the_messages_tab_before_anything_has_begun_is_passed_over(
    house: SlackHouse, line: SlackLine
) -> None:
    dm = house.fake.dm(line.user)
    said = await dm.say(line.user, "helo")
    welcome = await dm.wait_for("Which role", 10)
    await house.fake.edit(line.user, said, "hello")
    await house.fake.delete(line.user, said)
    await dm.say(line.user, "progress")
    assert "No interview is running here." in (await dm.wait_for("", 10, after=welcome)).shown


# Commands that Slack lets through


@pytest.mark.parametrize("asked", ["foo", "<!channel> 5", "data-science;5", "law 5", "x" * 3000, "\u200b", "@here"])
async def test_a_role_that_nobody_knows_brings_those_there_are(line: SlackLine, asked: str) -> None:
    await line.command(asked)
    reply = await line.hears()
    assert "Which role do you want to practise for?\n[Data Science]" in reply
    assert len(reply) < 250
    assert line.called() == []


async def test_a_stranger_in_somebody_elses_thread_changes_nothing(house: SlackHouse, line: SlackLine) -> None:
    await line.begin()
    ben = house.fake.user("U1")
    first = next(m for m in line.place.messages if m.by_app)
    for text in ("I know this one!", "skip", "grade", "<!channel>"):
        await line.place.say(ben, text, line.thread)
    await house.fake.press(ben, first, "Skip")
    await house.fake.press(ben, first, "Grade me")
    await house.until_quiet()
    theirs = [m.shown for m in line.place.log if m.only_for == ben.id]
    assert len(theirs) == 1, "told once"
    assert "This is somebody else's interview." in theirs[0]
    assert "0/5 done" in await progress_of(line)


# Closed channels


@pytest.mark.parametrize(
    "code",
    [
        "not_in_channel", "channel_not_found", "is_archived", "user_not_found", "restricted_action",
        "ekm_access_denied", "thread_not_found", "cannot_reply_to_message", "messages_tab_disabled",
        "an_error_from_the_future",
    ],
)  # fmt: skip
async def test_a_closed_channel_is_tried_once_and_holds_up_nobody(house: SlackHouse, code: str) -> None:
    line, other = house.newcomer(), house.newcomer()
    await line.begin()
    await other.begin()
    tried = len(house.fake.called("chat.postMessage"))
    here = line.place.id
    house.fake.fail("chat.postMessage", math.inf, error=code, where=lambda args: args["channel"] == here)
    await line.say(fresh())
    assert "Question 2/5" in await answer_to(other, fresh())
    await house.until_quiet()
    house.fake.mend("chat.postMessage")
    calls = [call for call in house.fake.called("chat.postMessage")[tried:] if call.args["channel"] == here]
    assert len(calls) == 1
    assert (await house.set_aside("say"))[-1] in ("blocked", "refused")
    assert "1/5 done" in await progress_of(line), "the answer was taken"


# What nobody can read


def envelope(**inner: Any) -> dict[str, Any]:
    installed = {"team_id": "T1", "user_id": "U0", "is_bot": True}
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "authorizations": [installed], "event": inner}


TS, ROOT = "1700000000.000100", "1700000000.000050"
SAID = {"type": "message", "channel": "D1", "user": "U1", "ts": TS, "text": "hello", "channel_type": "im"}
CLIP = {"id": "F1", "mimetype": "audio/mp4", "subtype": "slack_audio", "url_private": "x", "duration_ms": 3, "size": 9}
BUTTON = {"type": "button", "value": "hint a 1", "action_ts": TS}
PERSON = {"team": {"id": "T1"}, "user": {"id": "U1", "name": "a"}, "trigger_id": "1.2"}
EDITED = {"user": "U1", "ts": TS, "text": "new", "edited": {"user": "U1", "ts": "1700000000.000200"}}
READABLE: list[dict[str, Any]] = [
    envelope(**SAID),
    envelope(**SAID, thread_ts=ROOT),
    envelope(**SAID | {"type": "app_mention", "channel": "C1", "text": "<@U0> start law 5"}),
    envelope(**SAID, subtype="file_share", files=[CLIP]),
    envelope(**SAID | {"subtype": "message_changed", "message": EDITED, "previous_message": {"text": "old"}}),
    {"command": "/interview", "text": "law 5", "channel_id": "C1", "user_id": "U1", "user_name": "a", "team_id": "T1",
     "trigger_id": "1.2.3"},
    PERSON | {"type": "block_actions", "container": {"type": "message", "message_ts": TS, "channel_id": "C1"},
              "message": {"thread_ts": ROOT}, "actions": [BUTTON]},
    PERSON | {"type": "message_action", "callback_id": "grade_interview", "channel": {"id": "C1"},
              "message": {"ts": TS}, "action_ts": TS},
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(READABLE)))
async def test_a_payload_that_is_damaged_anywhere_is_read_right_or_not_at_all(number: int) -> None:
    """Whatever is read has the types that everything behind trusts, and keys that a database takes."""
    readable = 0
    for payload in damaged(READABLE[number]):
        kept = work(payload, NOW) if isinstance(payload, dict) else None
        if kept is None:
            continue
        assert kept.lane.isprintable()
        assert kept.key.isprintable()
        try:
            incoming = parse(kept.payload)
        except Unusable:
            continue
        readable += 1
        if incoming:
            check(incoming)
    assert readable


def check(incoming: Incoming) -> None:
    keys = (incoming.learner.key, incoming.chat, incoming.ref, incoming.place or "", incoming.opens or "")
    assert all(isinstance(key, str) and key.isprintable() for key in keys)
    assert type(incoming.position) is int
    assert abs(incoming.position) < 1 << 63
    assert all(isinstance(value, str | int | None) for value in incoming.address.values())
    assert isinstance(incoming.learner.name, str)
    if isinstance(incoming.said, Recording):
        assert all(isinstance(value, str) for value in incoming.said.file.values())
        assert isinstance(incoming.said.seconds, int | float | None)
        assert isinstance(incoming.said.size, int | None)


UNREADABLE: dict[str, dict[str, Any]] = {
    "a ts that is no number": {"ts": "yesterday"},
    "a ts with NUL": {"ts": "17\x0000.1"},
    "a ts that no database takes": {"ts": f"{10**30}.000001"},
    "a thread that is a list": {"thread_ts": ["x"]},
    "a text that is an object": {"text": {"a": 1}},
    "files that are a number": {"files": 5},
    "a person with NUL in the name": {"user": "U1\x00"},
    "a person that is half a character": {"user": "U\ud800"},
    "no channel": {"channel": None},
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_what_cannot_be_read_is_acknowledged_and_kept_for_the_operator_and_holds_up_nobody(
    house: SlackHouse, line: SlackLine, what: str
) -> None:
    await line.begin()
    before = len(await house.set_aside("event%"))
    payload = event(line, **{"subtype": "thread_broadcast"} | UNREADABLE[what])
    delivery = await house.fake.raw("events_api", payload)
    assert "Question 2/5" in await answer_to(line, fresh())
    await house.fake.settled()
    assert len(delivery.attempts) == 1, "Slack has no reason to send it again"
    await house.until(
        "select 1 where (select count(*) from work where aside is not null and kind like 'event%') > :n", n=before
    )
    (row,) = await house.rows("select aside, payload from work where aside is not null order by done_at desc limit 1")
    assert row["aside"] == "malformed"
    assert json.loads(bytes(row["payload"]))["payload"] == payload, "as it came"


@pytest.mark.parametrize("value", ["dance", "begin data-science 99999999999999999999", "hint \0 \ud800", "x" * 2000])
async def test_a_button_that_nobody_made_does_nothing(house: SlackHouse, line: SlackLine, value: str) -> None:
    await line.begin()
    shown = next(m for m in line.place.messages if m.by_app)
    pressed = {"type": "button", "action_id": "viva.0", "value": value, "action_ts": house.fake.workspace.next_ts()}
    container = {"type": "message", "message_ts": shown.ts, "channel_id": line.place.id}
    person = {"user": {"id": line.user.id, "name": "a"}, "team": {"id": TEAM}, "trigger_id": shown.ts + value[:5]}
    payload = {"type": "block_actions", "container": container, "actions": [pressed], **person}
    await house.fake.raw("interactive", payload)
    reply = await line.hears()
    assert words.STALE_BUTTON in reply or "still running" in reply
    assert "0/5 done" in await progress_of(line)
