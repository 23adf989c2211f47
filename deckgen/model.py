"""A card as it is read, and all that it stands in: frozen, as all nouns are, in the order of meeting them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from deckgen.diagnostics import Diagnostic, Location


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
UNSAFE_TEX = re.compile(
    r"\\(?:href|class|style|cssId|data|mmlToken|bbox|unicode|require"
    r"|input|include|includegraphics|immediate|write|openin|openout|read|readline|catcode|csname|special"
    r"|[gex]?def|let|(?:re)?newcommand|providecommand|(?:re)?newenvironment|newtagform|Declare[A-Za-z]+|mathtoolsset)"
    r"(?![A-Za-z])"
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
