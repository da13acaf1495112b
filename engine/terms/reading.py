"""Reading a transcript with a role's terms in mind. What was transcribed is kept; what it may mean stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from engine.rolepack import GlossaryTerm, Question, RolePack
from engine.terms.candidates import Candidate, candidates
from engine.terms.places import occurrences
from engine.terms.words import words_of


@dataclass(frozen=True)
class Edit:
    """`heard`, the characters from `start` to `end` of the transcript, is most likely `term`."""

    start: int
    end: int
    heard: str
    term: str


@dataclass(frozen=True)
class Reading:
    """A transcript as it came, and its edits from first to last; they do not overlap."""

    original: str
    edits: tuple[Edit, ...] = ()

    @property
    def for_grader(self) -> str:
        """The transcript with each term and, beside it, what was heard: `K-means [heard: "came means"]`."""
        return self._with(lambda edit: f'{edit.term} [heard: "{edit.heard}"]')

    @property
    def as_meant(self) -> str:
        """The transcript with the terms in place of what was heard, to look for key points in."""
        return self._with(lambda edit: edit.term)

    @property
    def for_learner(self) -> tuple[str, ...]:
        """What was understood, each once: `K-means (heard: "came means")`."""
        return tuple(dict.fromkeys(f'{edit.term} (heard: "{edit.heard}")' for edit in self.edits))

    def _with(self, put: Callable[[Edit], str]) -> str:
        pieces, at = [], 0
        for edit in self.edits:
            pieces += [self.original[at : edit.start], put(edit)]
            at = edit.end
        return "".join([*pieces, self.original[at:]])


def read_terms(
    transcript: str, terms: Sequence[GlossaryTerm], expected: Sequence[GlossaryTerm] = (), known: str = ""
) -> Reading:
    """The transcript of English speech with the role's `terms` found where they were misheard.

    For the `expected` ones, which the question is about, less likeness is enough. Words in a row that stand in the
    `known` text, such as the question's, were not misheard: "scrypt" is no "bcrypt" where the question speaks of it.
    Pure and deterministic; it takes some milliseconds, and for a speech of minutes a fraction of a second.
    """
    words = words_of(transcript)
    edits = []
    for found in _clearest(candidates(words, terms, expected, known)):
        start, end = words[found.start].start, words[found.end - 1].end
        edits.append(Edit(start, end, transcript[start:end], found.term))
    return Reading(transcript, tuple(edits))


def read_answer(transcript: str, pack: RolePack, question: Question) -> Reading:
    """The transcript of an answer to the question, read with all that the pack knows about it."""
    about = _text_of(question)
    return read_terms(transcript, pack.glossary, expected_terms(question, pack.glossary), about)


def expected_terms(question: Question, terms: Sequence[GlossaryTerm]) -> tuple[GlossaryTerm, ...]:
    """The terms that the question, its reference answer or its key points contain."""
    words = words_of(_text_of(question))
    return tuple(term for term in terms if any(occurrences(term.term, words)))


def _text_of(question: Question) -> str:
    points = (text for point in question.key_points for text in (point.point, *point.says))
    return "\n".join((question.text, question.reference, *points))


def _clearest(found: Iterable[Candidate]) -> list[Candidate]:
    """Of those that overlap the clearest, in their order."""
    taken: set[int] = set()
    kept = []
    for one in sorted(found, key=lambda one: (-one.ahead, one.start - one.end, one.start, one.term)):
        if taken.isdisjoint(range(one.start, one.end)):
            taken.update(range(one.start, one.end))
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
