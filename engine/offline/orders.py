"""Orders to the grader inside an answer: they are no part of what is said about the question, and are passed over."""

from __future__ import annotations

import re
from functools import lru_cache

_ORDER = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override|bypass)\b [^.!?\n]{0,60}
        \b(?:instruction|rubric|previous|above|prompt|criteri|guideline|(?:the|all|your|any)\ rules)
    | \b(?:give|award|assign|grant|set|score|grade|output|rate\ (?:it|me|this|my)|deserves?|earns?)\b [^.!?\n]{0,80}
        \b(?:10|ten|100|full|max|maximum|highest|perfect|top|best)\b [\s-]*
        (?:point|mark|score|grade|credit|rating|for\ (?:every|each|this|it|all|the)|out\ of|/|[.!?]|$)
    | \b(?:10|ten|100)\s*(?:/|out\ of)\s*(?:10|ten|100)\b
    | \b(?:grade|score|mark|rating|point)s?"?\s*(?:is|of|to|:|=|must\ be|should\ be)
        \s*(?:an?\s+)?(?:9|10|ten|nine|100)\b
    | \bfull\ (?:marks|points|credit|score)\b
    | \b(?:all|every|each)\ (?:the\ |of\ the\ )?(?:key[\ _-]points?|criteri\w+)\b
    | \b(?:reference|model|expected)[\ _]answer\b
    | (?:^|[.!?\n])[\ \t]{0,3}[\["]?(?:system|assistant|developer)"?[\ \t]?\]?:
    | \bsystem\ (?:prompt|message|override)\b
    | \byou\ are\ now\b | \bnew\ instructions?\b
    | \b(?:as|dear)\ (?:the\ |an\ |your\ )?(?:examiner|grader|evaluator|administrator)\b
    | \b(?:this|my|the)\ (?:answer|response)\ (?:deserves|covers|fully|contains\ (?:all|every)
        |is\ (?:complete|correct|perfect|right|excellent|exactly))
    | \banswer\ deserves\b
    | \bthe\ (?:candidate|learner|student|user)\ (?:has\ |have\ )?(?:covered|answered|deserves|passed|clearly|correctly)
    | </?\ ?(?:answer|data|system|instructions?|user|assistant|input|candidate)\b | <!--
    | "(?:points|covered|criterion|criteria|grade|score|key_points?|quote|feedback|contradicted)"\s*:
    """,
    re.IGNORECASE | re.VERBOSE,
)
_END = re.compile(r"[.!?](?=\s|$)|\n")
_LETTER = re.compile(r"[^\W_]")
_LONGEST_READ = 150_000
_LEAD_IN = 50


@lru_cache(maxsize=32)
def without_orders(answer: str) -> str:
    """The answer with the letters of every order crossed out, from shortly before it to the end of its sentence.

    It is as long as the answer, so that what stands in it stands at the same place in the answer.
    """
    kept: list[str] = []
    done = 0
    for order in _ORDER.finditer(answer, 0, _LONGEST_READ):
        if order.start() >= done:
            start, until = _sentence(answer, order.start(), order.end())
            kept += answer[done : max(done, start)], _LETTER.sub("x", answer[max(done, start) : until])
            done = until
    return "".join((*kept, answer[done:]))


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """From the beginning of the sentence, if that is near, to its end."""
    before = max(text.rfind(mark, max(0, start - _LEAD_IN), start) for mark in ".!?\n")
    begin = before + 1 if before >= 0 else max(0, start - _LEAD_IN) and start
    after = _END.search(text, end - 1)
    return begin, after.end() if after else len(text)
