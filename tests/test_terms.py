"""A transcript is read with the role's terms in mind, and what was transcribed is kept."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rolepack import GlossaryTerm
from engine.terms.likeness import likeness
from engine.terms.reading import Edit, Reading, expected_terms, read_answer, read_terms
from engine.terms.sounds import sounds_of
from tests.evals.terms.score import ordinary_sentences, packs

K_MEANS = GlossaryTerm(term="K-means", heard_as=("came means",), near=("cluster", "centroid"))
RIDGE = GlossaryTerm(term="ridge regression", heard_as=("rich regression",))
LOGIT = GlossaryTerm(term="logit", heard_as=("log it",), near=("odds", "probit", "logistic"))
LASSO = GlossaryTerm(term="lasso", heard_as=("last so",), near=("penalty", "ridge", "regression"))
CSRF = GlossaryTerm(term="CSRF", heard_as=("sea surf",), near=("token", "cookie"))
ORM = GlossaryTerm(term="ORM", heard_as=("or em",))
HR = GlossaryTerm(term="HR", heard_as=("age are",), near=("department", "manager"))
HRIS = GlossaryTerm(term="HRIS", heard_as=("hr is",), near=("system", "payroll", "data"))
HRBP = GlossaryTerm(term="HRBP", heard_as=("hr b p",), near=("partner", "business"))
ESTOPPEL = GlossaryTerm(term="estoppel", heard_as=("a stopple",), near=("promissory", "promise"))
PROMISSORY = GlossaryTerm(term="promissory estoppel", heard_as=())
REMARKETING = GlossaryTerm(term="remarketing", heard_as=())
SAFETY = GlossaryTerm(term="psychological safety", heard_as=())
BCRYPT = GlossaryTerm(term="bcrypt", heard_as=())
SAME_SITE = GlossaryTerm(term="SameSite", heard_as=())
GLOSSARY = (K_MEANS, RIDGE, LOGIT, LASSO, CSRF, ORM, HR, HRIS, HRBP, ESTOPPEL, PROMISSORY, REMARKETING, SAFETY, BCRYPT)


def understood(text: str, *terms: GlossaryTerm, expected: tuple[GlossaryTerm, ...] = (), known: str = "") -> list[str]:
    return [f"{edit.heard} -> {edit.term}" for edit in read_terms(text, terms or GLOSSARY, expected, known).edits]


def test_what_was_transcribed_is_kept_beside_what_it_means() -> None:
    said = "I ran came means clustering, then rich regression."
    reading = read_terms(said, GLOSSARY)
    assert reading.original == said
    assert reading.edits == (Edit(6, 16, "came means", "K-means"), Edit(34, 49, "rich regression", "ridge regression"))
    assert reading.for_grader == (
        'I ran K-means [heard: "came means"] clustering, then ridge regression [heard: "rich regression"].'
    )
    assert reading.as_meant == "I ran K-means clustering, then ridge regression."
    assert reading.for_learner == ('K-means (heard: "came means")', 'ridge regression (heard: "rich regression")')


def test_the_learner_is_told_once_of_what_was_heard_twice() -> None:
    reading = read_terms("Rich regression. Yes, rich regression is rich regression.", GLOSSARY)
    assert len(reading.edits) == 3
    assert reading.for_learner == (
        'ridge regression (heard: "Rich regression")',
        'ridge regression (heard: "rich regression")',
    )


def test_a_transcript_without_mis_hearings_is_shown_as_it_is() -> None:
    said = "I would ask the manager first."
    assert read_terms(said, GLOSSARY) == Reading(said)
    assert Reading(said).for_grader == Reading(said).as_meant == said
    assert Reading(said).for_learner == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("We used kay means clustering.", ["kay means -> K-means"]),
        ("We used gay beans for each cluster and its centroid.", ["gay beans -> K-means"]),
        ("Ridge aggression shrinks the weights.", ["Ridge aggression -> ridge regression"]),
        ("In the form we send a sea surf token.", ["sea surf -> CSRF"]),
        ("It needs see ess are ef tokens in the cookie.", ["see ess are ef -> CSRF"]),
        ("The c s r f thing.", ["c s r f -> CSRF"]),
        ("The C, S, R, F thing.", ["C, S, R, F -> CSRF"]),
        ("The HR BP is a partner of the business.", ["HR BP -> HRBP"]),
        ("Promissory S topple needs a promise.", ["Promissory S topple -> promissory estoppel"]),
        ("THEY USED CAME MEANS CLUSTERING.", ["CAME MEANS -> K-means"]),
    ],
)
def test_a_term_is_told_by_its_sound(said: str, expected: list[str]) -> None:
    assert understood(said) == expected


@pytest.mark.parametrize(
    "said",
    [
        "A rich customer called.",
        "Please log it in the tracker.",
        "Extra money came, means of transport did not, and the cluster stayed empty.",
        "The letter came. Means are listed by cluster.",
        "The last so called expert left us with a penalty.",
        "I ran k-means clustering and K-Means, k means, with many centroids.",
        "Ridge regressions have a penalty; lassos and logits too.",
        "HR is close to the payroll system and its data.",
        "I would fit ridge regression or a tree to it.",
        "We plan your marketing and our marketing.",
        "There was psychological support after the accident.",
        "Or em, I forgot.",
        "",
        "…!?",
    ],
)
def test_what_means_itself_is_left_alone(said: str) -> None:
    assert understood(said) == []


def test_a_word_of_every_day_needs_more_around_it_than_an_odd_one() -> None:
    assert understood("Take the lassoo, a penalty makes it a regression near ridge.", LASSO)
    assert understood("Take the less, a penalty makes it a regression near.", LASSO) == []


def test_a_short_term_without_words_that_go_with_it_is_read_only_where_it_is_spelled() -> None:
    assert understood("The or em loads each row.", ORM, expected=(ORM,)) == []
    assert understood("The o r m loads each row.", ORM) == ["o r m -> ORM"]


def test_for_a_term_that_the_question_is_about_less_likeness_is_enough() -> None:
    said = "You should keep a hold out crew for the whole year."
    holdout = GlossaryTerm(term="holdout group")
    assert understood(said, holdout) == []
    assert understood(said, holdout, expected=(holdout,)) == ["hold out crew -> holdout group"]


def test_of_two_terms_that_sound_alike_the_one_that_the_question_is_about_comes_first() -> None:
    terms = GlossaryTerm(term="sharding"), GlossaryTerm(term="charting")
    assert understood("I prefer sharting here.", *terms) == ["sharting -> sharding"]
    assert understood("I prefer sharting here.", *terms, expected=terms[1:]) == ["sharting -> charting"]


def test_a_word_far_away_speaks_for_a_long_term_and_not_for_a_short_one() -> None:
    far = "says that there is no difference at all between the two"
    null_hypothesis = GlossaryTerm(term="null hypothesis", near=("test", "reject"))
    assert understood(f"The nell hypothesis {far} we test and reject.", null_hypothesis)
    assert understood(f"The lassoo {far} penalty of a ridge regression.", LASSO) == []
    assert understood("The lassoo and the penalty of a ridge regression.", LASSO)


def test_words_of_the_question_were_not_misheard() -> None:
    said = "I would hash them with scrypt."
    assert understood(said, BCRYPT, expected=(BCRYPT,)) == ["scrypt -> bcrypt"]
    assert understood(said, BCRYPT, expected=(BCRYPT,), known="Argon2id, bcrypt or scrypt are slow.") == []


def test_a_term_that_is_right_is_not_made_longer_by_its_neighbours() -> None:
    said = "I would fit Platt scaling or isotonic regression on a separate set."
    platt = GlossaryTerm(term="Platt scaling", near=("isotonic",))
    assert understood(said, platt, expected=(platt,)) == []


def test_a_term_that_was_written_apart_is_the_term() -> None:
    assert understood("The same site cookie.", SAME_SITE) == []


def test_other_scripts_and_accents_are_left_alone() -> None:
    assert understood("मैंने क्लस्टरिंग cluster का उपयोग किया, Кластеры и центроиды; été, naïve.") == []


def test_a_questions_terms_are_those_in_its_text_its_answer_and_its_key_points() -> None:
    pack = packs()["law"]
    question = next(question for question in pack.questions if "mens rea" in question.reference)
    expected = {term.term for term in expected_terms(question, pack.glossary)}
    assert "mens rea" in expected
    assert "Hadley v Baxendale" not in expected


def test_an_answer_is_read_with_what_its_question_is_about() -> None:
    pack = packs()["law"]
    question = next(question for question in pack.questions if "mens rea" in question.reference)
    reading = read_answer("The mens rhea is what was in his mind.", pack, question)
    assert reading.for_grader == 'The mens rea [heard: "mens rhea"] is what was in his mind.'
    assert read_answer(question.reference, pack, question).edits == ()


@given(st.lists(st.sampled_from([*GLOSSARY[0].heard_as, *"abcK.,9é(", "came", "means", "rich", "regression"])))
@settings(max_examples=150, deadline=None)
def test_edits_are_spans_of_the_original_that_do_not_overlap(pieces: list[str]) -> None:
    reading = read_terms(" ".join(pieces), GLOSSARY, (K_MEANS,))
    at = 0
    for edit in reading.edits:
        assert at <= edit.start < edit.end
        assert reading.original[edit.start : edit.end] == edit.heard
        at = edit.end
    assert reading.for_grader.count("[heard: ") == len(reading.edits)


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    assert read_terms(text, GLOSSARY, GLOSSARY).original == text


def test_a_thousand_words_are_read_within_a_second() -> None:
    words = " ".join(ordinary_sentences()).split()[:1000]
    for pack in packs().values():
        started = time.process_time()
        read_terms(" ".join(words), pack.glossary)
        assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rights", "writes"),
        ("knew", "new"),
        ("sea", "see"),
        ("QL", "cue el"),
        ("BM", "be em"),
        ("360", "three sixty"),
        ("42", "forty two"),
        ("B2B", "be two be"),
        ("100", "one hundred"),
        ("2024", "two zero two four"),
        ("phone", "fone"),
        ("made", "maid"),
    ],
)
def test_what_sounds_the_same_is_written_with_the_same_sounds(one: str, other: str) -> None:
    assert sounds_of(one) == "".join(map(sounds_of, other.split()))


@pytest.mark.parametrize(
    ("closer", "farther"),
    [("bagging backing", "bagging lagging"), ("churn chern", "churn corn"), ("tort taught", "tort port")],
)
def test_what_ears_confuse_is_more_alike(closer: str, farther: str) -> None:
    assert likeness(*map(sounds_of, closer.split())) > likeness(*map(sounds_of, farther.split()))


@given(st.text("ptkaiosrn", max_size=8), st.text("ptkaiosrn", max_size=8), st.floats(0, 1))
@settings(deadline=None)
def test_giving_up_early_changes_no_likeness_that_is_enough(one: str, other: str, least: float) -> None:
    whole = likeness(one, other)
    assert likeness(one, other, least) == (whole if whole >= least else 0.0)
    assert likeness(one, one) == 1.0
    assert likeness(other, one) == pytest.approx(whole)
