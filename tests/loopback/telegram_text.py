"""Text as Telegram's server takes it: cleaned, its HTML read, trimmed, measured in UTF-16 units.

The HTML rules are those of TDLib's parser, its error texts included; offsets in them are bytes of UTF-8.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Entity = dict[str, Any]

STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote",
}  # fmt: skip
MAX_ENTITIES = 100

_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot)(?![A-Za-z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]+)(?=[\s>])))?""")
_CLOSED = re.compile(r"\s*>")
_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f]")
_LINK = re.compile(r"(?i)(https?|tg|ton)://\S+|[\w-]+(\.[\w-]+)+(/\S*)?")


class BadMarkup(ValueError):
    """What follows "can't parse entities: " in the server's answer."""


@dataclass(frozen=True)
class Formatted:
    """Text without its markup, the entities on it, and what the server drops without a word."""

    text: str
    entities: tuple[Entity, ...] = ()
    lost: tuple[str, ...] = ()


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    units = text.encode("utf-16-le", "surrogatepass")[offset * 2 : (offset + length) * 2]
    return units.decode("utf-16-le", "replace")


def cleaned(text: str) -> str:
    """Control characters become spaces, and carriage returns go."""
    return _CONTROL.sub(" ", text.replace("\r", ""))


def trimmed(parsed: Formatted) -> Formatted:
    """As it is shown: no blanks at the end, none at the beginning up to the first entity."""
    text = parsed.text.rstrip()
    room = min([entity["offset"] for entity in parsed.entities], default=len(text))
    lead = len(text[:room]) - len(text[:room].lstrip(" \n"))
    text = text[lead:]
    kept = tuple(_clipped(parsed.entities, -lead, utf16_length(text)))
    return Formatted(text, kept[:MAX_ENTITIES], parsed.lost + _too_many(kept))


def _clipped(entities: tuple[Entity, ...], shift: int, end: int) -> Iterator[Entity]:
    for entity in entities:
        offset = entity["offset"] + shift
        length = min(entity["length"], end - offset)
        if length > 0:
            yield {**entity, "offset": offset, "length": length}


def _too_many(entities: tuple[Entity, ...]) -> tuple[str, ...]:
    extra = len(entities) - MAX_ENTITIES
    return (f"entities after the first {MAX_ENTITIES}",) if extra > 0 else ()


@dataclass
class _Open:
    name: str
    attributes: dict[str, str]
    offset: int


@dataclass
class _Reader:
    source: str
    at: int = 0
    offset: int = 0
    text: list[str] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def read(self) -> list[Entity]:
        while self.at < len(self.source):
            self._step()
        if self.opened:
            raise BadMarkup(f'Can\'t find end tag corresponding to start tag "{self.opened[-1].name}"')
        return self.entities

    def _step(self) -> None:
        if self.source.startswith("</", self.at):
            self._end_tag()
        elif self.source[self.at] == "<":
            self._start_tag()
        else:
            self._character()

    def _character(self) -> None:
        found = _REFERENCE.match(self.source, self.at)
        shown = (found and _referenced(found)) or self.source[self.at]
        self.at = found.end() if found and _referenced(found) else self.at + 1
        self.text.append(shown)
        self.offset += utf16_length(shown)

    def _byte(self, at: int) -> str:
        return f"at byte offset {len(self.source[:at].encode('utf-8', 'surrogatepass'))}"

    def _start_tag(self) -> None:
        begin = self.at
        name = self._name(begin + 1)
        if self.at >= len(self.source):
            raise BadMarkup(f"Unclosed start tag {self._byte(begin)}")
        if name not in STYLES:
            raise BadMarkup(f'Unsupported start tag "{name}" {self._byte(begin)}')
        attributes = self._attributes(name, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise BadMarkup(f'Tag "span" must have class "tg-spoiler" {self._byte(begin)}')
        self.opened.append(_Open(name, attributes, self.offset))

    def _name(self, at: int) -> str:
        found = _TAG_NAME.match(self.source, at)
        assert found
        self.at = found.end()
        return found.group().lower()

    def _attributes(self, name: str, begin: int) -> dict[str, str]:
        attributes = {}
        while not (closed := _CLOSED.match(self.source, self.at)):
            found = _ATTRIBUTE.match(self.source, self.at)
            if not found:
                raise BadMarkup(self._broken_tag(name, begin))
            values = [value for value in found.groups()[1:] if value is not None]
            attributes[found[1]] = _REFERENCE.sub(_referenced_or_itself, values[0]) if values else ""
            self.at = found.end()
        self.at = closed.end()
        return attributes

    def _broken_tag(self, name: str, begin: int) -> str:
        if ">" not in self.source[self.at :]:
            return f'Unclosed start tag "{name}" {self._byte(begin)}'
        return f'Empty attribute name in the tag "{name}" {self._byte(begin)}'

    def _end_tag(self) -> None:
        begin = self.at
        if not self.opened:
            raise BadMarkup(f"Unexpected end tag {self._byte(begin)}")
        found, expected = self._name(begin + 2), self.opened[-1].name
        closed = _CLOSED.match(self.source, self.at)
        if not closed:
            raise BadMarkup(f"Unclosed end tag {self._byte(begin)}")
        if found and found != expected:
            raise BadMarkup(f'Unmatched end tag {self._byte(begin)}, expected "</{expected}>", found "</{found}>"')
        self.at = closed.end()
        self._close(self.opened.pop())

    def _close(self, tag: _Open) -> None:
        if self.offset > tag.offset:
            self.entities.append(self._entity(tag))

    def _entity(self, tag: _Open) -> Entity:
        entity: Entity = {"type": STYLES[tag.name], "offset": tag.offset, "length": self.offset - tag.offset}
        if tag.name == "blockquote" and "expandable" in tag.attributes:
            entity["type"] = "expandable_blockquote"
        if tag.name == "a":
            entity["url"] = tag.attributes.get("href") or utf16_slice("".join(self.text), tag.offset, entity["length"])
        if tag.name == "code" and tag.attributes.get("class", "").startswith("language-"):
            entity["language"] = tag.attributes["class"].removeprefix("language-")
        return entity


def _referenced(found: re.Match[str]) -> str:
    """The character meant, or nothing when the reference is none and stays as it is written."""
    if found[3]:
        return _NAMED[found[3]]
    code = int(found[1], 16) if found[1] else int(found[2])
    return chr(code) if 0 < code < 0x10FFFF and len(found.group().rstrip(";")) < 10 else ""


def _referenced_or_itself(found: re.Match[str]) -> str:
    return _referenced(found) or found.group()


def from_html(source: str) -> Formatted:
    """Raises BadMarkup where the server answers 400."""
    reader = _Reader(source)
    found = _with_languages(sorted(reader.read(), key=lambda entity: (entity["offset"], -entity["length"])))
    losses = [_loss(entity, found) for entity in found]
    kept = tuple(entity for entity, loss in zip(found, losses, strict=True) if not loss)
    return Formatted("".join(reader.text), kept, tuple(filter(None, losses)))


def _with_languages(entities: list[Entity]) -> list[Entity]:
    """A <pre> and a <code class="language-…"> over the same text are one entity; elsewhere the language goes."""
    languages = {_span(entity): entity.pop("language") for entity in entities if "language" in entity}
    blocks = {_span(entity) for entity in entities if entity["type"] == "pre"}
    merged = []
    for entity in entities:
        if entity["type"] == "pre" and _span(entity) in languages:
            merged.append({**entity, "language": languages[_span(entity)]})
        elif not (entity["type"] == "code" and _span(entity) in blocks):
            merged.append(entity)
    return merged


def _span(entity: Entity) -> tuple[int, int]:
    return entity["offset"], entity["length"]


def _loss(entity: Entity, everything: list[Entity]) -> str:
    """Why the server drops this entity, if it does."""
    around = {other["type"].removeprefix("expandable_") for other in everything if _inside(entity, other)}
    if around & {"pre", "code"}:
        return f"{entity['type']} inside {'/'.join(sorted(around & {'pre', 'code'}))}"
    if entity["type"].endswith("blockquote") and "blockquote" in around:
        return "a blockquote inside a blockquote"
    if entity["type"] == "text_link" and not _LINK.fullmatch(entity["url"]):
        return f"a link to {entity['url']!r}"
    return ""


def _inside(inner: Entity, outer: Entity) -> bool:
    ends = inner["offset"] + inner["length"], outer["offset"] + outer["length"]
    return inner is not outer and outer["offset"] <= inner["offset"] and ends[0] <= ends[1]
