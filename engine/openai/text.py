"""Text on its way to a model, as data and bounded, and text that came from one, fit to be kept."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping

LONGEST = 8000


def as_data(data: Mapping[str, object]) -> str:
    """JSON without a "<": what a server's chat template might take for one of its own marks stays inside a string."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def excerpt(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning and its end with a mark between them; without what cannot be sent."""
    text = printable(text)
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}\n[… {len(text) - 2 * half} characters left out …]\n{text[-half:]}"


def one_line(text: str) -> str:
    return " ".join(printable(text).split())


def printable(text: str) -> str:
    """Without control characters, which no database and no chat takes, and without halves of characters."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def mended(text: str) -> str:
    """Characters whose halves came in two pieces, put together; a half that stays alone is replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
