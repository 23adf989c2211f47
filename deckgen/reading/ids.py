"""Questions without an id, the ids they are to get, and their files with those ids in them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Findings, Location, Source
from deckgen.model import Card, Deck
from deckgen.reading import grammar
from deckgen.reading.attributes import Attributes, opening, split
from deckgen.reading.document import Question
from deckgen.reading.edits import Edit, Revision, apply, lines
from deckgen.reading.grammar import Page
from deckgen.reading.shapes import candidate
from deckgen.reading.shapes.candidate import Candidate
from deckgen.reading.sidecar import identifier
from deckgen.reading.sources import decode

_AROUND = 8  # lines above and below a question that may have a say in what it is
_CLOSING = re.compile(r"(?:\s|[*_]|</?[A-Za-z][^<>]*>)+$")
_LONGEST_CLOSING = 200


@dataclass(frozen=True, slots=True)
class MissingId:
    """A question without an id and the one it is to get; `other` is where the id made of its words is in use."""

    card: Card
    id: str
    other: Location | None = None

    @property
    def changed(self) -> Diagnostic | None:
        """What is to be said where the card loses the id made of its words to another."""
        if self.other is None:
            return None
        return rules.ID_TAKEN.at(self.card.location, self.card.line, made=self.card.id, id=self.id, other=self.other)


@dataclass(frozen=True, slots=True)
class Plan:
    """The files of a deck with ids in them, the ids that are, and why others are not."""

    revisions: tuple[Revision, ...]
    inserted: tuple[MissingId, ...]
    diagnostics: tuple[Diagnostic, ...]


def missing(deck: Deck) -> list[MissingId]:
    """The questions of a deck without an id, each with the one the reader made, or that and a number if it is taken.

    Nor does a number make an id that functions of a sidecar would take for another's.
    """
    unnamed = {diagnostic.location for diagnostic in deck.diagnostics if diagnostic.code == rules.NO_ID.code}
    owners = {card.id: card.location for card in reversed(deck.cards) if card.location not in unnamed}
    taken = {identifier(card.id) for card in deck.cards}
    numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(2))
    found: list[MissingId] = []
    for card in (card for card in deck.cards if card.location in unnamed):
        owner = owners.setdefault(card.id, card.location)
        if owner == card.location:
            found.append(MissingId(card, card.id))
            continue
        numbered = (f"{card.id}-{number}" for number in numbers[card.id])
        found.append(MissingId(card, next(name for name in numbered if identifier(name) not in taken), owner))
    return found


def unread(deck: Deck) -> list[Diagnostic]:
    """Why some documents of a deck could not be read, so that nobody knows what their questions are."""
    reasons = rules.UNREADABLE, rules.TOO_LARGE, rules.NOT_UTF8, rules.FORBIDDEN_CHARACTER
    codes = {rule.code for rule in reasons}
    return [each for each in deck.diagnostics if each.code in codes and not each.location.path.endswith(".py")]


def plan(deck: Deck) -> Plan:
    """The files of a deck with its missing ids in them; nothing is written. Raises OSError."""
    revisions: list[Revision] = []
    inserted: list[MissingId] = []
    found: list[Diagnostic] = []
    wanting = missing(deck)
    for document in deck.documents:
        own = {card.location for card in document.cards}
        here = [each for each in wanting if each.card.location in own]
        if not here:
            continue
        path = Path(here[0].card.location.path)
        before = path.read_bytes()
        result = revise(before, document.path, here)
        found += result.diagnostics
        inserted += result.inserted
        if result.inserted:
            revisions.append(Revision(path, before, result.data))
    return Plan(tuple(revisions), tuple(inserted), tuple(found))


@dataclass(frozen=True, slots=True)
class Revised:
    """A document's bytes with ids in them, the ids that are, and why others are not."""

    data: bytes
    inserted: tuple[MissingId, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def revise(data: bytes, document: str, wanting: Sequence[MissingId]) -> Revised:
    """A document with its missing ids, one at least, inserted; with none of them if it would be read differently."""
    path = wanting[0].card.location.path
    before = decode(data, path)
    if isinstance(before, Diagnostic) or any(
        before.line(each.card.location.line) != each.card.line for each in wanting
    ):
        return Revised(data, diagnostics=(rules.CHANGED_MEANWHILE.at(Location(path)),))
    spans = lines(data)
    edits: list[Edit] = []
    inserted: list[MissingId] = []
    found: list[Diagnostic] = []
    for each in wanting:
        place = _place(before, each)
        if place is None:
            found.append(rules.NO_PLACE_FOR_ID.at(each.card.location, each.card.line, id=each.id))
            continue
        number, column, text = place
        offset = spans[number - 1].start + len(before.line(number)[:column].encode())
        edits.append(Edit(offset, offset, text))
        inserted.append(each)
    result = apply(data, edits)
    after = decode(result, path)
    ids = {each.card.location: each.id for each in inserted}
    if isinstance(after, Diagnostic) or not _same(grammar.read(before, document), grammar.read(after, document), ids):
        return Revised(data, diagnostics=(rules.WOULD_READ_DIFFERENTLY.at(Location(path)), *found))
    return Revised(result, tuple(inserted), tuple(found))


def _place(source: Source, each: MissingId) -> tuple[int, int, str] | None:
    """The line, counted from 1, and the offset in it where an id goes, and what is written there; None for nowhere.

    A title may go on below the line on which its question begins.
    """
    first = max(1, each.card.location.line - _AROUND)
    around = list(source.lines[first - 1 : each.card.location.line + _AROUND])
    at = each.card.location.line - first
    question = _question(around, at)
    text, attributes = _meaning(question, around[at])
    wanted = replace(question, title=text), replace(attributes, id=each.id)
    for below in range(question.last - 1, at - 1, -1):
        line = around[below]
        for column, insertion in _insertions(line, question.title, each.id):
            around[below] = line[:column] + insertion + line[column:]
            changed = _question(around, at)
            text, attributes = _meaning(changed, around[at])
            if (replace(changed, title=text, rest=question.rest), attributes) == wanted:
                return first + below, column, insertion
        around[below] = line
    return None


def _insertions(line: str, title: str, card_id: str) -> Iterator[tuple[int, str]]:
    """Inside the attributes there are, else behind the question, else inside the marks around it."""
    written = line.rstrip()
    start = opening(title)
    if start is not None:
        if title[start:] in line:
            inside = line.rindex(title[start:]) + 1
            yield inside, f"#{card_id}" if written[inside].isspace() else f"#{card_id} "
        return
    ends = [len(written), len(written[:-2].rstrip()), _unclosed(written)]
    if title in line:
        begins = line.rfind(title)
        ends += [begins + len(title), begins + _unclosed(title)]
    for end in ends:
        yield end, f" {{#{card_id}}}"


def _unclosed(text: str) -> int:
    """The length of a text without the marks and tags that close at its end."""
    tail = text[-_LONGEST_CLOSING:]
    return len(text) - len(tail) + len(_CLOSING.sub("", tail))


def _question(lines: Sequence[str], at: int) -> Candidate:
    """The question on a line; all of the line where only others make it one."""
    return candidate(lines, at) or Candidate("", "", at + 1, 1, lines[at].strip(), at + 1)


def _meaning(question: Candidate, line: str) -> tuple[str, Attributes]:
    """The words of a question and its attributes."""
    read = Question(question.label, question.title, line=1, column=question.column)
    return split(read, Findings(Source.of("", line), []))


def _same(before: Page, after: Page, ids: Mapping[Location, str]) -> bool:
    """Whether a page is another but for the ids at some places, and for what is said where one is missing."""
    cards = tuple(replace(card, id=ids.get(card.location, card.id)) for card in before.cards)
    said = tuple(each for each in before.diagnostics if each.code != rules.NO_ID.code or each.location not in ids)
    return _without_lines(replace(before, cards=cards, diagnostics=said)) == _without_lines(after)


def _without_lines(page: Page) -> Page:
    """A page without the text of lines, which an id changes."""
    cards = tuple(replace(card, line="", defects=_without_excerpts(card.defects)) for card in page.cards)
    return replace(page, cards=cards, diagnostics=_without_excerpts(page.diagnostics))


def _without_excerpts(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(replace(diagnostic, excerpt="") for diagnostic in diagnostics)
