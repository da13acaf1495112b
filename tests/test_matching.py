from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.claims import quote_against
from engine.grading import quoted_in
from engine.matching import LONGEST_READ, WINDOW, quote_for, read
from engine.vocabulary import stem, terms

MEDIAN = ("report the median", "median is robust")
NO_PEEKING = ("not stop early",)
FILLER = "and then we went on with other business for quite a while there"


@pytest.mark.parametrize(
    ("says", "answer", "quote"),
    [
        ("report the median", "I'd rather be reporting medians here.", "reporting medians"),
        ("median is robust", "Robust as it is, the median hardly moves.", "Robust as it is, the median"),
        ("regularise the weights", "We use regularization of weights.", "regularization of weights"),
        ("regularization of weights", "I would regularise its weight.", "regularise its weight"),
        ("modelling of behaviour", "Modeling their behavior comes next.", "Modeling their behavior"),
        ("customers buy again", "The client bought it again, purchases it each month.", "client bought"),
        ("ninety nine percent", "It gets 99% of them.", "99%"),
        ("99 percent", "It gets ninety-nine percent.", "ninety-nine percent"),
        ("calibration curve", "I plot a calibraton curve.", "calibraton curve"),
        (
            "heteroscedasticity of residuals",
            "The residuals show heteroskedasticity.",
            "residuals show heteroskedasticity",
        ),
        ("avoid overfitting models", "The model is over fitting, we avoid that.", "model is over fitting, we avoid"),
        ("sign up page", "The signup page is long.", None),
        ("proxy label or target", "Take an early proxy as the label.", "proxy as the label"),
        ("proxy label or target", "Take an early proxy as the target.", "proxy as the target"),
        ("proxy label or target", "Take an early proxy.", None),
    ],
)
def test_a_phrase_is_found_in_any_order_inflection_and_spelling(says: str, answer: str, quote: str | None) -> None:
    assert quote_for(says, answer) == quote


def test_the_words_of_a_phrase_must_stand_close_together_in_one_sentence() -> None:
    assert quote_for("report median", f"I report things {FILLER}, such as a median") is None
    assert quote_for("report median", "I write a report. A median is a number.") is None
    assert len(FILLER.split()) >= WINDOW


def test_the_first_phrase_that_is_said_is_quoted() -> None:
    assert quote_for(MEDIAN, "The median is the most robust one.") == "median is the most robust"
    assert quote_for(MEDIAN, "I would look at the mean.") is None


@pytest.mark.parametrize(
    "answer",
    [
        "I would not report the median.",
        "You should never report a median.",
        "We don't report medians.",
        "dont report the median",
        "I'd go without reporting the median.",
        "I would report the mean rather than the median.",
        "Reporting the median is not necessary.",
        "I don't think one should report the median.",
    ],
)
def test_a_negated_point_does_not_count(answer: str) -> None:
    assert quote_for(MEDIAN, answer) is None


@pytest.mark.parametrize(
    "answer",
    [
        "No, I would report the median.",
        "Not only would I report the median, I would plot it.",
        "The mean does not tell much, but I report the median.",
        "I report the median because it is not affected by extremes.",
        "There is no doubt that you report the median.",
        "I wouldn't report the median until I have seen the data.",
        "I plot everything, so that nobody has to report the median by hand.",
    ],
)
def test_a_negation_elsewhere_does_not_flip_the_point(answer: str) -> None:
    assert quote_for(MEDIAN, answer) is not None


def test_a_negative_phrase_wants_a_negation() -> None:
    assert quote_for(NO_PEEKING, "I would never stop the test early.") == "stop the test early"
    assert quote_for(NO_PEEKING, "It's important not to stop too early.") == "stop too early"
    assert quote_for(NO_PEEKING, "I would stop the test early.") is None
    assert quote_for("outcomes, not outputs", "It is about outcomes rather than outputs.") is not None


@pytest.mark.parametrize(
    ("says", "answer"),
    [
        ("employer pays", "The employee pays."),
        ("valid contract", "An invalid contract, that is."),
        ("supervised learning", "It is unsupervised learning."),
        ("contract terms", "In contrast, the terms."),
    ],
)
def test_words_that_look_alike_and_mean_another_thing_are_kept_apart(says: str, answer: str) -> None:
    assert quote_for(says, answer) is None


def test_what_is_regular_is_not_regularised() -> None:
    assert stem("regularization") == stem("regularise") != stem("regular")
    assert set(terms("bought")) & set(terms("purchasing"))
    assert not set(terms("increase")) & set(terms("decrease"))


@pytest.mark.parametrize(
    ("answer", "claimed"),
    [
        ("It means that with three percent probability the null hypothesis is true.", True),
        ("There's a three percent probability the null hypothesis would be true", True),
        ("Many see a three percent probability that the null is true, but that is wrong.", False),
        ("It is a mistake to say there is a three percent probability that the null is true.", False),
        ("There is not a three percent probability that the null is true.", False),
        ("A three percent probability that the null is true? A myth.", False),
        ("The probability is three percent. The null is true or not.", False),
    ],
)
def test_a_misconception_counts_when_it_is_claimed_and_not_when_it_is_rejected(answer: str, claimed: bool) -> None:
    found = quote_against(["three percent probability null is true"], answer)
    assert (found is not None) is claimed
    assert found is None or quoted_in(found, answer)


def test_the_order_of_words_matters_for_a_misconception() -> None:
    assert quote_against(["server blocks the browser"], "The server blocks the browser here.") is not None
    assert quote_against(["server blocks the browser"], "The browser blocks it unless the server allows it.") is None


HOSTILE = [
    "report\x00the\x00median",
    "report\ud800 the median",
    "re\u200bport the med\u200bian",
    "\u202ereport the median\u202c",
    "\ufb01rst report the \uff4dedian",
    "report the média\u0301n median\u0301",
    "REPORT THE MEDİAN, report the median",
    "½ report the median ² ①",
]


@pytest.mark.parametrize("answer", HOSTILE)
def test_hostile_text_is_read_and_quoted_as_it_stands(answer: str) -> None:
    quote = quote_for(MEDIAN, answer)
    assert quote is not None
    assert quote in answer
    assert quoted_in(quote, answer)


_PIECES = st.sampled_from(
    [
        "report",
        "the",
        "median",
        "not",
        "Robust",
        "médian",
        "e\u0301",
        "\u200b",
        "\ud800",
        "\x00",
        "’",
        "½",
        "ß",
        "%",
        "\u0301",
    ]
)


@given(st.lists(_PIECES | st.text(max_size=3), max_size=30), st.sampled_from(["", " ", ".", "\n", "-"]))
def test_whatever_is_quoted_stands_in_the_answer(pieces: list[str], gap: str) -> None:
    answer = gap.join(pieces)
    quote = quote_for((*MEDIAN, "not robust median"), answer)
    assert quote is None or (quote in answer and quoted_in(quote, answer))


@settings(max_examples=50)
@given(st.text())
def test_any_text_is_read(text: str) -> None:
    passage = read(text)
    assert all(text[start:end] for start, end in passage.spans)


@pytest.mark.parametrize(
    "unit", ["never report the median ", "robust ", "a'", "e\u0301", "数据 ", ".", "\n", "médian-", "x" * 50_000 + " "]
)
def test_a_million_characters_take_no_longer_than_a_moment(unit: str) -> None:
    answer = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    before = time.perf_counter()
    quote_for((*MEDIAN, "not robust median", "calibration of probabilities"), answer)
    assert time.perf_counter() - before < 3
    assert len(read(answer).words) <= LONGEST_READ
