"""The real client, for tests of the fake itself."""

import contextlib
from collections.abc import AsyncIterator, Iterator

from telegram import Bot
from telegram.request import HTTPXRequest

from tests.loopback.telegram import FakeTelegram


@contextlib.asynccontextmanager
async def real_bot(fake: FakeTelegram) -> AsyncIterator[Bot]:
    request, polling = HTTPXRequest(read_timeout=5), HTTPXRequest(read_timeout=5)
    api, files = f"{fake.url}/bot", f"{fake.url}/file/bot"
    async with Bot(fake.token, api, files, request=request, get_updates_request=polling) as bot:
        yield bot


@contextlib.contextmanager
def blamed(fake: FakeTelegram, *words: str) -> Iterator[None]:
    """What happens inside is a violation for each of the words, and for nothing else."""
    before = len(fake.violations)
    yield
    new = [str(violation) for violation in fake.violations[before:]]
    assert len(new) == len(words), new
    assert all(word in text for word, text in zip(words, new, strict=True)), new
    del fake.violations[before:]
