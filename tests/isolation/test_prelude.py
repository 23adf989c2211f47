"""A prelude that fails is one mistake of the deck: it is named once, no checked card passes, and the run ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy

from deckgen.checking.verify import Verification, verify
from deckgen.effort import Effort
from deckgen.errors import SurroundingsError
from deckgen.model import Deck
from deckgen.proof import Broken, Verdict, minor
from deckgen.report import Step
from tests.isolation.harness import MARK, MOODY, PRELUDE, card, marked, quietly, spoil, watch, write


@dataclass(frozen=True)
class Failing:
    """A prelude, its diagnostic, part of what is said, and (by its mark) the line that is named."""

    code: str
    says: str
    text: str


FAILING = {
    "raises": Failing("D050", "raised ValueError: boom", f"import os\n\nraise ValueError('boom')  {MARK} raises\n"),
    "raises in a function": Failing(
        "D050",
        "raised ZeroDivisionError",
        f"def divided():\n    return 1 / 0  {MARK} raises in a function\n\n\ndivided()\n",
    ),
    "fails inside SQLAlchemy": Failing(
        "D050",
        "raised ArgumentError",
        f"import sqlalchemy\n\nsqlalchemy.create_engine(1)  {MARK} fails inside SQLAlchemy\n",
    ),
    "is not Python": Failing("D050", "raised SyntaxError", f"import os\nclass  {MARK} is not Python\n"),
    "exits": Failing("D050", "raised SystemExit", f"import sys\n\nsys.exit(0)  {MARK} exits\n"),
    "ends its process": Failing("D050", "ended the process", "import os\n\nos._exit(0)\n"),
    "never ends": Failing("D050", "did not end within 1 s", "while True:\n    pass\n"),
    "fails on the stand-in": Failing(
        "D051",
        "raised TypeError",
        f"import sqlalchemy\n\nmajor = int(sqlalchemy.literal(2).value)  {MARK} fails on the stand-in\n",
    ),
}
GOOD = {
    "models and helpers": PRELUDE,
    "a declarative base of the old style, with a mixin": """
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Named:
    name = Column(String)


class Thing(Named, Base):
    __tablename__ = "things"
    id = Column(Integer, primary_key=True)
""",
    "warnings turned into errors": """
import warnings

from sqlalchemy.exc import SAWarning

warnings.filterwarnings("error", category=SAWarning)
""",
    "types, events, hybrids and generic classes": """
import enum
from typing import Annotated, Generic, Optional, TypeVar

from sqlalchemy import JSON, Enum, Integer, String, TypeDecorator, event, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, declared_attr, mapped_column, validates

Model = TypeVar("Model")
Key = Annotated[int, mapped_column(primary_key=True)]


class Color(enum.Enum):
    RED = 1


class Shout(TypeDecorator[str]):
    impl = String
    cache_ok = True


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    type_annotation_map = {dict: JSON}

    @declared_attr.directive
    def __tablename__(cls):
        return cls.__name__.lower()


class Thing(Base):
    id: Mapped[Key] = mapped_column(init=False)
    color: Mapped[Optional[Color]] = mapped_column(Enum(Color), default=None)
    word: Mapped[str | None] = mapped_column(Shout, default=None)

    @hybrid_property
    def double(self):
        return self.id * 2

    @double.inplace.expression
    @classmethod
    def _double(cls):
        return cls.id * 2

    @validates("word")
    def _checked(self, key, value):
        return value


class Repository(Generic[Model]):
    newest = select(Thing).order_by(Thing.id.desc()).limit(1)


@event.listens_for(Engine, "connect")
def pragma(connection, record):
    connection.execute("PRAGMA foreign_keys = ON")
""",
}

CLAIM = 'assert engine.name == "sqlite"'
DOCUMENT = (
    card("Checked", CLAIM, attributes='sqlalchemy=">=2.0"')
    + card("Checked too", CLAIM, attributes='sqlalchemy=">=2.0"')
    + card("For a version that is not here", 'assert engine.name == "not here"', attributes='sqlalchemy="<1.4"')
    + "Q1. Unchecked\n\nAn opinion.\n"
)


@dataclass(frozen=True)
class Ran:
    """All these decks, run side by side."""

    verifications: Mapping[str, Verification]
    left: list[str]

    def of(self, name: str) -> dict[str, Verdict | None]:
        """Question to verdict of the deck whose prelude has that name."""
        return {each.card.question: each.verdict for each in self.verifications[name].judgements}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    preludes = {name: failing.text for name, failing in FAILING.items()} | GOOD
    decks = {name: written(tmp_path_factory.mktemp("deck"), prelude) for name, prelude in preludes.items()}
    with watch(tmp_path_factory.mktemp("scratch")) as watched, ThreadPoolExecutor(4) as pool:
        running = {name: pool.submit(verify, deck, quietly, Effort(workers=1)) for name, deck in decks.items()}
        verifications = {name: future.result() for name, future in running.items()}
        yield Ran(verifications, watched.left())


@pytest.mark.parametrize("name", FAILING)
def test_a_failing_prelude_is_one_diagnostic_at_its_line(name: str, ran: Ran) -> None:
    failing = FAILING[name]
    (diagnostic,) = ran.verifications[name].diagnostics
    assert (diagnostic.code, diagnostic.severity) == (failing.code, "error")
    assert failing.says in diagnostic.message
    assert diagnostic.location.path.endswith("prelude.py")
    assert diagnostic.location.line == marked(failing.text).get(name, 1)


@pytest.mark.parametrize("name", FAILING)
def test_behind_a_failing_prelude_what_was_to_be_run_is_broken(name: str, ran: Ran) -> None:
    checked, too, _, unchecked = ran.verifications[name].judgements
    assert [type(result.outcome) for result in checked.claimed] == [Broken]
    assert [each.verdict for each in (checked, too, unchecked)] == [Verdict.BROKEN, Verdict.BROKEN, Verdict.UNCHECKED]


def test_behind_a_failing_prelude_what_cannot_be_run_here_stays_unavailable(ran: Ran) -> None:
    assert {ran.of(name)["For a version that is not here"] for name in FAILING} == {Verdict.UNAVAILABLE}


@pytest.mark.parametrize("name", GOOD)
def test_a_prelude_that_only_imports_and_defines_runs_on_the_stand_in_too(name: str, ran: Ran) -> None:
    assert ran.verifications[name].diagnostics == ()
    assert ran.of(name)["Checked"] is Verdict.VERIFIED


def test_failing_preludes_leave_nothing_behind(ran: Ran) -> None:
    assert ran.left == []


def test_a_deck_without_checks_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deck = write(tmp_path, {"cards.md": "Q1. Unchecked\n\nAn opinion.\n", "prelude.py": "raise ValueError\n"})
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    verification = verify(deck, quietly)
    assert [each.verdict for each in verification.judgements] == [Verdict.UNCHECKED]
    assert verification.diagnostics == ()


def test_a_prelude_that_fails_as_another_worker_starts_ends_the_run_and_what_was_proved_is_known(
    tmp_path: Path,
) -> None:
    """A card that has passed already is not broken by it, nor any other card."""
    endless = "import threading\nthreading.Event().wait()\nassert engine"
    documents = {
        "cards.md": card("Quick", CLAIM) + card("Endless", endless) + card("Too", endless),
        "prelude.py": MOODY,
    }
    effort = Effort(workers=2, cache=str(tmp_path / "verdicts"))
    with ExitStack() as stack:

        def progress(step: Step) -> None:
            if step.judgement:
                stack.enter_context(spoil())

        with pytest.raises(SurroundingsError, match="the prelude raised BlockingIOError"):
            verify(write(tmp_path / "deck", documents, timeout=300), progress, effort)
    again = verify(write(tmp_path / "deck", {"cards.md": card("Quick", CLAIM)}, timeout=300), quietly, effort)
    assert [result.cached for judgement in again.judgements for result in judgement.results] == [True]


def written(folder: Path, prelude: str) -> Deck:
    versions = f'sqlalchemy = ["{minor(sqlalchemy.__version__)}", "1.3"]\n'
    return write(folder, {"cards.md": DOCUMENT, "prelude.py": prelude}, timeout=1, extra=versions)
