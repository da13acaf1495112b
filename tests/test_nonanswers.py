from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import prompts
from engine.grading import Feedback
from engine.nonanswers import Kind, feedback_on, kind_of
from engine.rolepack import Question, RolePack, read_packs
from tests.packs import IDEAS, small_pack

QUESTION = small_pack().question("overfitting")
PACKS = read_packs(Path(prompts.__file__).parent / "roles")

UNKNOWN = """
I don't know
i dont know.
I do not know the answer
I don’t know 😅
i don't know i don't know i don't know
Um, well, I don't really know, sorry about that
No idea, sorry
Honestly, I have absolutely no idea about this one.
I don't have a clue
I haven't got the faintest idea
not sure
I'm not sure, pass
I'm really not sure about that, sorry
Pass
skip
Skip this one please
let's skip this question
I would like to skip this
next question
I give up
Can't think of anything
I can't think of anything right now
I'm afraid I can't answer this question
dunno
idk lol
beats me
I forgot
I do not remember
I've never heard of this before
My mind went blank
I don't know what overfitting is
I don't understand the question
Could you repeat the question?
what do you mean
hint please
can I get a hint?
help
just tell me the answer please
What is the right answer?
No sé
no sé la respuesta
No tengo ni idea
Je ne sais pas, désolé
Aucune idée
Das weiß ich leider nicht
Ich habe keine Ahnung
mujhe nahi pata
pata nahi
मुझे नहीं पता
""".strip().splitlines()

GIBBERISH = """
asdfgh
asdf jkl;
sdfkjhsdkfjh sdkfjhsdf
qwertyuiop
aaaaaaaaaaaa
lalalalala
blah blah blah blah
noise noise noise noise noise
x k q w p z r
fghfghfgh
asdkjhaskdjh aksjdhaksjd
kjsdhf ksjdhfk sjdhfkjsd fhksjdhf
hjkl hjkl
wqeqwe wqewqe qweqwe
""".strip().splitlines()

OFF_TOPIC = """
hi
Hello!
good morning
how are you?
thanks
ok
lol
namaste
hola, buenos días
What's the weather like today?
order me a pizza
I want to order a pizza
tell me a joke
play some music
who won the match yesterday
are you a robot?
what's your name
I'm hungry
shut up
""".strip().splitlines()

EMPTY = ["", "   ", "...", "😀👍", "❤️", "🇩🇪", "\u200b\u200b", "?!", "—", "\n\n", "\u202e", "\ud800", "\x00", "__", "*"]

ANSWERS = """
I don't know the exact formula, but the model learns its training rows by heart
I'm not sure, maybe it memorises?
not sure but I think the test error rises
I know the answer: it fits noise.
They don't know the test rows before
Nobody knows the future, so one holds something out
I'd pass the rows through it
Drawing the curve, I would see it
hello, it is when the noise is learned
It depends
yes
no
42
0.7
p < 0.05
===
ROC curve
L2
k-fold
TCP/IP
JWT
nginx
bcrypt
tf-idf
sklearn
xgboost lightgbm catboost
EBITDA
mens rea
res ipsa loquitur
rhythm
strengths and lengths
SELECT * FROM t
SELECT name FROM users WHERE id = 1;
git rebase -i HEAD~3
kubectl get pods
def f(x): return x*x
const x = await fetch(url)
Überanpassung
Rechtsschutzversicherungsgesellschaften
Das Modell lernt die Daten auswendig.
El modelo memoriza el ruido.
Le modèle apprend le bruit par cœur.
Zbiór treningowy służy do uczenia
De trainingsset gebruik je om het model te leren, afhankelijk van de grootte
mujhe lagta hai model seekhta hai aur test se check karte hain
samajh nahi aaya lekin shayad overfitting
प्रशिक्षण डेटा से मॉडल सीखता है
训练集用于训练模型
Обучающая выборка нужна для обучения
データを三つに分ける
نقسم البيانات إلى ثلاث مجموعات
""".strip().splitlines()


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        pytest.param(UNKNOWN, "unknown", id="unknown"),
        pytest.param(GIBBERISH, "gibberish", id="gibberish"),
        pytest.param(OFF_TOPIC, "off_topic", id="off topic"),
        pytest.param(EMPTY, "empty", id="empty"),
        pytest.param(ANSWERS, None, id="answers"),
    ],
)
def test_what_is_no_answer_is_told_by_its_kind(texts: list[str], kind: Kind | None) -> None:
    assert [(text, found) for text in texts if (found := kind_of(text, QUESTION)) != kind] == []


def test_what_is_off_topic_elsewhere_is_an_answer_where_the_question_is_about_it() -> None:
    forecast = small_pack([*IDEAS, ("weather", "Data", "working")]).question("weather")
    assert kind_of("What's the weather like today?", forecast) is None
    assert kind_of("What's the weather like today?", QUESTION) == "off_topic"


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())
def test_nothing_that_a_pack_holds_for_an_answer_is_a_non_answer(pack: RolePack) -> None:
    flagged = [(text, kind) for q in pack.questions for text in _answers(q) if (kind := kind_of(text, q))]
    assert flagged == []
    assert [term.term for term in pack.glossary if kind_of(term.term, pack.questions[0])] == []


def _answers(question: Question) -> list[str]:
    points = [text for p in question.key_points for text in (p.point, *p.says, *p.misconceptions)]
    return [question.reference, *points, *(follow_up.text for follow_up in question.follow_ups)]


def test_a_long_text_is_never_unknown_or_off_topic() -> None:
    assert kind_of("I don't know. " * 100, QUESTION) is None
    assert kind_of("hello " * 200, QUESTION) == "gibberish"


@given(st.text())
def test_any_text_has_a_kind_or_none(text: str) -> None:
    assert kind_of(text, QUESTION) in (None, "unknown", "empty", "gibberish", "off_topic")


@given(st.text(alphabet=st.characters(categories=["P", "Z", "C", "So", "Sk"])))
def test_what_has_no_letter_is_empty(text: str) -> None:
    assert kind_of(text, QUESTION) == "empty"


@pytest.mark.parametrize("kind", ["unknown", "empty", "gibberish", "off_topic", "skipped"])
def test_feedback_on_a_non_answer_helps_without_praise(kind: Kind) -> None:
    feedback = feedback_on(kind)
    assert isinstance(feedback, Feedback)
    assert feedback.good == ""
    assert feedback.missing
    assert feedback.improve
    assert feedback != feedback_on("unknown" if kind != "unknown" else "skipped")
