"""How the fake OpenAI's replies go out: whole, in server-sent events, or broken as a test has planned."""

import asyncio
import enum
import json
from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web

from tests.loopback.openai_faults import Fault
from tests.loopback.openai_replies import DONE, event
from tests.loopback.openai_requests import CALL, Json

WEB_PAGE = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"
STREAM_ERROR: Json = {
    "error": {
        "message": "The server had an error while processing your request.",
        "type": "server_error",
        "param": None,
        "code": None,
    }
}


@dataclass
class Pace:
    """Seconds before each reply's first byte and before each chunk of a stream; characters of content in a chunk."""

    latency: float = 0.0
    chunk_latency: float = 0.0
    chunk_size: int = 16


class Halt(enum.Enum):
    CUT = "the connection breaks"
    STALL = "nothing comes any more"


def script(opening: list[Json], pieces: list[Json], closing: list[Json], fault: Fault) -> Iterator[bytes | Halt]:
    """What a stream sends, step by step, if need be up to the planned mishap."""
    if fault.broken_body:
        yield b'data: {"id": "chatcmpl-\n\n'
        return
    yield from _events(opening, fault)
    for after, ending in _mishaps(fault):
        yield from _events(pieces[:after], fault)
        yield ending
        return
    yield from _events(pieces, fault)
    if not fault.no_done:
        yield from _events(closing, fault)
        yield DONE


def _mishaps(fault: Fault) -> Iterator[tuple[int, bytes | Halt]]:
    if fault.cut_stream_after is not None:
        yield fault.cut_stream_after, Halt.CUT
    if fault.stall_stream_after is not None:
        yield fault.stall_stream_after, Halt.STALL
    if fault.stream_error_after is not None:
        yield fault.stream_error_after, event(STREAM_ERROR)


def _events(bodies: list[Json], fault: Fault) -> Iterator[bytes]:
    return (event(fault.strip(body)) for body in bodies)


async def send_stream(
    request: web.Request, steps: Iterator[bytes | Halt], pace: Pace, closing: asyncio.Event
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    await response.prepare(request)
    for step in steps:
        await asyncio.sleep(pace.chunk_latency)
        match step:
            case Halt.CUT:
                await cut(request)
            case Halt.STALL:
                await closing.wait()
            case bytes():
                await response.write(step)
    await response.write_eof()
    return response


async def send_plain(request: web.Request, body: Json | str, fault: Fault) -> web.StreamResponse:
    """The whole reply at once; a text is sent as such."""
    stripped = body if isinstance(body, str) else json.dumps(fault.strip(body), ensure_ascii=False)
    if fault.html:
        return web.Response(text=WEB_PAGE, content_type="text/html")
    if fault.broken_body:
        stripped = stripped[: len(stripped) // 2]
    if fault.cut_stream_after is not None:
        await _send_half(request, stripped.encode())
    return web.Response(text=stripped, content_type="text/plain" if isinstance(body, str) else "application/json")


async def _send_half(request: web.Request, data: bytes) -> None:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(data))})
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    await cut(request)


async def cut(request: web.Request) -> None:
    """Close the connection under the client. aiohttp then cancels the handler, as it does when a client leaves."""
    request[CALL].status = 200
    if request.transport is not None:
        request.transport.close()
    await asyncio.Event().wait()
