"""Orders to the grader inside an answer: they are no part of what is said about the question, and are passed over."""

from __future__ import annotations

import re

_ORDER = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override|bypass)\b [^.!?\n]{0,60}
        \b(?:instruction|rubric|rule|previous|above|prompt|criteri|guideline|system)
    | \b(?:give|award|assign|grant|set|rate|score|grade|mark|output|return|print|get|deserves?|worth|gets?|earns?)\b [^.!?\n]{0,80}
        (?:\b(?:10|ten|100|full|max|maximum|highest|perfect|top|best)\b [\s-]*
        (?:point|mark|score|grade|credit|rating|for\ (?:every|each|this|it|all|the)|out\ of|/|[.!?]|$))
    | \b(?:10|ten|100)\s*(?:/|out\ of)\s*(?:10|ten|100)\b
    | \b(?:grade|score|mark|rating|points?)s?"?\s*(?:is|of|to|:|=|must\ be|should\ be)\s*(?:an?\s+)?(?:9|10|ten|nine|100)\b
    | \bfull\ (?:marks|points|credit|score)\b
    | \b(?:all|every|each)\ (?:the\ |of\ the\ )?(?:key[\ _-]points?|criteri\w+)\b
    | \b(?:reference|model|expected)[\ _]answer\b
    | \b(?:system|assistant|developer)\s*:
    | \bsystem\ (?:prompt|message|override)\b
    | \byou\ are\ now\b | \bnew\ instructions?\b
    | \bas\ (?:the|an|your)\ (?:examiner|grader|evaluator|interviewer|system|admin\w*)\b | \bdear\ (?:examiner|grader|evaluator)\b
    | \b(?:this|my|the)\ (?:answer|response)\ (?:is\ (?:complete|correct|perfect|right|excellent|exactly)|deserves|covers|fully|contains\ (?:all|every))
    | \b(?:a|every|any)\ \w*\ ?answer\ deserves\b
    | \bthe\ (?:candidate|learner|student|user)\ (?:has\ |have\ )?(?:covered|answered|deserves|passed|clearly|correctly)
    | </?\ ?(?:answer|data|system|instructions?|user|assistant|input|candidate)\b | <!--
    | "(?:points|covered|criterion|criteria|grade|score|key_points?|quote|feedback|contradicted)"\s*:
    """,
    re.IGNORECASE | re.VERBOSE,
)
_END = re.compile(r"[.!?](?=\s|$)|\n")
_LETTER = re.compile(r"[^\W_]")
_LONGEST_READ = 200_000


def without_orders(answer: str) -> str:
    """The answer with the letters of every order, up to the end of its sentence, crossed out; as long as the answer."""
    kept: list[str] = []
    done = 0
    for order in _ORDER.finditer(answer, 0, _LONGEST_READ):
        if order.start() < done:
            continue
        end = _END.search(answer, order.end())
        until = end.end() if end else len(answer)
        kept += answer[done : order.start()], _LETTER.sub("x", answer[order.start() : until])
        done = until
    return "".join((*kept, answer[done:]))
