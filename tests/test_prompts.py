"""Prompts are texts with variables, and whoever forgets one hears its name."""

from __future__ import annotations

import pytest

from prompts import prompt


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(KeyError, match="persona"):
        prompt("interviewer", title="Law")


@pytest.mark.parametrize(
    ("name", "variables"), [("interviewer", ("title", "persona")), ("grader", ("title", "criteria", "bands"))]
)
def test_every_variable_is_filled_in_as_it_stands(name: str, variables: tuple[str, ...]) -> None:
    values = {variable: f"<{variable}: $5, ${{title}}, {{braces}}, %s>" for variable in variables}
    text = prompt(name, **values)
    assert all(value in text for value in values.values())
    for value in values.values():
        text = text.replace(value, "")
    assert "$" not in text, "nothing else is a variable"
    assert "your_last_try_was_refused_because" in text, "a repair is explained"
