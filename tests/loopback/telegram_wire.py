"""The Bot API's wire: how arguments arrive, what their types are, and how a refusal is answered."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from aiohttp import web
from multidict import MultiDictProxy

Json = dict[str, Any]
Found = TypeVar("Found")


class Refused(Exception):
    """An answer with `ok: false`. `wrong`: a correct bot never gets it, so that it fails the test."""

    def __init__(self, status: int, description: str, *, wrong: bool, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.wrong, self.parameters = status, description, wrong, parameters or {}

    @property
    def envelope(self) -> Json:
        answer: Json = {"ok": False, "error_code": self.status, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def illegal(description: str) -> Refused:
    return Refused(400, f"Bad Request: {description}", wrong=True)


def unlucky(description: str) -> Refused:
    """A 400 that can meet a correct bot too: somebody was faster, or the bot died before it had noted what it did."""
    return Refused(400, f"Bad Request: {description}", wrong=False)


def too_many_requests(seconds: int, *, wrong: bool = False) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {seconds}", wrong=wrong, parameters={"retry_after": seconds})


class Call(NamedTuple):
    """One call that named a known bot. `time` is time.monotonic()."""

    method: str
    params: Json
    time: float


@dataclass(frozen=True)
class Violation:
    method: str
    what: str
    params: Json

    def __str__(self) -> str:
        return f"{self.method}: {self.what} ({str(self.params)[:300]})"


@dataclass(frozen=True)
class Upload:
    """A file as a bot sent it."""

    filename: str
    content_type: str
    data: bytes = field(repr=False)


class Arguments(dict[str, Any]):
    """A method's arguments, checked and typed; `faults` are what is wrong about them though the server takes them."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.faults: list[str] = []

    def blame(self, *faults: str) -> None:
        self.faults.extend(faults)


class Bell:
    """Wakes everybody who waits, whenever something has happened."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()
        self._rung = asyncio.Event()

    async def until(self, look: Callable[[], Found | None], seconds: float, otherwise: Callable[[], str]) -> Found:
        """What `look` finds, asked now and at every ring; AssertionError with what `otherwise` says when time is up."""
        try:
            async with asyncio.timeout(seconds):
                while (found := look()) is None:
                    await self._rung.wait()
                return found
        except TimeoutError:
            raise AssertionError(f"after {seconds} s: {otherwise()}") from None


Complaints = Iterator[str]


@dataclass(frozen=True)
class Kind:
    """A type of the Bot API: how a form field is read into JSON, and what is wrong with such a value."""

    name: str
    read: Callable[[str], object]
    complain: Callable[[object, str], Complaints]


def _simple(name: str, read: Callable[[str], object], fits: Callable[[object], bool]) -> Kind:
    def complain(value: object, where: str) -> Complaints:
        if not fits(value):
            yield f"{where} must be {name}, not {str(value)[:60]!r}"

    return Kind(name, read, complain)


def _whole(text: str) -> object:
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text


def _truth(text: str) -> object:
    return {"true": True, "false": False}.get(text, text)


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53


def _is_chat(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, str) and re.fullmatch(r"@\w{4,32}", value) is not None)


INTEGER = _simple("an Integer", _whole, _is_whole)
STRING = _simple("a String", str, lambda value: isinstance(value, str))
BOOLEAN = _simple("a Boolean", _truth, lambda value: isinstance(value, bool))
CHAT = _simple("a chat's Integer or @name", _whole, _is_chat)
FILE = _simple("a file or a file_id", str, lambda value: isinstance(value, str | Upload))


def one_of(*names: str) -> Kind:
    return _simple(f"one of {', '.join(names)}", str, lambda value: value in names)


def array(of: Kind) -> Kind:
    def complain(value: object, where: str) -> Complaints:
        if not isinstance(value, list):
            yield f"{where} must be an Array, not {str(value)[:60]!r}"
            return
        for number, item in enumerate(value):
            yield from of.complain(item, f"{where}[{number}]")

    return Kind(f"an Array of {of.name}", _parsed, complain)


def thing(optional: Mapping[str, Kind] | None = None, **required: Kind) -> Kind:
    """An object: unknown fields are wrong."""
    fields = {**required, **(optional or {})}

    def complain(value: object, where: str) -> Complaints:
        if not isinstance(value, dict):
            yield f"{where} must be an Object, not {str(value)[:60]!r}"
            return
        yield from (f"{where}.{name} is missing" for name in required if name not in value)
        yield from (f"{where}.{name} is unknown" for name in value if name not in fields)
        for name in fields.keys() & value.keys():
            yield from fields[name].complain(value[name], f"{where}.{name}")

    return Kind("an Object", _parsed, complain)


# What the real server says when these are missing or empty.
_EMPTY = {"chat_id": "chat_id is empty", "text": "message text is empty", "file_id": "file_id not specified"}


@dataclass(frozen=True)
class Signature:
    required: Mapping[str, Kind]
    optional: Mapping[str, Kind]

    def read(self, fields: Mapping[str, str | Upload]) -> Arguments:
        """Raises Refused at the first unknown, missing or ill-typed argument."""
        kinds = {**self.required, **self.optional}
        values = {name: self._value(kinds.get(name), raw) for name, raw in fields.items()}
        for complaint in self._complaints(kinds, values):
            raise illegal(complaint)
        return Arguments(values)

    def _value(self, kind: Kind | None, raw: str | Upload) -> object:
        return raw if kind is None or isinstance(raw, Upload) else kind.read(raw)

    def _complaints(self, kinds: Mapping[str, Kind], values: Mapping[str, object]) -> Complaints:
        for name in self.required:
            if values.get(name, "") == "":
                yield _EMPTY.get(name, f'parameter "{name}" is required')
        for name, value in values.items():
            yield from kinds[name].complain(value, name) if name in kinds else [f'unknown argument "{name}"']


async def arguments_of(request: web.Request) -> dict[str, str | Upload]:
    """The arguments as sent: a form's text, a query's text, files; JSON bodies as if they had been a form."""
    if request.content_type == "application/json":
        body = await request.json()
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
    form = await request.post()
    return _query(request) | _form(form)


def _query(request: web.Request) -> dict[str, str | Upload]:
    return dict(request.query.items())


def _form(form: MultiDictProxy[str | bytes | bytearray | web.FileField]) -> dict[str, str | Upload]:
    fields: dict[str, str | Upload] = {}
    for name, value in form.items():
        if name in fields:
            raise illegal(f'argument "{name}" was given twice')
        if isinstance(value, web.FileField):
            fields[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            fields[name] = value if isinstance(value, str) else bytes(value).decode()
    return fields
