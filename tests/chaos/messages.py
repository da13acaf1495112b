"""Whether everything that Viva recorded as said was said, in the right place, and the scorecard once and last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.chaos.kept import Interview, Sending
from tests.chaos.learners import Learner, Said, Shown
from tests.loopback.slack import FakeSlack

CARD, UNGRADED = "Scorecard: ", "not graded yet"
FAREWELL = "Thank you, that was the interview"


def problems(learner: Learner, interview: Interview, sendings: Sequence[Sending]) -> Iterator[str]:
    shown = {message.ref: message for message in learner.shown()}
    lost = [sending for sending in sendings if not sending.refs or not shown.keys() >= set(sending.refs)]
    if lost:
        yield f"{[sending.work for sending in lost]} are not in the learner's place"
        return
    said = {shown[ref].first for ref in _recorded(sendings)}
    yield from (
        f"was told what nobody recorded: {c.first[:80]!r}" for c in copies(learner, sendings) if c.first not in said
    )
    cards = [sending for sending in sendings if CARD in shown[sending.refs[0]].first]
    own = [sending for sending in cards if not _asked_for_again(learner, sending, sendings, shown)]
    if [sending.work for sending in own] != [f"scorecard:{interview.id}"]:
        yield f"has these scorecards: {[sending.work for sending in own]}"
        return
    yield from _last(learner, [shown[ref] for ref in own[0].refs], sendings, shown)


def copies(learner: Learner, sendings: Sequence[Sending]) -> list[Shown]:
    """Messages that went out but were not recorded, because somebody died or the line broke: they were said again."""
    recorded = _recorded(sendings)
    return [message for message in learner.shown() if message.ref not in recorded]


def after_the_end(learner: Learner, sendings: Sequence[Sending]) -> list[Shown]:
    """Those copies that came after the scorecard."""
    card = {ref for sending in sendings if sending.work.startswith("scorecard:") for ref in sending.refs}
    end = max((message.position for message in learner.shown() if message.ref in card), default=0)
    return [message for message in copies(learner, sendings) if message.position > end]


def _recorded(sendings: Sequence[Sending]) -> set[str]:
    return {ref for sending in sendings for ref in sending.refs}


def _last(
    learner: Learner, card: Sequence[Shown], sendings: Sequence[Sending], shown: dict[str, Shown]
) -> Iterator[str]:
    """Nothing comes after the scorecard but replies to what the learner said too late; in the end all is graded."""
    end = max(message.position for message in card)
    for sending in sendings:
        after = [shown[ref] for ref in sending.refs if shown[ref].position > end]
        if after and not _answers_the_late(learner, sending, sendings, shown):
            yield f"was told after the scorecard: {after[0].text[:80]!r}"
    if any(UNGRADED in message.text for message in card):
        yield "has a scorecard with a grade missing"


def _asked_for_again(learner: Learner, card: Sending, sendings: Sequence[Sending], shown: dict[str, Shown]) -> bool:
    """Whether the learner asked for the scorecard when the interview was over already: then it is shown once more."""
    cause = _cause(learner, card)
    return cause is not None and cause.what == "grade" and _answers_the_late(learner, card, sendings, shown)


def _answers_the_late(learner: Learner, sending: Sending, sendings: Sequence[Sending], shown: dict[str, Shown]) -> bool:
    """Whether it replies to something that Viva may have had only after what ended the interview."""
    farewell = next(each for each in sendings if FAREWELL in shown[each.refs[0]].first)
    ending, replied = _cause(learner, farewell), _cause(learner, sending)
    return bool(ending and replied and replied is not ending and not learner.before(replied, ending))


def _cause(learner: Learner, sending: Sending) -> Said | None:
    return next((said for said in learner.said if sending.work.startswith(f"{said.event}/")), None)


def strangers_words(learner: Learner, learners: Sequence[Learner]) -> Iterator[str]:
    """What another learner said, in this one's place."""
    everything = "\n".join(message.first + message.text for message in learner.shown())
    for other in learners:
        if other is not learner and f"{other.name} number" in everything:
            yield f"was shown what {other.name} said"


def strays(slack: FakeSlack, learners: Sequence[Learner]) -> Iterator[str]:
    """What Viva says in Slack outside of the learners' threads."""
    placed = {message.ref for learner in learners if learner.platform == "Slack" for message in learner.shown()}
    for channel in slack.workspace.channels.values():
        for message in channel.log:
            if message.by_app and message.ts not in placed:
                yield f"said in no learner's thread of {channel.title}: {message.shown[:80]!r}"
