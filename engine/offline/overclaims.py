"""Words that claim more than anybody can know: "always", "by definition", "guaranteed", "the more the better".

Those who know a thing say when it holds. Where little of substance stands behind them, such words are a sign of error.
"""

from __future__ import annotations

import re

from engine.offline.orders import without_orders

_CERTAIN = re.compile(
    r"""(?<!not\s)(?<!n['’]t\s)(?<!\bno\s)\b(?:always|by\s(?:definition|design|nature)|guaranteed
        |guarantees\s(?:that|it|a|the)
    |(?:is|are|has|have|was|were|been|we|thus|therefore)\s(?:\w+ly\s)?(?:proven|proved)|whatsoever
        |mathematically|no\smatter
    |at\sno\scost|immune|set\sin\sstone|(?:in|for)\severy\s(?:case|country|situation|company)|once\sand\sfor\sall
    |(?:cannot|can['’]?t|never)\s(?:go\swrong|fail|be\swrong)|gold\sstandard|perfectly\s\w+|in\sfull
    |the\s(?:more|higher|larger|bigger|smaller|lower|longer|fewer)\b[^.,;]{0,40},\sthe)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_READ = 100_000


def overclaims(answer: str) -> int:
    """How often the answer claims certainty."""
    return len(_CERTAIN.findall(without_orders(answer), 0, _LONGEST_READ))
