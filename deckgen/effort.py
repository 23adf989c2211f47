"""What a user asks of a run: how cards are proved, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Trust(StrEnum):
    """Whether checks may run where they cannot be confined."""

    NONE = "none"
    GIVEN = "given"


class OnFailure(StrEnum):
    """What becomes of a run once a card has failed."""

    GO_ON = "go on"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Effort:
    """How cards are proved: by how many workers (None: one per core), and with the outcomes known to which file.

    `sqlalchemy`, `databases` and `timeout` stand for the deck's own where they are given; `environments` is the folder
    of the interpreters that are made. Of mutants nothing is known.
    """

    workers: int | None = None
    sqlalchemy: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    timeout: float | None = None
    environments: str = "build/.cache/environments"
    trust: Trust = Trust.NONE
    cache: str | None = None
    on_failure: OnFailure = OnFailure.GO_ON
    mutate: bool = False
