"""Words made comparable: spelling folded, stem taken, synonyms known. English; words of other languages compare by
their spelling.

A word's *terms* are its stem and the names of the synonym groups it belongs to: two words mean about the same when
they share a term.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache

import snowballstemmer

from engine.synonyms import GROUPS, IRREGULAR, NUMBERS

_stemmer = snowballstemmer.stemmer("english")

FUNCTION_WORDS = frozenset(
    [
        "a",
        "about",
        "after",
        "again",
        "ago",
        "all",
        "also",
        "am",
        "an",
        "and",
        "another",
        "any",
        "anybody",
        "anyone",
        "are",
        "aren't",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "between",
        "both",
        "but",
        "by",
        "came",
        "can",
        "can't",
        "cannot",
        "come",
        "could",
        "couldn't",
        "did",
        "didn't",
        "do",
        "does",
        "doesn't",
        "doing",
        "don't",
        "done",
        "down",
        "during",
        "each",
        "either",
        "else",
        "etc",
        "even",
        "ever",
        "every",
        "few",
        "for",
        "from",
        "get",
        "gets",
        "getting",
        "go",
        "goes",
        "going",
        "gone",
        "got",
        "had",
        "hadn't",
        "has",
        "hasn't",
        "have",
        "haven't",
        "having",
        "he",
        "he's",
        "hence",
        "her",
        "here",
        "hers",
        "herself",
        "him",
        "himself",
        "his",
        "how",
        "however",
        "i",
        "i'd",
        "i'll",
        "i'm",
        "i've",
        "if",
        "in",
        "into",
        "is",
        "isn't",
        "it",
        "it'd",
        "it'll",
        "it's",
        "its",
        "itself",
        "just",
        "kind",
        "let",
        "lets",
        "like",
        "may",
        "maybe",
        "me",
        "might",
        "more",
        "most",
        "much",
        "must",
        "my",
        "myself",
        "neither",
        "no",
        "nobody",
        "none",
        "nor",
        "not",
        "nothing",
        "now",
        "of",
        "off",
        "often",
        "ok",
        "okay",
        "on",
        "one",
        "ones",
        "only",
        "onto",
        "or",
        "other",
        "others",
        "our",
        "ours",
        "ourselves",
        "out",
        "over",
        "own",
        "per",
        "perhaps",
        "probably",
        "quite",
        "rather",
        "really",
        "s",
        "same",
        "shall",
        "she",
        "should",
        "shouldn't",
        "since",
        "so",
        "some",
        "somehow",
        "something",
        "sometimes",
        "sort",
        "still",
        "such",
        "t",
        "than",
        "that",
        "that's",
        "the",
        "their",
        "theirs",
        "them",
        "themselves",
        "then",
        "there",
        "there's",
        "these",
        "they",
        "they'd",
        "they'll",
        "they're",
        "they've",
        "this",
        "those",
        "though",
        "through",
        "thus",
        "to",
        "too",
        "toward",
        "towards",
        "uh",
        "um",
        "under",
        "until",
        "up",
        "upon",
        "us",
        "very",
        "via",
        "was",
        "wasn't",
        "we",
        "we'd",
        "we'll",
        "we're",
        "we've",
        "well",
        "were",
        "weren't",
        "what",
        "what's",
        "when",
        "where",
        "whether",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "without",
        "won't",
        "would",
        "wouldn't",
        "yes",
        "yet",
        "you",
        "you'd",
        "you'll",
        "you're",
        "you've",
        "your",
        "yours",
        "yourself",
        "d",
        "ll",
        "m",
        "re",
        "ve",
        "x",
        "actually",
        "basically",
        "certainly",
        "exactly",
        "generally",
        "obviously",
        "simply",
        "usually",
        "especially",
        "otherwise",
        "therefore",
        "somewhere",
    ]
)
"""Words that carry no point of their own; a phrase is told by its other words."""

_COMMON = """
    company customer data employee manager model product team user business project job person company
    able act actual add allow already always another answer anything around ask away back bad bare become begin best better big bring build call care case
    change check choose clear close come common concrete consider could create day deal decide depend describe difference different do easy end
    enough ensure everybody everyone everything example explain fact feel find first follow free full further general give good great
    group guess hand happen hard help high hold hour idea important include instead involve keep kind know large last late lead learn
    least leave less line little live long look lose lot low main make manage many matter mean mention might mind minute moment month move
    name need never new next nice number old open order particular part people percent person place plan play point possible
    practice present problem produce provide put question quick quite read ready real reason receive right run say second see seem
    send serious set several show side similar simple situation small somebody someone sound speak special specific spend
    stand start state step stop strong suppose sure take talk team tell thing think three time today together top total try turn two type
    understand use useful usual value view wait want watch way week whole wish word work world worth write wrong year
"""


def fold(word: str) -> str:
    """The word in lower case and one spelling of each letter, without accents' variants and invisible characters."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKC", word).casefold().replace("’", "'")
    return "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of a folded word; British and American spellings and irregular forms have the same one."""
    word = word.removesuffix("'s").replace("'", "")
    word = IRREGULAR.get(word, word)
    if len(word) <= 2 or not word.isascii():
        return word
    word = _american(word)
    if verb := _MADE_VERB.fullmatch(word):
        return verb[1]
    stemmed: str = _stemmer.stemWord(word)
    return stemmed[:-1] if stemmed.endswith("ll") else stemmed


# "regularize" is not about what is regular, nor "normalize" about what is normal.
_MADE_VERB = re.compile(r"(\w{3,}iz)(?:e|ed|es|er|ers|ing|able|ation|ations)")

_AMERICAN = (
    (re.compile(r"isation(s?)$"), r"ization\1"),
    (re.compile(r"(?<=\w{3})is(e|ed|es|er|ers|ing)$"), r"iz\1"),
    (re.compile(r"ys(e|ed|es|ing)$"), r"yz\1"),
    (re.compile(r"(?<=\w{2})our(?=(s|ed|ing|able|al|ite|ful|ably|hood)*$)"), "or"),
    (re.compile(r"(?<=\w{2})ogue(s?)$"), r"og\1"),
    (re.compile(r"ence(s?)$"), r"ense\1"),
    (re.compile(r"(?<=\w{2})tre(s?)$"), r"ter\1"),
    (re.compile(r"(?<=gr)amme(s?)$"), r"am\1"),
)


def _american(word: str) -> str:
    """One spelling for words that British and American English spell differently. It is applied to every word alike."""
    for pattern, replacement in _AMERICAN:
        word = pattern.sub(replacement, word)
    return word


def _senses() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for group in GROUPS:
        name = f"~{group[0]}"
        for word in group:
            if name not in found[stem(word)]:
                found[stem(word)].append(name)
    return {word: tuple(names) for word, names in found.items()}


_SENSES = _senses()


@lru_cache(maxsize=65_536)
def terms(word: str) -> tuple[str, ...]:
    """What a folded word compares by, its own stem first. Numbers are the same in words and in figures."""
    number = NUMBERS.get(word, word)
    if number.isdecimal() and number.isascii():
        return _figures(number)
    own = stem(word)
    return (own, *_SENSES.get(own, ()))


def _figures(number: str) -> tuple[str, ...]:
    """99 is also heard as ninety and nine."""
    if len(number) == 2 and number[0] > "1" and number[1] != "0":
        return (number, f"{number[0]}0", number[1])
    return (number,)


COMMON_TERMS = frozenset(stem(word) for word in _COMMON.split())
"""Stems of words that are said about anything: they show little alone."""


def is_function_word(word: str) -> bool:
    return word in FUNCTION_WORDS
