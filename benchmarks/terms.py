"""`python -m benchmarks.terms`: how well misheard terms are found, and at what price for ordinary words."""

from __future__ import annotations

import time

from benchmarks.table import Table
from engine.terms.reading import read_terms
from tests.evals.terms.score import (
    count_traps,
    count_words,
    edits_of,
    misheard,
    ordinary_sentences,
    packs,
    prose,
    score,
    traps_sprung,
)

PER = 10_000


def main() -> None:
    for table in (speed(), found(), ordinary(), traps()):
        print(table, flush=True)


def speed() -> Table:
    """Comes first, so that nothing is remembered from earlier texts."""
    sentences = ordinary_sentences()
    rows = []
    for role, pack in packs().items():
        started = time.process_time()
        read_terms(" ".join(sentences), pack.glossary)
        taken = time.process_time() - started
        rows.append([role, str(len(pack.glossary)), f"{1000 * taken / count_words(sentences) * 1000:.0f}"])
    return Table("Speed", ["role", "terms", "CPU ms per 1,000 words"], rows)


def found() -> Table:
    head = [
        "mis-hearings",
        "the question",
        "cases",
        "recall",
        "strict recall",
        "precision",
        "wrong",
        "recall, unlisted",
    ]
    rows = []
    for part in ("tuned_on", "unseen"):
        cases = misheard(part)
        unlisted = [case for case in cases if not case.is_listed]
        for expected in (False, True):
            all_of_them, hard = score(cases, expected=expected), score(unlisted, expected=expected)
            row = [part, "asks for it" if expected else "does not", str(all_of_them.cases)]
            row += [f"{all_of_them.recall:.3f}", f"{all_of_them.strict_recall:.3f}", f"{all_of_them.precision:.3f}"]
            rows.append([*row, str(len(all_of_them.wrong)), f"{hard.recall:.3f} of {hard.cases}"])
    return Table("Terms found; unlisted: those that no pack lists as misheard", head, rows)


def ordinary() -> Table:
    """Every text under every role's glossary."""
    texts = {"ordinary sentences": list(ordinary_sentences())}
    texts |= {f"prose of {role}": list(prose(pack)) for role, pack in packs().items()}
    rows = []
    for name, lines in texts.items():
        edits = [edit for pack in packs().values() for edit in edits_of(lines, pack.glossary)]
        words = count_words(lines) * len(packs())
        named = ", ".join(dict.fromkeys(f"{edit.heard} → {edit.term}" for edit in edits))
        rows.append([name, str(words), str(len(edits)), f"{PER * len(edits) / words:.2f}", named])
    return Table("Edits where nothing was misheard", ["text", "words read", "edits", "per 10,000 words", "which"], rows)


def traps() -> Table:
    rows = []
    for part in ("tuned_on", "unseen", "contrived"):
        for expected in (False, True):
            sprung = traps_sprung(part, expected=expected)
            rows.append([part, "asks for it" if expected else "does not", str(count_traps(part)), str(len(sprung))])
    return Table("Traps", ["traps", "the question", "sentences", "changed"], rows)


if __name__ == "__main__":
    main()
