"""The strict Telegram's text: HTML as its server reads it."""

import pytest

from tests.loopback.telegram_text import BadMarkup, Formatted, cleaned, from_html, trimmed, utf16_slice


def spans(source: str) -> list[tuple[str, str]]:
    parsed = from_html(source)
    return [
        (entity["type"], utf16_slice(parsed.text, entity["offset"], entity["length"])) for entity in parsed.entities
    ]


def test_tags_become_entities_in_utf16_units() -> None:
    assert spans("🎓 <b>bold <i>both</i></b> <u>u</u><s>s</s> <tg-spoiler>x</tg-spoiler>") == [
        ("bold", "bold both"),
        ("italic", "both"),
        ("underline", "u"),
        ("strikethrough", "s"),
        ("spoiler", "x"),
    ]


def test_references_are_characters_and_other_ampersands_stay() -> None:
    assert from_html("&lt;b&gt; AT&T &amp;amp; &quot;&#39;&#x1F393;").text == "<b> AT&T &amp; \"'🎓"
    assert from_html("&nbsp; &#0; &").text == "&nbsp; &#0; &"


def test_quotes_may_be_expandable() -> None:
    assert spans("<blockquote expandable>long</blockquote><blockquote>short</blockquote>") == [
        ("expandable_blockquote", "long"),
        ("blockquote", "short"),
    ]


def test_links_and_languages_keep_their_arguments() -> None:
    (link,) = from_html('<a href="https://x.org/?a=1&amp;b=2">x</a>').entities
    assert link["url"] == "https://x.org/?a=1&b=2"
    (block,) = from_html('<pre><code class="language-py">y</code></pre>').entities
    assert (block["type"], block["language"]) == ("pre", "py")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("é<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("1 <2", "Unclosed start tag at byte offset 2"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<a =x>y</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_markup_is_named_with_its_place(source: str, complaint: str) -> None:
    with pytest.raises(BadMarkup) as broken:
        from_html(source)
    assert str(broken.value) == complaint


@pytest.mark.parametrize(
    ("source", "lost"),
    [
        ("<pre>a <b>b</b></pre>", "bold inside pre"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "a blockquote inside a blockquote"),
        ('<a href="nowhere">x</a>', "a link to 'nowhere'"),
    ],
)
def test_what_cannot_be_shown_is_lost(source: str, lost: str) -> None:
    assert from_html(source).lost == (lost,)


def test_blanks_around_a_message_go_and_entities_shrink_with_it() -> None:
    assert trimmed(from_html(" \n<b>x  </b> ")) == Formatted("x", ({"type": "bold", "offset": 0, "length": 1},))
    assert cleaned("a\x00b\r\nc\td") == "a b\nc d"
