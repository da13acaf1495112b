"""Every span of a transcript that sounds like a term and stands where it may be one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from engine.rolepack import GlossaryTerm
from engine.terms.context import FAR, REACH, Context, stems_near
from engine.terms.forms import Form, forms_of, own_words
from engine.terms.gate import CLEAR, SPELLED_OUT, is_guarded, likeness_needed, support_needed
from engine.terms.likeness import likeness, mass
from engine.terms.places import Right
from engine.terms.sounds import run_together, sounds_of
from engine.terms.words import Word, is_telling
from engine.vocabulary import is_function_word

_LONGEST_SPAN = 9
_MOST_MASS = 1.7
_LEAST_MASS = 0.6
_ROUGHLY = 0.6
_REST = 0.5
_CERTAIN = 2.0
_FOR_LENGTH = 0.01
_FOR_EXPECTED = 0.05
_FOR_LOOSE_EDGE = 0.03
_REST_MASS = 2.0

# Sounds that are hardly told apart count as one when spans are looked over for the first time.
_ROUGH = str.maketrans(
    {
        **dict.fromkeys("iIeEaAOouUV@YWJ", "a"),
        **dict.fromkeys("pb", "p"),
        **dict.fromkeys("tdTD", "t"),
        **dict.fromkeys("kg", "k"),
        **dict.fromkeys("fvw", "f"),
        **dict.fromkeys("sz", "s"),
        **dict.fromkeys("SZCj", "S"),
        **dict.fromkeys("mnN", "n"),
        **dict.fromkeys("yh"),
    }
)


@dataclass(frozen=True)
class Candidate:
    """The words from `start` to `end` (exclusive) may be the term; `ahead` is how clearly."""

    start: int
    end: int
    term: str
    ahead: float


@dataclass(frozen=True)
class _Sought:
    """One form of a term that may be in this transcript; `near` are its stems, empty if it needs no support."""

    term: str
    form: Form
    near: frozenset[str]
    guarded: bool
    expected: bool


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    words: Sequence[Word]
    sounds: str
    letters: str


def candidates(
    words: Sequence[Word], terms: Sequence[GlossaryTerm], expected: Sequence[GlossaryTerm], known: str
) -> Iterator[Candidate]:
    """In no order; they may overlap. What stands in the `known` text is right as it is."""
    context = Context(words)
    right = Right(words, terms, known)
    sought = _sought(terms, {term.term for term in expected}, context)
    yield from (one for one in _spelled(words, terms) if right.allows(one.start, one.end, one.term))
    rough = [_rough(one.form.sounds) for one in sought]
    most = max((one.form.mass for one in sought), default=0.0) * _MOST_MASS
    for span in _spans(words, most):
        for _, _, at in process.extract(
            _rough(span.sounds), rough, scorer=Levenshtein.normalized_similarity, score_cutoff=_ROUGHLY, limit=None
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
        supported = context.has_any(near)
        for form in forms_of(term.term, term.heard_as):
            guarded = is_guarded(term.near, form)
            if supported or not guarded:
                found.append(_Sought(term.term, form, near, guarded, term.term in expected))
    return found


def _spans(words: Sequence[Word], most: float) -> Iterator[_Span]:
    """Every few words in a row, within a clause, that could be a term by their mass."""
    for start in range(len(words)):
        sounds = letters = ""
        for end in range(start + 1, min(start + _LONGEST_SPAN, len(words)) + 1):
            word = words[end - 1]
            if not word.sounds or (word.starts_anew and end > start + 1):
                break
            sounds = run_together(sounds + word.sounds)
            letters += word.letters
            if mass(sounds) > most:
                break
            yield _Span(start, end, words[start:end], sounds, letters)


def _ahead(span: _Span, sought: _Sought, context: Context) -> float | None:
    """How clearly the span is the term; None when it is not."""
    form = sought.form
    if not _LEAST_MASS < mass(span.sounds) / form.mass < 1 / _LEAST_MASS or _is_part(span, sought):
        return None
    support = context.support(sought.near, span.start, span.end, FAR if form.mass > CLEAR else REACH)
    is_listed = form.from_pack and span.letters == form.letters
    if sought.guarded and support < support_needed(span.words, is_listed=is_listed):
        return None
    needed = likeness_needed(form, span.words, guarded=sought.guarded, support=support, expected=sought.expected)
    alike = 1.0 if span.letters == form.letters else likeness(span.sounds, form.sounds, needed)
    if alike < needed or (not form.from_pack and alike < 1 and _rest_is_unlike(span, sought)):
        return None
    edges = sum(not is_telling(word) for word in (span.words[0], span.words[-1]))
    return alike + _FOR_LENGTH * form.mass + _FOR_EXPECTED * sought.expected - _FOR_LOOSE_EDGE * edges


def _is_part(span: _Span, sought: _Sought) -> bool:
    """Whether only a piece of the term is there, or a word that goes with it: "your marketing" is no "remarketing"."""
    rest = [word for word in span.words if not is_function_word(word.letters)]
    if len(rest) != 1:
        return False
    whole = "".join(own_words(sought.term))
    is_piece = rest[0].letters in whole and rest[0].letters != whole
    return (is_piece and not sought.form.from_pack and not sought.guarded) or rest[0].stem in sought.near


def _rest_is_unlike(span: _Span, sought: _Sought) -> bool:
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


@lru_cache(maxsize=16_384)
def _rough(sounds: str) -> str:
    return sounds.translate(_ROUGH)
