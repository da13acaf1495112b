"""The models that the fake OpenAI offers, with the shutdown dates OpenAI has announced."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tests.loopback.openai_requests import Json, Refused

Job = Literal["chat", "transcription", "speech"]
TODAY = date(2026, 11, 24)


@dataclass(frozen=True)
class OfferedModel:
    """`reasons`: a reasoning model, which bills hidden tokens and refuses sampling parameters while it reasons."""

    id: str
    does: Job
    shutdown_date: date | None = None
    reasons: bool = False
    owned_by: str = "openai"
    created: int = 1_780_000_000

    def as_json(self) -> Json:
        return {
            "id": self.id,
            "object": "model",
            "created": self.created,
            "owned_by": self.owned_by,
            "shutdown_date": self.shutdown_date and self.shutdown_date.isoformat(),
        }


class Catalogue:
    """The models on offer on one day. Those past their shutdown date are gone, as at OpenAI."""

    def __init__(self, today: date = TODAY) -> None:
        self.today = today
        self._models = {model.id: model for model in OFFERED}

    def __iter__(self) -> Iterator[OfferedModel]:
        return (model for model in self._models.values() if not self._is_gone(model))

    def offer(self, model: OfferedModel) -> None:
        self._models[model.id] = model

    def withdraw(self, model_id: str) -> None:
        del self._models[model_id]

    def find(self, model_id: str) -> OfferedModel:
        model = self._models.get(model_id)
        if model is None:
            raise not_found(model_id)
        if self._is_gone(model):
            raise Refused(404, f"The model `{model_id}` has been deprecated.", code="model_not_found", param="model")
        return model

    def find_for(self, job: Job, model_id: str) -> OfferedModel:
        model = self.find(model_id)
        if model.does != job:
            raise Refused(404, f"This is not a {job} model and thus not supported at this endpoint.", param="model")
        return model

    def _is_gone(self, model: OfferedModel) -> bool:
        return model.shutdown_date is not None and model.shutdown_date <= self.today


def not_found(model_id: str, violation: bool = True) -> Refused:
    message = f"The model `{model_id}` does not exist or you do not have access to it."
    return Refused(404, message, code="model_not_found", param="model", violation=violation)


OFFERED = (
    OfferedModel("gpt-6-luna", "chat", reasons=True),
    OfferedModel("gpt-6.1-terra", "chat", reasons=True),
    OfferedModel("gpt-6.1-sol", "chat", reasons=True),
    OfferedModel("gpt-5-mini", "chat", date(2026, 12, 11), reasons=True),
    OfferedModel("gpt-4o-mini", "chat", date(2027, 1, 14)),
    OfferedModel("gpt-4", "chat", date(2026, 10, 23)),
    OfferedModel("gpt-transcribe", "transcription"),
    OfferedModel("whisper-1", "transcription", date(2027, 2, 26)),
    OfferedModel("gpt-4o-transcribe", "transcription", date(2027, 2, 26)),
    OfferedModel("gpt-4o-mini-transcribe", "transcription", date(2027, 2, 26)),
    OfferedModel("gpt-4o-mini-tts", "speech", date(2027, 1, 6)),
    OfferedModel("tts-1", "speech", date(2027, 1, 6)),
)
