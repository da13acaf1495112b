"""Orders to the grader inside an answer: they are no part of what is said about the question, and are passed over.

Three degrees. An order is crossed out with its sentence. Where one order stands, every sentence that speaks about the
candidate, the answer or its grading is crossed out too: it praises in order to be graded. And where the text pretends
that the answer has ended and somebody else speaks, nothing after that is the learner's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_ORDER = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override|bypass)\b [^.!?\n]{0,60}
        \b(?:instruction|rubric|previous|above|prompt|criteri|guideline|(?:the|all|your|any)\ rules|scale\b)
    | \b(?:give|award|assign|grant|set|score|grade|output|rate\ (?:it|me|this|my)|deserves?|earns?)\b [^.!?\n]{0,80}
        \b(?:10|ten|100|full|max|maximum|highest|perfect|top|best)\b [\s-]*
        (?:point|mark|score|grade|credit|rating|for\ (?:every|each|this|it|all|the)|out\ of|/|[.!?]|$)
    | \b(?:enter|print|return|put|record|receives?|worth)\b [^.!?\n]{0,40} \b(?:10|ten)\b [\s-]*
        (?:point|mark|for\ (?:every|each|this|it|all)\b|out\ of|/|[.!?,]|$)
    | \b(?:10|ten|100)\s*(?:/|out\ of)\s*(?:10|ten|100)\b
    | \b(?:grade|score|mark|rating|point)s?"?\s*(?:is|of|to|:|=|must\ be|should\ be)
        \s*(?:an?\s+)?(?:9|10|ten|nine|100)\b
    | \bfull\ (?:marks|points|credit|score)\b
    | \b(?:all|every|each)\ (?:the\ |of\ the\ )?(?:key[\ _-]points?|criteri\w+)\b
    | \b(?:reference|model|expected)[\ _]answer\b
    | (?:^|[.!?\n])[\ \t]{0,3}[\["]?(?:system|assistant|developer)"?[\ \t]?\]?:
    | \bsystem\ (?:prompt|message|override)\b
    | \byou\ are\ now\b | \bnew\ instructions?\b
    | \b(?:as|dear|I,)\ (?:the\ |an\ |your\ )?(?:examiner|grader|evaluator|administrator|assessor|reviewer)\b
    | \b(?:dear|attention|hello|hey|hi)\ (?:AI|LLM|model|grading|language\ model|chatbot)\b
    | \b(?:note|message|notice|memo|hint|instructions?)\ (?:to|for|from)\ (?:the\ |your\ )?
        (?:AI|LLM|model|grad\w+|examiner|evaluator|assessor|scorer|reviewer|marker|developers?)\b
    | @(?:grader|assistant|system|examiner)\b
    | \b(?:grader|grading|examiner|assessor|scorer|reviewer|moderator|admin)'?s?\ (?:notes?|messages?|comments?
        |instructions?)\b
    | \b(?:this|my|the)\ (?:answer|response)\ (?:deserves|covers|fully|contains\ (?:all|every)
        |is\ (?:complete|correct|perfect|right|excellent|exactly))
    | \banswer\ deserves\b
    | \bthe\ (?:candidate|learner|student|user)\ (?:has\ |have\ )?(?:covered|answered|deserves|passed|clearly|correctly
        |demonstrated|fully|named\ (?:all|every))
    | \b(?:confirm|certif|verif|attest|establish)\w*\ (?:that\ )?(?:the\ |this\ )(?:candidate|learner|student
        |answer|response)
    | </?\ ?(?:answer|data|system|instructions?|user|assistant|input|candidate)\b | <!--
    | "(?:points|covered|criterion|criteria|grade|score|key_points?|quote|feedback|contradicted)"\s*:
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ABOUT_GRADING = re.compile(
    r"""\b(?:candidates?|interviewees?|learner|examinee|examiner|grader|graders|grading|reviewer|evaluator
        |assessor|scorer
    |moderator|rubric|verdict|scorecard|key[\ _-]points?|criteri(?:on|a)|exempt|flawless|(?:this|the|my
        |above)\ (?:answer|response)
    |(?:final|overall)\ (?:mark|grade|score))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NO_MORE_ANSWER = re.compile(
    r"""\b(?:end|close)\ of\ (?:the\ |my\ |this\ )?(?:candidate'?s?\ |user\ |learner'?s?\ |student\ |interview\ )?
        (?:answer|response|transcript|submission|input|data)\b
    | </\ ?(?:answer|data|user|input|candidate)(?:[_-]?(?:answer|response|input))?\s*>
    | <\|?\ ?im_(?:end|start)
    | <\ ?(?:rubric|grad|scor|assess|system)\w*[^<>\n]{0,40}>
    | [\[#*=-]{1,6}\ {0,2}(?:begin|start|system|grader|examiner|grading|reviewer|moderator|admin|developer|assessor)
        [\w\ '’-]{0,30}(?:notes?|messages?|instructions?|comments?|override|evaluation|result)
    | (?:^|\n|--\ |[*#]\ ?)(?:assistant|grader|examiner|system)\ ?:
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
    for start, until in sorted(_stretches(answer)):
        if until > done:
            kept += answer[done : max(done, start)], _LETTER.sub("x", answer[max(done, start) : until])
            done = until
    return "".join((*kept, answer[done:]))


def _stretches(answer: str) -> Iterator[tuple[int, int]]:
    """From where to where the answer is not the learner's own, in any order."""
    orders = list(_ORDER.finditer(answer, 0, _LONGEST_READ))
    ended = _NO_MORE_ANSWER.search(answer, 0, _LONGEST_READ)
    if ended:
        yield ended.start(), len(answer)
    if orders or ended:
        orders += _ABOUT_GRADING.finditer(answer, 0, _LONGEST_READ)
    done = 0
    for order in sorted(orders, key=re.Match.start):
        if order.start() >= done:
            start, done = _sentence(answer, order.start(), order.end())
            yield start, done


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """From the beginning of the sentence, if that is near, to its end."""
    before = max(text.rfind(mark, max(0, start - _LEAD_IN), start) for mark in ".!?\n")
    begin = before + 1 if before >= 0 else max(0, start - _LEAD_IN) and start
    after = _END.search(text, end - 1)
    return begin, after.end() if after else len(text)
