"""Questions without an id, the ids they are to get, and their files with those ids in them."""

from __future__ import annotations

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
from deckgen.reading.sidecar import identifier
from deckgen.reading.sources import decode


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
        card, insertion = each.card, _insertion(each)
        if insertion is None:
            found.append(rules.NO_PLACE_FOR_ID.at(card.location, card.line, id=each.id))
            continue
        column, text = insertion
        offset = spans[card.location.line - 1].start + len(card.line[:column].encode())
        edits.append(Edit(offset, offset, text))
        inserted.append(each)
    result = apply(data, edits)
    after = decode(result, path)
    ids = {each.card.location: each.id for each in inserted}
    if isinstance(after, Diagnostic) or not _same(grammar.read(before, document), grammar.read(after, document), ids):
        return Revised(data, diagnostics=(rules.WOULD_READ_DIFFERENTLY.at(Location(path)), *found))
    return Revised(result, tuple(inserted), tuple(found))


def _insertion(each: MissingId) -> tuple[int, str] | None:
    """Where in a question's line, counted from 0, an id goes, and what is written there; None where it has no place."""
    line, column = each.card.line, each.card.location.column
    question = _question(line, column)
    text, attributes = _meaning(question, line)
    for at, insertion in _places(line, question, each.id):
        longer = line[:at] + insertion + line[at:]
        changed = _question(longer, column)
        if changed.label != question.label:
            continue
        if _meaning(changed, longer) == (text, replace(attributes, id=each.id)):
            return at, insertion
    return None


def _places(line: str, question: Question, card_id: str) -> Iterator[tuple[int, str]]:
    """Inside the attributes there are, else behind the question, else inside the marks around it."""
    written = line.rstrip()
    start = opening(question.title)
    if start is not None:
        inside = line.rindex(question.title[start:]) + 1
        yield inside, f"#{card_id}" if written[inside].isspace() else f"#{card_id} "
    else:
        yield len(written), f" {{#{card_id}}}"
        yield len(written[:-2].rstrip()), f" {{#{card_id}}}"
        yield line.rfind(question.title) + len(question.title), f" {{#{card_id}}}"


def _question(line: str, column: int) -> Question:
    """The question on a line, by itself; all of the line where only others make it one."""
    found = candidate([line], 0)
    label, title = (found.label, found.title) if found else ("", line.strip())
    return Question(label, title, line=1, column=column)


def _meaning(question: Question, line: str) -> tuple[str, Attributes]:
    return split(question, Findings(Source.of("", line), []))


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
