"""What an evaluation costs: a ledger that adds up, without a database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.evaluation.rows import Row
from engine.ports import ModelCall


@dataclass(frozen=True)
class Bill:
    """Paid calls. `dollars` is without the `unpriced` calls, for which no price is known."""

    calls: int
    input_tokens: int
    output_tokens: int
    dollars: float
    unpriced: int


@dataclass
class Spending:
    """A Ledger. A call names its row as the interview that it is for."""

    calls: list[ModelCall] = field(default_factory=list)

    async def record_call(self, call: ModelCall) -> None:
        self.calls.append(call)

    def on(self, rows: Iterable[Row]) -> Bill:
        ids = {row.id for row in rows}
        calls = [call for call in self.calls if call.about.interview in ids]
        return Bill(
            calls=len(calls),
            input_tokens=sum(call.input_tokens for call in calls),
            output_tokens=sum(call.output_tokens for call in calls),
            dollars=sum(call.cost or 0.0 for call in calls),
            unpriced=sum(call.cost is None for call in calls),
        )
