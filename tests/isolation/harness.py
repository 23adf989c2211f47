"""Decks of checks with the verdicts they deserve, and what a run leaves behind on the machine."""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import sqlalchemy

from deckgen.checking import interpreters
from deckgen.checking.databases import sqlite
from deckgen.checking.environments import places
from deckgen.checking.matrix import plan
from deckgen.effort import Effort
from deckgen.model import Deck
from deckgen.proof import Environment, Job
from deckgen.reading.decks import read
from deckgen.report import Step

CARDS = Path(__file__).with_name("cards")
CALM = ("honest", "refuted", "sidecar")  # documents whose cards try nothing on their neighbours
MARK = "# <-"
PATIENCE = 5.0  # seconds within which everything must be gone once a run has ended
NEIGHBOUR = """\
Q1. An honest neighbour, number {number}

An answer.

```python check
import os

Base.metadata.create_all(engine)
session.add(User(name="ann"))
session.flush()
assert session.scalars(select(User.id)).all() == [1]
assert os.listdir() == []
```

"""
PRELUDE = '''\
"""What the decks of these tests share."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, create_engine, event, inspect, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    addresses: Mapped[list["Address"]] = relationship(back_populates="user")


class Address(Base):
    __tablename__ = "addresses"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User | None] = relationship(back_populates="addresses")


def sent_by(engine):
    statements = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    return statements
'''

MOODY = """\
import fcntl
import os

fcntl.flock(open(os.__file__), fcntl.LOCK_SH | fcntl.LOCK_NB)
"""  # a prelude that fails while a test holds what `spoil` returns


@dataclass(frozen=True)
class Case:
    """A card of a file in `cards/`: its first list says what verdict it deserves, and what is said of it."""

    document: str
    title: str
    source: str
    verdict: str
    told: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.verdict}-{self.title}"


def cases(document: str) -> list[Case]:
    """The cards of a file in `cards/`."""
    found = []
    for part in re.split(r"(?m)^(?=Q1\. )", (CARDS / f"{document}.md").read_text())[1:]:
        title = part.partition("\n")[0].removeprefix("Q1. ").partition(" {")[0]
        verdict, *told = re.findall(r"(?m)^- (.*)$", part.partition("```")[0])
        found.append(Case(document, title, part, verdict, dict(line.split(": ", 1) for line in told)))
    return found


def with_neighbours(document: Sequence[Case]) -> str:
    """A document of these cards with an honest card before and after them, and between them where they are hostile."""
    name = document[0].document
    parts = ["# A document\n\n", NEIGHBOUR.format(number=f"0 of {name}")]
    for number, case in enumerate(document, 1):
        parts.append(case.source.rstrip() + "\n\n")
        if name not in CALM or number == len(document):
            parts.append(NEIGHBOUR.format(number=f"{number} of {name}"))
    return "".join(parts)


def marked(text: str) -> dict[str, int]:
    """Title to line of every mark: in Markdown a mark belongs to the card it stands in, elsewhere it names it."""
    lines: dict[str, int] = {}
    title = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("Q1. "):
            title = line.removeprefix("Q1. ").partition(" {")[0]
        if MARK in line:
            lines[line.partition(MARK)[2].strip() or title] = number
    return lines


def write(folder: Path, documents: Mapping[str, str], *, timeout: float = 10, extra: str = "") -> Deck:
    """A deck of some files, by their names inside its folder, as it is read from there."""
    folder.mkdir(parents=True, exist_ok=True)
    toml = f'[deck]\nid = "isolation"\nname = "Isolation"\n[verify]\ntimeout = {timeout}\n{extra}'
    for name, text in {"deck.toml": toml, **documents}.items():
        (folder / name).write_text(text)
    reading = read([str(folder)])
    assert not reading.diagnostics
    return reading.decks[0]


def card(title: str, check: str, *, attributes: str = "") -> str:
    """A card with one check."""
    return (
        f"Q1. {title}{attributes and f' {{{attributes}}}'}\n\nAn answer.\n\n```python check\n{check.strip()}\n```\n\n"
    )


def quietly(step: Step) -> None:
    """No progress is shown."""


def spoil() -> IO[str]:
    """Have the prelude `MOODY` fail from now on, until what is returned is closed."""
    file = open(os.__file__)  # noqa: SIM115 - closed by whoever asked for it
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def jobs(deck: Deck) -> list[Job]:
    """What is to be run for a deck on this machine."""
    return plan(deck, places(deck, Effort()))[0]


def here() -> Environment:
    """The environment of the tests themselves, on SQLite."""
    own = interpreters.here()
    return Environment(own.python, sqlalchemy.__version__, sqlite.describe(own), (), own.path, own.packages)


@dataclass
class Watch:
    """The processes and scratch folders that were here before, so that what is new can be told."""

    folder: Path
    before: frozenset[int] = field(default_factory=lambda: frozenset(living()))

    def left(self, seconds: float = PATIENCE) -> list[str]:
        """What is new and has not gone within the time it is given."""
        gone(self.new, seconds)
        return self.new()

    def new(self) -> list[str]:
        """The processes and scratch folders that were not here before."""
        processes = [name for pid, name in living().items() if pid not in self.before]
        return processes + [path.name for path in self.folder.iterdir() if path.name.startswith("deckgen-")]


@contextmanager
def watch(folder: Path) -> Iterator[Watch]:
    """Make `folder` the place of temporary files, and this process the parent of every orphan below it."""
    libc, adopt_orphans = ctypes.CDLL(None), 36  # PR_SET_CHILD_SUBREAPER
    usual = tempfile.tempdir
    tempfile.tempdir = str(folder)
    libc.prctl(adopt_orphans, 1, 0, 0, 0)
    found = Watch(folder)
    try:
        yield found
    finally:
        for pid in living().keys() - found.before:  # what a failed test has left must not disturb the next
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        libc.prctl(adopt_orphans, 0, 0, 0, 0)
        tempfile.tempdir = usual


def living(ancestor: int | None = None) -> dict[int, str]:
    """Every process below one (this one by default) that has not ended, and its command."""
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        with suppress(OSError, ValueError):
            state, parent = Path(f"/proc/{int(entry)}/stat").read_text().rpartition(")")[2].split()[:2]
            if state not in "ZX":
                parents[int(entry)] = int(parent)
    found: dict[int, str] = {}
    pending = [ancestor or os.getpid()]
    while pending:
        parent_id = pending.pop()
        for pid in [pid for pid, parent_of in parents.items() if parent_of == parent_id]:
            pending.append(pid)
            with suppress(OSError):
                found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def checking(ancestor: int) -> bool:
    """Whether a check with a thread of its own runs below a process; those that it is forked from have none."""
    for pid, command in living(ancestor).items():
        with suppress(OSError):
            if "nursery" in command and len(os.listdir(f"/proc/{pid}/task")) > 1:
                return True
    return False


def processor_seconds(ancestor: int) -> float:
    """The time that all the processes below one have computed."""
    ticks = 0
    for pid in living(ancestor):
        with suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def gone(remaining: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Wait until nothing remains; whether that came about in time."""
    deadline = time.monotonic() + seconds
    while remaining():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
