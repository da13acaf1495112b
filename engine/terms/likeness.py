"""How alike two stretches of sound are. What ears confuse is cheap: one vowel for another, p for b, an h not heard.

Sounds are written as in `engine.terms.letters`.
"""

from __future__ import annotations

from functools import lru_cache

_VOWELS = frozenset("iIeEaAOouUV@YWJ")
_CONSONANTS = frozenset("pbtdkgfvTDszSZCjmnNlrwyh")

# What it costs to hear one sound for the other, for pairs that are confused more easily than others.
_CONFUSED = {
    0.15: "V@ @I @E @A @a oO aA AO AV uU iI",
    0.2: "pb td kg sz fv SZ Cj TD nN",
    0.3: "Tt Dd Tf Dv lr wv jZ CS IE Ee Ea eE Vo VO aV @U @O UV uo EV",
    0.45: "mn sS zZ Ts Dz bv pf wr Ct jd Nm ie Yi Ye YA WA Wo OJ",
    0.6: "pt tk pk bd dg bg fs vz sT kN gN bm dn hf yj",
}
_VOWEL_FOR_VOWEL = 0.4
_CONSONANT_FOR_CONSONANT = 1.0
_VOWEL_FOR_CONSONANT = 1.2

# What it costs to miss a sound, or to hear one that is not there.
_MISSED = {**dict.fromkeys(_VOWELS, 0.5), **dict.fromkeys(_CONSONANTS, 0.9)}
_MISSED |= {"@": 0.35, "I": 0.4, "h": 0.4, "y": 0.4, "w": 0.6, "r": 0.45}


@lru_cache(maxsize=65_536)
def likeness(heard: str, meant: str, least: float = 0.0) -> float:
    """1 for the same sounds; 0 for nothing in common, or as soon as it is sure to be below `least`."""
    whole = max(mass(heard), mass(meant), 1.0)
    alike = 1 - _distance(heard, meant, (1 - least) * whole) / whole
    return alike if alike >= least else 0.0


@lru_cache(maxsize=65_536)
def mass(sounds: str) -> float:
    """How much there is to hear: about 1 a consonant and 1/2 a vowel."""
    return sum(_MISSED[sound] for sound in sounds)


def _distance(heard: str, meant: str, most: float) -> float:
    """The cheapest way from one to the other (Levenshtein's, weighted), or more than `most`."""
    steps = [(sound, _MISSED[sound]) for sound in meant]
    above = [0.0]
    for _, missed in steps:
        above.append(above[-1] + missed)
    for sound in heard:
        swaps, added = _SWAPS[sound], _MISSED[sound]
        left = above[0] + added
        row = [left]
        for at, (other, missed) in enumerate(steps):
            left = min(above[at] + swaps[other], above[at + 1] + added, left + missed)
            row.append(left)
        if min(row) > most:
            return most + 1
        above = row
    return above[-1]


def _swaps() -> dict[str, dict[str, float]]:
    """By the one sound and the other, what it costs to hear one for the other."""
    everything = sorted(_VOWELS | _CONSONANTS)
    swaps = {one: {other: _unlike(one, other) for other in everything} for one in everything}
    for cost, pairs in _CONFUSED.items():
        for pair in pairs.split():
            one, other = pair[0], pair[1]
            swaps[one][other] = swaps[other][one] = cost
    return swaps


def _unlike(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if (one in _VOWELS) != (other in _VOWELS):
        return _VOWEL_FOR_CONSONANT
    return _VOWEL_FOR_VOWEL if one in _VOWELS else _CONSONANT_FOR_CONSONANT


_SWAPS = _swaps()
