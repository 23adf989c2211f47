"""What a user asks of a run: how cards are proved, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Trust(StrEnum):
    """Whether checks may run where they cannot be confined."""

    NONE = "none"
    GIVEN = "given"


class OnFailure(StrEnum):
    """What becomes of a run once a card has failed."""

    GO_ON = "go on"
    STOP = "stop"


class Access(StrEnum):
    """What a run does with the outcomes that are known."""

    READ_WRITE = "read and write"
    READ_ONLY = "read only"


@dataclass(frozen=True, slots=True)
class Effort:
    """How cards are proved: by how many workers (None: one per core), and with the outcomes known to which cache.

    `sqlalchemy`, `databases` and `timeout` stand for the deck's own where they are given; `environments` is the folder
    of the interpreters that are made. `cache` is the path of a file, or the URL of a database as SQLAlchemy writes it,
    which may hold a password and so is not shown. Of mutants nothing is known. `executor` is a name of
    `executors.EXECUTORS`, and `scheduler` the address of the cluster that it is to use, None for one of its own.
    """

    workers: int | None = None
    sqlalchemy: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    timeout: float | None = None
    environments: str = "build/.cache/environments"
    trust: Trust = Trust.NONE
    cache: str | None = field(default=None, repr=False)
    access: Access = Access.READ_WRITE
    on_failure: OnFailure = OnFailure.GO_ON
    mutate: bool = False
    executor: str = "zygote"
    scheduler: str | None = None
