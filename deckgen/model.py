"""Every noun of deckgen up to the note, frozen, in the order a card meets them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from deckgen.diagnostics import Diagnostic, Location

# ---------------------------------------------------------------- a card as it is read


class Role(StrEnum):
    """What a fenced block is for; the value is the word in its info string, `shown` and `text` need none."""

    SHOWN = "shown"
    TEXT = "text"
    FRAGMENT = "fragment"
    OUTPUT = "output"
    EMITTED = "emitted"
    PYCON = "pycon"
    SETUP = "setup"
    CHECK = "check"
    REFUTE = "refute"


HIDDEN_ROLES = frozenset({Role.SETUP, Role.CHECK, Role.REFUTE})
CHECK_ROLES = frozenset({Role.CHECK, Role.OUTPUT, Role.EMITTED, Role.PYCON})

NOTE_TYPES = ("basic", "reversed", "type-in", "cloze")


class Database(StrEnum):
    """A database on which a card may claim to be true."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    MARIADB = "mariadb"


# The dialects of SQL that SQLAlchemy itself can write.
DIALECTS = ("mariadb", "mssql", "mysql", "oracle", "postgresql", "sqlite")

# What is written as an image and played.
SOUNDS = frozenset({"mp3", "ogg", "wav", "flac", "m4a"})

# The languages of blocks that are drawn.
DIAGRAMS = frozenset({"dot", "graphviz"})

# Tags that may stand in Markdown as raw HTML; everything else is reported by the reader and removed by the renderer.
HTML_TAGS = frozenset(
    {"abbr", "b", "br", "cite", "code", "dd", "del", "dl", "dt", "em", "i", "ins", "kbd", "li", "mark", "ol", "p"}
    | {"q", "s", "samp", "small", "strong", "sub", "sup", "u", "ul", "var"}
)

# What a formula may not use, by its name in TeX: MathJax would run or load something, or change what later cards mean.
UNSAFE_TEX = (
    r"href|class|style|cssId|data|mmlToken|bbox|unicode|require"
    r"|input|include|includegraphics|immediate|write|openin|openout|read|readline|catcode|csname|special"
    r"|[gex]?def|let|(?:re)?newcommand|providecommand|(?:re)?newenvironment|newtagform|Declare[A-Za-z]+|mathtoolsset"
)


class Gap(StrEnum):
    """What marks a deletion in the HTML or the code of a cloze: `OPEN 1 TEXT flush HINT a method CLOSE`.

    No document can hold these characters.
    """

    OPEN = "\x01"
    TEXT = "\x02"
    HINT = "\x03"
    CLOSE = "\x04"


@dataclass(frozen=True, slots=True)
class Medium:
    """An image or a sound: how the source calls it, its kind as the suffix of a file's name, and its bytes.

    A diagram is called by its text, and has a description of its own.
    """

    target: str
    suffix: str
    data: bytes
    description: str = ""

    @property
    def name(self) -> str:
        """The name of its file in Anki, which is a function of what it holds."""
        return f"deckgen-{hashlib.sha256(self.data).hexdigest()[:32]}.{self.suffix}"

    @property
    def is_sound(self) -> bool:
        """Whether it is played, not shown."""
        return self.suffix in SOUNDS


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of rendered Markdown; only the pieces of a whole answer, joined, are balanced HTML.

    An image is called in it what it is called in the source.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Fence:
    """A block of code; `location` is where its first line of code stands.

    `entry` names the function to call once the code has run (the check function of a sidecar), `display` is what
    the card shows of it where that is less than the whole code, or has deletions.
    """

    role: Role
    language: str
    code: str
    location: Location
    attributes: Mapping[str, str] = field(default_factory=dict)
    entry: str | None = None
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """Where a card says it is true: a range of SQLAlchemy versions (None: all) and databases (none: the deck's)."""

    sqlalchemy: str | None = None
    databases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One question with its answer, the code that proves it, and where it stands.

    `line` is the question's line in the source, `question` its Markdown without label and attributes, `heading` the
    same as HTML; `answer` is what is shown and `fences` all the blocks of code that run, in document order; `typed` is
    what a learner types where the note type asks for it, `media` are the images and sounds that it shows and plays. A
    card with `defects` was misread and is never run. `section` are the subdecks of its document that it belongs to.
    """

    id: str
    label: str
    question: str
    heading: str
    answer: tuple[Html | Fence, ...]
    fences: tuple[Fence, ...]
    location: Location
    document: str
    tags: tuple[str, ...] = ()
    claims: Claims = Claims()
    note_type: str = "basic"
    typed: str = ""
    media: tuple[Medium, ...] = ()
    timeout: float | None = None
    answered: bool = True
    line: str = ""
    defects: tuple[Diagnostic, ...] = ()
    section: tuple[str, ...] = ()

    @property
    def checked(self) -> bool:
        """Whether the author attached a check, so that the card's code may be run at all."""
        return any(fence.role in CHECK_ROLES for fence in self.fences)


class Sections(StrEnum):
    """What becomes of the headings between cards."""

    TAGS = "tags"
    SUBDECKS = "subdecks"
    IGNORE = "ignore"


class Unchecked(StrEnum):
    """What becomes of a card without a check."""

    LEAVE_OUT = "leave-out"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown file: path, subdeck (empty: the deck itself), cards in order, and how its questions are written."""

    path: str
    subdeck: str
    cards: tuple[Card, ...]
    form: str = ""


@dataclass(frozen=True, slots=True)
class Deck:
    """A deck as read: its identity, how it is to be proved, its documents, and all that was found on the way.

    `path` is where it was read from, `ledger` where its released ledger is kept: nowhere for standard input. `report`
    is the address for a learner who reports a card, with places for {deck}, {id} and {path}.
    """

    id: str
    name: str
    description: str
    ledger: str | None
    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]
    path: str = ""
    prelude: Fence | None = None
    report: str = ""
    unchecked: Unchecked = Unchecked.LEAVE_OUT
    sqlalchemy: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    databases: tuple[str, ...] = ("sqlite",)
    timeout: float = 10.0

    @property
    def cards(self) -> tuple[Card, ...]:
        """All the cards, in study order."""
        return tuple(card for document in self.documents for card in document.cards)

    def databases_of(self, card: Card) -> tuple[str, ...]:
        """The databases on which a card must hold: those it names, else the deck's."""
        return card.claims.databases or self.databases


# ---------------------------------------------------------------- a check as it is run


class Mode(StrEnum):
    """How a block is run: as a script, as typed at a prompt, or to say what the block before it should have done."""

    SCRIPT = "script"
    PROMPT = "prompt"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of Python that is compiled by itself, as if it stood at `line` (counted from 1) of `path`.

    `entry` names a function of it to call afterwards.
    """

    code: str
    path: str
    line: int
    entry: str | None = None
    mode: Mode = Mode.SCRIPT


@dataclass(frozen=True, slots=True)
class Program:
    """What runs to prove a card: blocks in one namespace, and the blocks of each misconception that must fail."""

    blocks: tuple[Block, ...]
    refutes: tuple[tuple[Block, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a check runs: exact versions, the database, the layers that confine it, the path of its Python.

    `packages` are name and version of all that a check could import there.
    """

    python: str
    sqlalchemy: str
    database: str
    confinement: tuple[str, ...] = ()
    interpreter: str = ""
    packages: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """The name of the environment in reports, such as `py3.11-sqlalchemy2.1.9-sqlite`."""
        return f"py{minor(self.python)}-sqlalchemy{self.sqlalchemy}-{self.server}"

    @property
    def server(self) -> str:
        """The name of the database without its version, such as `sqlite`."""
        return self.database.split()[0]

    @property
    def release(self) -> str:
        """The release of a server as its makers count, such as `18` of PostgreSQL 18.6 or `10.11` of MariaDB 10.11.19.

        Empty for SQLite, which comes with Python: its version would differ from machine to machine.
        """
        exact = self.database.partition(" ")[2]
        releases = {Database.POSTGRESQL: exact.partition(".")[0], Database.MARIADB: minor(exact)}
        return releases.get(Database(self.server), "")


def minor(version: str) -> str:
    """The major.minor part of a version: `2.1` of `2.1.9`."""
    return ".".join(version.split(".")[:2])


@dataclass(frozen=True, slots=True)
class Job:
    """One card's program in one environment, with the seconds that each of its runs may take.

    `claimed`: whether the card says that it is true there; `mutate`: whether the mutants of a check that passes are
    run as well.
    """

    card: Card
    program: Program
    environment: Environment
    timeout: float
    claimed: bool = True
    mutate: bool = False


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


@dataclass(frozen=True, slots=True)
class Mutant:
    """A small change to a check: where, and what it puts there."""

    location: Location
    what: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """How many mutants a check has, and those that it lets pass."""

    mutants: int
    survivors: tuple[Mutant, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """Every expectation that was executed held, and every control failed as it must; `idle` ones were not executed.

    `mutation` is None where it was not asked for.
    """

    name: ClassVar[str] = "passed"
    expectations: int
    idle: tuple[Location, ...] = ()
    mutation: Mutation | None = None


@dataclass(frozen=True, slots=True)
class _Failure:
    """Anything but a pass: what happened, and where."""

    name: ClassVar[str]
    message: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Refuted(_Failure):
    """An expectation failed: evidence against the answer."""

    name = "refuted"
    expected: str | None = None
    observed: str | None = None


@dataclass(frozen=True, slots=True)
class Broken(_Failure):
    """The check itself is at fault, or uses what this environment does not have."""

    name = "broken"


@dataclass(frozen=True, slots=True)
class Vacuous(_Failure):
    """The check cannot fail, so that it proves nothing."""

    name = "vacuous"


@dataclass(frozen=True, slots=True)
class TimedOut(_Failure):
    """A run did not end within its limit."""

    name = "timed-out"


@dataclass(frozen=True, slots=True)
class Crashed(_Failure):
    """The process that ran the check died, vanished or gave no credible answer."""

    name = "crashed"


@dataclass(frozen=True, slots=True)
class Unavailable(_Failure):
    """The environment could not be had, so that nothing was run."""

    name = "unavailable"


@dataclass(frozen=True, slots=True)
class NotClaimed(_Failure):
    """The card does not say that it is true there; `holds`: it passes all the same."""

    name = "not-claimed"
    holds: bool = False


Failure = Refuted | Broken | Vacuous | TimedOut | Crashed | Unavailable
Outcome = Passed | Failure | NotClaimed


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one job, and how long it took."""

    card: Card
    environment: Environment
    outcome: Outcome
    seconds: float = 0.0
    cached: bool = False


class Verdict(StrEnum):
    """What a card is worth over all its environments, worst first."""

    REFUTED = "refuted"
    BROKEN = "broken"
    VACUOUS = "vacuous"
    CRASHED = "crashed"
    TIMED_OUT = "timed-out"
    UNAVAILABLE = "unavailable"
    NOT_CLAIMED = "not-claimed"
    UNCHECKED = "unchecked"
    UNANSWERED = "unanswered"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A card, its verdict (None where nothing was to be run), the reason, and its results."""

    card: Card
    verdict: Verdict | None
    results: tuple[Result, ...] = ()
    reason: str | None = None

    @property
    def claimed(self) -> tuple[Result, ...]:
        """The results in the environments where the card says that it is true."""
        return tuple(result for result in self.results if not isinstance(result.outcome, NotClaimed))


@dataclass(frozen=True, slots=True)
class VerifiedCard:
    """A card that passed in every environment that it claims; it cannot be made otherwise."""

    card: Card
    results: tuple[Result, ...]

    def __post_init__(self) -> None:
        if not self.results or not all(isinstance(result.outcome, Passed) for result in self.results):
            raise ValueError(f"card {self.card.id} has not passed everywhere, so that it is not verified")


@dataclass(frozen=True, slots=True)
class MarkedCard:
    """A card without a check that its deck ships with a visible mark."""

    card: Card

    def __post_init__(self) -> None:
        if self.card.checked or not self.card.answered or self.card.defects:
            raise ValueError(f"card {self.card.id} is not an unchecked card")


@dataclass(frozen=True, slots=True)
class Retirement:
    """A released card that its deck no longer has: note type and question, as HTML, as they were last shipped.

    `deletions` are the numbers of a cloze, each of which somebody may have a card of.
    """

    card_id: str
    note_type: str
    question: str
    deletions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Withdrawal(Retirement):
    """A released card that was refuted: its answer, as HTML, says what was found."""

    answer: str


Admitted = VerifiedCard | MarkedCard
Packable = Admitted | Withdrawal | Retirement
