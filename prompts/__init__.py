"""Prompts and role packs: data that the engine reads. Learners' words never become part of a prompt's text, only of
its data."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent
ROLES = FOLDER / "roles"


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def prompt(name: str, **values: str) -> str:
    """The text of `prompts/<name>.md` with its `$variables` filled in. Raises KeyError that names a missing one."""
    return _template(name).substitute(values)
