"""Every span of a transcript that sounds like a term and stands where it may be one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from engine.rolepack import GlossaryTerm
from engine.terms.context import FAR, REACH, Context, stems_near
from engine.terms.forms import Form, forms_of, listed_letters, own_words
from engine.terms.gate import CLEAR, SPELLED_OUT, is_guarded, likeness_needed, support_needed
from engine.terms.likeness import likeness, mass
from engine.terms.places import Right
from engine.terms.sounds import sounds_of
from engine.terms.spans import SMALLEST, Span, rough_sounds, spans_of
from engine.terms.words import Word
from engine.vocabulary import is_function_word

_ROUGHLY = 0.6
"""Less than this, sounds are not worth a closer look."""

# The other word of a term must be this alike, if it has a sound or two.
_REST = 0.5
_REST_MASS = 2.0

# What puts one of two readings of the same words ahead, in units of likeness.
_CERTAIN = 0.9
_FOR_EXPECTED = 0.05


@dataclass(frozen=True)
class Candidate:
    """The words from `start` to `end` (exclusive) may be the term; `ahead` is how clearly."""

    start: int
    end: int
    term: str
    ahead: float


@dataclass(frozen=True)
class _Sought:
    """One form of a term that may be in this transcript; `listed` and `near` are the whole term's."""

    term: str
    form: Form
    listed: frozenset[str]
    near: frozenset[str]
    guarded: bool
    expected: bool


def candidates(
    words: Sequence[Word], terms: Sequence[GlossaryTerm], expected: Sequence[GlossaryTerm], known: str
) -> Iterator[Candidate]:
    """In no order; they may overlap. What stands in the `known` text is right as it is."""
    context = Context(words)
    right = Right(words, terms, known)
    sought = _sought(terms, {term.term for term in expected}, context)
    yield from (one for one in _spelled(words, terms) if right.allows(one.start, one.end, one.term))
    rough = [rough_sounds(one.form.sounds) for one in sought]
    most = max((one.form.mass for one in sought), default=0.0) / SMALLEST
    for span in spans_of(words, most):
        for _, _, at in process.extract(
            rough_sounds(span.sounds),
            rough,
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=_ROUGHLY,
            limit=None,
        ):
            ahead = _ahead(span, sought[at], context)
            if ahead is not None and right.allows(span.start, span.end, sought[at].term):
                yield Candidate(span.start, span.end, sought[at].term, ahead)


def _spelled(words: Sequence[Word], terms: Iterable[GlossaryTerm]) -> Iterator[Candidate]:
    """Abbreviations written letter by letter, which need nothing around them: "c s r f"."""
    for term in terms:
        letters = "".join(own_words(term.term))
        for start in range(len(words) - len(letters) + 1 if len(letters) >= SPELLED_OUT else 0):
            end = start + len(letters)
            if all(word.letters == letter for word, letter in zip(words[start:end], letters, strict=True)):
                yield Candidate(start, end, term.term, _CERTAIN)


def _sought(terms: Iterable[GlossaryTerm], expected: set[str], context: Context) -> list[_Sought]:
    """A guarded term is not looked for where none of its words is said."""
    found = []
    for term in terms:
        near = stems_near(term)
        listed = listed_letters(term.heard_as)
        supported = context.has_any(near)
        for form in forms_of(term.term, term.heard_as):
            guarded = is_guarded(term.near, form)
            if supported or not guarded:
                found.append(_Sought(term.term, form, listed, near, guarded, term.term in expected))
    return found


def _ahead(span: Span, sought: _Sought, context: Context) -> float | None:
    """How clearly the span is the term; None when it is not."""
    form = sought.form
    if not SMALLEST < mass(span.sounds) / form.mass < 1 / SMALLEST or _is_part(span, sought):
        return None
    support = context.support(sought.near, span.start, span.end, FAR if form.mass > CLEAR else REACH)
    if sought.guarded and support < support_needed(span.words, is_listed=span.letters in sought.listed):
        return None
    needed = likeness_needed(form, span.words, guarded=sought.guarded, support=support, expected=sought.expected)
    alike = 1.0 if span.letters == form.letters else likeness(span.sounds, form.sounds, needed)
    if alike < needed or (not form.from_pack and alike < 1 and _rest_is_unlike(span, sought)):
        return None
    return alike + _FOR_EXPECTED * sought.expected


def _is_part(span: Span, sought: _Sought) -> bool:
    """Whether only a piece of the term is there: "your marketing" is no "remarketing"."""
    rest = [word.letters for word in span.words if not is_function_word(word.letters)]
    whole = "".join(own_words(sought.term))
    own_sound = not sought.guarded and not sought.form.from_pack
    return own_sound and len(rest) == 1 and rest[0] in whole and rest[0] != whole


def _rest_is_unlike(span: Span, sought: _Sought) -> bool:
    """Whether one word of the term is there and the other is another word: "psychological support" is no "psychological
    safety", however much of the sounds they share."""
    heard, own = list(span.words), list(own_words(sought.term))
    while heard and own and heard[0].letters == own[0]:
        del heard[0], own[0]
    while heard and own and heard[-1].letters == own[-1]:
        del heard[-1], own[-1]
    meant = "".join(map(sounds_of, own))
    if len(own) == len(own_words(sought.term)) or 0 < mass(meant) < _REST_MASS:
        return False
    return likeness("".join(word.sounds for word in heard), meant) < _REST
