import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.hearing.transcripts import clean, is_hallucination

ANSWER = "K-means puts every point into the nearest group and then moves the centres until nothing changes."
PROMPT = (
    "A spoken answer in a job interview for a data scientist. The question was: What is the difference between K-means "
    "clustering and DBSCAN? Terms: K-means clustering, bias-variance tradeoff, gradient descent, DBSCAN."
)
KEYWORDS = ("K-means clustering", "bias-variance tradeoff", "gradient descent", "DBSCAN", "silhouette score")

VIDEO_ENDINGS = [
    "Thank you for watching!",
    "Thanks for watching.",
    "Please subscribe to my channel.",
    "Thank you. Thanks for watching! Bye.",
    "Subtitles by the Amara.org community",
    "Untertitel der Amara.org-Community",
    "Sous-titres réalisés para la communauté d'Amara.org",
    "Untertitelung des ZDF, 2020",
    "Merci d'avoir regardé cette vidéo !",
    "¡Gracias por ver el video!",
    "Obrigado por assistir!",
    "Sottotitoli creati dalla comunità Amara.org",
    "Napisy stworzone przez społeczność Amara.org",
    "Субтитры сделал DimaTorzok",
    "Продолжение следует...",
    "Izlediğiniz için teşekkür ederim.",
    "اشتركوا في القناة",
    "देखने के लिए धन्यवाद",
    "ご視聴ありがとうございました。",
    "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
    "시청해주셔서 감사합니다.",
]
SHORT_ANSWERS = [
    "Thank you.",
    "Yes",
    "Yes.",
    "No.",
    "I don't know.",
    "Okay.",
    "Bye.",
    "Precision and recall.",
    "Gracias.",
    "谢谢",
]


@pytest.mark.parametrize("text", VIDEO_ENDINGS)
def test_what_recognisers_write_over_silence_is_no_answer(text: str) -> None:
    assert is_hallucination(text, 6.0)
    assert is_hallucination(text, 6.0, speech_seconds=2.0)


@pytest.mark.parametrize(
    "text", ["", "  ", "...", "[MUSIC]", "(applause) ♪ ♪", "*sighs*", "[BLANK_AUDIO]", "<|nospeech|>"]
)
def test_a_transcript_without_words_is_no_answer(text: str) -> None:
    assert clean(text) in ("", "...")
    assert is_hallucination(text, 6.0, speech_seconds=3.0)


@pytest.mark.parametrize("text", SHORT_ANSWERS)
def test_a_short_answer_that_was_really_spoken_is_believed(text: str) -> None:
    assert not is_hallucination(text, 1.2, speech_seconds=0.6)
    assert not is_hallucination(text, 8.0, speech_seconds=0.8), "after thinking for a while"
    assert not is_hallucination(text, 1.2, speech_seconds=None), "in loud noise"


@pytest.mark.parametrize("text", ["you", "Thank you.", "Bye.", "Thank you. Thank you. Bye.", "Gracias.", "谢谢大家"])
def test_a_doubtful_word_needs_a_sound_that_fits_it(text: str) -> None:
    assert is_hallucination(text, 10.0, speech_seconds=0.0), "silence"
    assert is_hallucination(text, 40.0, speech_seconds=30.0), "half a minute of something else"
    assert is_hallucination(text, 40.0, speech_seconds=None), "a long loud noise"


def test_an_ordinary_answer_is_believed() -> None:
    assert not is_hallucination(ANSWER, 8.0, speech_seconds=6.5, prompt=PROMPT, keywords=KEYWORDS)


def test_nobody_speaks_faster_than_seven_words_a_second() -> None:
    forty_words = " ".join(f"word{number}" for number in range(40))
    assert is_hallucination(forty_words, 5.0)
    assert not is_hallucination(forty_words, 8.0)


def test_a_long_text_cannot_come_out_of_a_cough() -> None:
    assert is_hallucination(ANSWER, 20.0, speech_seconds=0.3)


def test_languages_without_spaces_are_timed_too() -> None:
    japanese = "クラスタリングは似たものをまとめる方法です"
    assert not is_hallucination(japanese, 3.0, speech_seconds=2.6)
    assert is_hallucination(japanese, 0.9)


@pytest.mark.parametrize("phrase", ["I'm going to the store. ", "and then the ", "クラスタリング", "no "])
def test_a_phrase_over_and_over_again_is_no_answer(phrase: str) -> None:
    assert is_hallucination(phrase * 20, 60.0, speech_seconds=50.0)


def test_an_answer_before_a_loop_is_kept_and_the_loop_is_not() -> None:
    text = f"{ANSWER} " + "Thank you so much. " * 20
    assert not is_hallucination(text, 30.0, speech_seconds=8.0)
    assert clean(text) == f"{ANSWER} Thank you so much."


def test_emphasis_is_no_loop() -> None:
    text = "No, no, no, no. It is very, very important, very important, really."
    assert clean(text) == text
    assert not is_hallucination(text, 6.0, speech_seconds=5.0)


def test_the_prompt_read_back_is_no_answer_however_loud_it_is() -> None:
    assert is_hallucination(PROMPT, 20.0, speech_seconds=15.0, prompt=PROMPT)
    assert is_hallucination(f"{PROMPT} {PROMPT}", 30.0, speech_seconds=25.0, prompt=PROMPT)


def test_a_part_of_the_context_without_the_sound_for_it_is_no_answer() -> None:
    part = "K-means clustering, bias-variance tradeoff, gradient descent"
    assert is_hallucination(part, 6.0, speech_seconds=0.4, keywords=KEYWORDS)
    assert is_hallucination(part, 60.0, speech_seconds=50.0, prompt=PROMPT)


def test_the_expected_terms_may_be_the_answer() -> None:
    spoken = "K-means clustering, bias-variance tradeoff, gradient descent"
    assert not is_hallucination(spoken, 6.0, speech_seconds=4.0, prompt=PROMPT, keywords=KEYWORDS)


def test_a_question_that_is_repeated_before_the_answer_is_an_answer() -> None:
    text = f"What is the difference between K-means clustering and DBSCAN? {ANSWER}"
    assert not is_hallucination(text, 14.0, speech_seconds=11.0, prompt=PROMPT, keywords=KEYWORDS)


def test_credits_and_farewells_around_an_answer_are_taken_away() -> None:
    assert (
        clean(f"Untertitel von Stephanie Geiges. {ANSWER} Thanks for watching! Subtitles by the Amara.org community")
        == ANSWER
    )


@pytest.mark.parametrize(
    "text",
    [
        "I would end the video with thanks for watching and a link.",
        "Our users said thank you.",
        "Captions by default make a video accessible.",
        "I worked at Radio-Canada for two years.",
        "Music (the streaming market) grew by ten percent [source: IFPI].",
        "It costs 10:30 to 11:45, so to say.",
    ],
)
def test_what_an_answer_says_about_such_things_stays(text: str) -> None:
    assert clean(text) == text
    assert not is_hallucination(text, 6.0, speech_seconds=4.5)


def test_named_sounds_and_time_stamps_are_taken_out() -> None:
    assert clean(
        "[00:00:01.000 --> 00:00:04.000] [Music] Well (laughs), <|en|> gradient ♪ descent *clears throat*"
    ) == ("Well , gradient descent")


def test_invisible_letters_are_taken_out_and_words_keep_their_shape() -> None:
    assert clean("a\x00b\u202ec\ud800d\ufeff\n\te\u0301") == "a bcd é"
    assert clean("\u0645\u06cc\u200c\u062e") == "\u0645\u06cc\u200c\u062e"


@given(st.text(max_size=300))
def test_any_text_can_be_cleaned_and_what_is_clean_stays_so(text: str) -> None:
    once = clean(text)
    once.encode("utf-8")
    assert "\x00" not in once
    assert once == " ".join(once.split())
    assert isinstance(is_hallucination(text, 5.0, speech_seconds=2.0, prompt=text, keywords=[text]), bool)
