"""Grading one revision of one answer, in the background, while the learner thinks about the next question."""

from __future__ import annotations

from engine import plan
from engine.grading import About, Grade, GradingTask, by_rule, lacks_evidence, settle
from engine.interview import Exchange, Interview
from engine.nonanswers import feedback_on, kind_of
from engine.ports import Effects, Graded, Grader, Job
from engine.work.desk import Desk
from engine.work.kinds import answer_codec, score_lane


async def grade_answer(job: Job, desk: Desk) -> None:
    """Stores the grade; nothing when the answer has another revision by now. Raises Unavailable while the grader
    cannot."""
    answer = answer_codec.validate_json(job.work.payload)
    interview = await desk.library.interview(answer.interview)
    exchange = _exchange(interview, answer.number)
    effects = Effects()
    if interview and exchange and exchange.revision == answer.revision and exchange.grade is None:
        grade = await judge(task_of(interview, exchange), exchange.skipped, desk.grader)
        effects = Effects(
            graded=Graded(interview.id, exchange.number, exchange.revision, grade), wake=(score_lane(interview.id),)
        )
    await desk.lanes.done(job, effects)


async def judge(task: GradingTask, skipped: bool, grader: Grader) -> Grade:
    """What is no answer gets the lowest grade by rule; the rest is the grader's to assess, twice if its quotes are
    not in the answer."""
    kind = "skipped" if skipped else kind_of(task.answer, task.question)
    if kind:
        return by_rule(task, feedback_on(kind))
    assessment = await grader.assess(task)
    if lacks_evidence(assessment, task):
        assessment = await grader.assess(task)
    return settle(assessment, task)


def task_of(interview: Interview, exchange: Exchange) -> GradingTask:
    return GradingTask(
        about=About(interview.conversation, interview.id),
        pack=interview.pack,
        question=interview.question(exchange),
        asked=exchange.asked,
        required=plan.required(interview, exchange),
        answer=exchange.answer,
        hints=exchange.hints,
        spoken=any(part.heard for part in exchange.parts),
    )


def _exchange(interview: Interview | None, number: int) -> Exchange | None:
    return next((e for e in interview.exchanges if e.number == number), None) if interview else None
