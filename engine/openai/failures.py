"""What an OpenAI-compatible server does wrong, as the engine's own failures.

No text here names a learner's words, a model's words or a key: exceptions and log lines are built from our own.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from openai import APIStatusError, OpenAIError
from pydantic import ValidationError

from engine.failures import Unavailable

log = logging.getLogger(__name__)

MISCONFIGURED_SECONDS = 60.0
LONGEST_SECONDS = 3600.0

_MENDS = {
    401: "the API key is refused: check OPENAI_API_KEY, or VIVA_TRANSCRIBE_API_KEY if it is set",
    403: "the API key may not use this model, or not from here",
    404: "there is no such model or place: check VIVA_INTERVIEWER_MODEL, VIVA_GRADER_MODEL, VIVA_TRANSCRIBE_MODEL "
    "and OPENAI_BASE_URL",
}
_QUOTA = "the account is out of quota: check its plan and billing"
_KEY = "the API key holds a character that no key has: copy it again"
_PASSING = (408, 409, 425, 429)


class Malformed(Exception):
    """The model's answer is not what was asked for. Says what is wrong, without the answer's words, for one repair."""


@contextmanager
def translated(model: str) -> Iterator[None]:
    """Whatever the client raises leaves as Unavailable; a ValueError too, with which it meets a broken answer."""
    try:
        yield
    except OpenAIError as error:
        raise unavailable(error, model) from None
    except UnicodeEncodeError:
        raise _misconfigured(model, _KEY) from None
    except (ValueError, RecursionError):  # of JSON that is none, or not a completion's, which the client lets through
        raise Unavailable(f"{model}: the server's answer cannot be read") from None


def unavailable(error: OpenAIError, model: str) -> Unavailable:
    """A reason to try again; the operator's log gets the mend for what will not mend itself."""
    if not isinstance(error, APIStatusError):
        return Unavailable(f"{model}: {type(error).__name__}")
    mend = _mend(error)
    if mend:
        return _misconfigured(model, mend)
    message = f"{model}: the server answers {error.status_code}"
    return Unavailable(message, retry_after=retry_after(error.response.headers, datetime.now(UTC)))


def problems(error: ValidationError) -> str:
    """What does not fit, without the values, and without a name that the model made up."""
    return "; ".join(f"{_where(item['type'], item['loc'])}: {item['msg']}" for item in error.errors())


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait by what the server says, an hour at most; None when it says nothing of sense."""
    milliseconds = _number(headers.get("retry-after-ms"))
    told = milliseconds / 1000 if milliseconds is not None else _seconds(headers.get("retry-after"), now)
    return min(told, LONGEST_SECONDS) if told is not None else None


def _misconfigured(model: str, mend: str) -> Unavailable:
    log.error("%s: %s", model, mend)
    return Unavailable(f"{model}: {mend}", retry_after=MISCONFIGURED_SECONDS)


def _mend(error: APIStatusError) -> str | None:
    """None for what may pass by itself."""
    if error.code == "insufficient_quota":
        return _QUOTA
    if error.status_code >= 500 or error.status_code in _PASSING:
        return None
    return _MENDS.get(error.status_code, f"the server refuses the request with {error.status_code}")


def _where(kind: str, location: tuple[int | str, ...]) -> str:
    known = location[:-1] if kind == "extra_forbidden" else location
    return ".".join(map(str, known)) or "the answer"


def _seconds(text: str | None, now: datetime) -> float | None:
    """A number of seconds or an HTTP date."""
    number = _number(text)
    if number is not None or not text:
        return number
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
