"""Splitting a reply into messages: never over the limit, nothing lost, and sections stay whole."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reply import Block, Button, Reply, Section, led_by, say, split

LIMIT = 60


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def escaped(text: str) -> int:
    """As a platform counts that turns & into &amp; first."""
    return sum(5 if letter == "&" else 1 for letter in text)


measures = st.sampled_from([len, utf16, escaped])
texts = st.text(alphabet="ab&é🙂 \n", max_size=4 * LIMIT)
blocks = st.builds(Block, texts, st.sampled_from(["plain", "strong", "quote"]))
sections = st.lists(blocks, min_size=1, max_size=4).map(tuple)
short_sections = st.lists(st.builds(Block, st.text(alphabet="ab", min_size=1, max_size=9)), min_size=1, max_size=3).map(
    tuple
)
BUTTONS = ((Button("Hint", "hint"),),)


def replies(section: st.SearchStrategy[Section], min_size: int = 1) -> st.SearchStrategy[Reply]:
    return st.lists(section, min_size=min_size, max_size=6).map(lambda found: Reply(tuple(found), buttons=BUTTONS))


def rendered(reply: Reply) -> str:
    """At its longest: two characters between any two blocks."""
    return "\n\n".join(block.text for section in reply.sections for block in section)


def size(section: Section, measure: Callable[[str], int]) -> int:
    return sum(measure(block.text) + 2 for block in section)


def letters(*found: Reply) -> str:
    return "".join("".join(rendered(reply).split()) for reply in found)


@given(replies(sections), measures)
def test_no_message_is_over_the_limit(reply: Reply, measure: Callable[[str], int]) -> None:
    assert all(measure(rendered(message)) <= LIMIT for message in split(reply, LIMIT, measure))


@given(replies(sections), measures)
def test_nothing_is_lost_and_nothing_changes_its_place(reply: Reply, measure: Callable[[str], int]) -> None:
    assert letters(*split(reply, LIMIT, measure)) == letters(reply)


@given(replies(sections), measures)
def test_a_section_that_fits_is_never_cut(reply: Reply, measure: Callable[[str], int]) -> None:
    whole = {section for message in split(reply, LIMIT, measure) for section in message.sections}
    assert all(section in whole for section in reply.sections if size(section, measure) <= LIMIT)


@given(replies(short_sections), st.data())
def test_a_section_that_will_grow_has_a_message_of_its_own(reply: Reply, data: st.DataObject) -> None:
    growing = data.draw(st.sets(st.integers(0, len(reply.sections) - 1)))
    numbered = [(Block(f"{n}"), *section) for n, section in enumerate(reply.sections)]
    whole = Reply(tuple(numbered), growing=tuple(growing))
    messages = split(whole, LIMIT)
    for index in growing:
        assert (numbered[index],) in [message.sections for message in messages]
    assert tuple(chain.from_iterable(message.sections for message in messages)) == whole.sections


@given(replies(short_sections))
def test_no_message_is_begun_before_the_last_one_is_full(reply: Reply) -> None:
    messages = split(reply, LIMIT)
    for first, second in pairwise(messages):
        assert sum(size(section, len) for section in (*first.sections, second.sections[0])) > LIMIT


@given(replies(sections), measures)
def test_the_buttons_stand_under_the_last_message(reply: Reply, measure: Callable[[str], int]) -> None:
    messages = split(reply, LIMIT, measure)
    assert [message.buttons for message in messages[:-1]] == [()] * (len(messages) - 1)
    assert not messages or messages[-1].buttons == BUTTONS


def test_a_reply_that_fits_stays_as_it_is() -> None:
    reply = say("Which role?", buttons=BUTTONS)
    assert split(reply, 4000) == (reply,)


def test_each_message_is_of_the_replys_kind_and_for_the_same_eyes() -> None:
    reply = Reply(((Block("a" * 200),),), kind="question", exchange=3, private=True, answer_to="m1")
    for message in split(reply, LIMIT):
        assert (message.kind, message.exchange, message.private, message.answer_to) == ("question", 3, True, "m1")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one two threefold", ("one two", "threefold")),
        ("first line\nsecond one", ("first line", "second one")),
        ("ab\nthe other line goes on", ("ab\nthe other", "line goes on")),
        ("abcdefghijklmnopqrst", ("abcdefghijklm", "nopqrst")),
        ("abcdefghijklm nopqrst", ("abcdefghijklm", "nopqrst")),
    ],
    ids=["at a word", "at a line", "not at a line that is hardly begun", "anywhere", "at a word that just fits"],
)
def test_what_is_too_long_is_cut_where_it_hurts_least(text: str, pieces: tuple[str, ...]) -> None:
    cut = [section[0].text for message in split(say(text), 15) for section in message.sections]
    assert tuple(cut) == pieces


def test_a_cut_block_keeps_its_style() -> None:
    messages = split(say(Block("a" * 200, "quote")), LIMIT)
    assert {block.style for message in messages for section in message.sections for block in section} == {"quote"}


def test_blocks_put_in_front_belong_to_the_first_section() -> None:
    reply = Reply(((Block("asked"),), (Block("more"),)))
    assert led_by(reply, [Block("note")]).sections == ((Block("note"), Block("asked")), (Block("more"),))
