"""The desk: everything a worker needs, and what becomes of a piece of work when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.ports import Channel, Grader, Interviewer, Lanes, Library, Listener
from engine.rolepack import RolePacks


@dataclass(frozen=True)
class Desk:
    """`listener` is None where nobody can hear; `channels` are by name."""

    packs: RolePacks
    interviewer: Interviewer
    grader: Grader
    listener: Listener | None
    lanes: Lanes
    library: Library
    channels: Mapping[str, Channel]
