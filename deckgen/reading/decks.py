"""Paths become decks: find the files, read each of them, and let no bad one stop the others."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from deckgen import config, rules
from deckgen.config import DeckConfig, DeckTable
from deckgen.diagnostics import Diagnostic, Location, Source, suggest
from deckgen.model import Card, Deck, Document, Fence, Role, Sections
from deckgen.reading import pages, shapes, sources
from deckgen.reading.duplicates import alike
from deckgen.reading.grammar import Page
from deckgen.reading.pages import Sheet
from deckgen.reading.sources import load, shown

STANDARD_INPUT = "-"

_NO_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """The decks that could be read, and what is wrong with the paths that gave none."""

    decks: tuple[Deck, ...]
    diagnostics: tuple[Diagnostic, ...]


def read(paths: Sequence[str], known: Path | None = None) -> Reading:
    """The decks at some paths: a deck's folder, a folder of decks, a Markdown file, or `-` for standard input.

    `known` is a folder of pages that were read before, and of those that are read now.
    """
    decks: list[Deck] = []
    found: list[Diagnostic] = []
    for path in paths:
        for deck in _read(path, known, found):
            other = next((other for other in decks if other.id == deck.id), None)
            if other is None:
                decks.append(deck)
            else:
                found.append(rules.DECK_ID_TWICE.at(Location(deck.path), id=deck.id, other=other.path))
    return Reading(tuple(decks), tuple(found))


def alone(document: Path) -> Reading:
    """A document as a deck of its own, wherever it lies."""
    found: list[Diagnostic] = []
    return Reading(tuple(_script(load(document), document, None, found)), tuple(found))


def _read(path: str, known: Path | None, found: list[Diagnostic]) -> Iterable[Deck]:
    if path == STANDARD_INPUT:
        return _script(sys.stdin.buffer.read(), None, None, found)
    place = Path(path)
    if not place.exists():
        found.append(rules.NO_DECKS.at(Location(path)))
        return []
    if not place.is_dir():
        if folder := home(place):
            found.append(rules.PART_OF_A_DECK.at(Location(path), home=shown(folder)))
            return []
        return _script(load(place), place, known, found)
    if (place / "deck.toml").exists():
        return _folder(place, known, found)
    folders = sorted(entry for entry in place.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    with_deck = [folder for folder in folders if (folder / "deck.toml").exists()]
    without = [folder for folder in folders if folder not in with_deck and any(folder.glob("*.md"))]
    found.extend(rules.NO_DECK_TOML.at(Location(shown(folder))) for folder in without)
    if not with_deck and not without:
        rule = rules.NO_DECK_TOML if any(place.glob("*.md")) else rules.NO_DECKS
        found.append(rule.at(Location(shown(place))))
    return [deck for folder in with_deck for deck in _folder(folder, known, found)]


def home(document: Path) -> Path | None:
    """The folder of the deck that a document is part of, None where it is a deck by itself."""
    named = (document.absolute(), document.resolve()) if document.suffix == ".md" else ()
    return next((folder for path in named for folder in path.parents if (folder / "deck.toml").exists()), None)


def _folder(folder: Path, known: Path | None, found: list[Diagnostic]) -> list[Deck]:
    toml = sources.read(folder / "deck.toml")
    settings, mistakes = (None, [toml]) if isinstance(toml, Diagnostic) else config.parse(toml)
    if settings is None:
        found.extend(mistakes)
        return []
    notes: list[Diagnostic] = []
    sheets: list[Sheet] = []
    for path in sorted(folder.rglob("*.md")):
        inside = path.relative_to(folder)
        data = None if _is_no_document(inside) else _listed(path, inside)
        if isinstance(data, Diagnostic):
            notes.append(data)
        elif data is not None:
            sheets.append(Sheet(shown(path), inside.as_posix(), data, folder, _beside(path)))
    documents = []
    for sheet, page in zip(sheets, pages.read(sheets, known), strict=True):
        if isinstance(page, Diagnostic):
            notes.append(page)
        else:
            documents.append(_document(sheet, page, notes, settings.deck.sections))
    for path in sorted(folder.rglob("*.checks.py")):
        if not path.with_name(path.name.removesuffix(".checks.py") + ".md").exists():
            notes.append(_nameless(path, path.relative_to(folder)) or rules.ORPHAN_SIDECAR.at(Location(shown(path))))
    prelude = _prelude(folder / "prelude.py", notes)
    ledger = shown(folder / "ledger.json")
    return [_deck(settings, shown(folder), documents, notes, prelude=prelude, ledger=ledger)]


def _listed(path: Path, inside: Path) -> bytes | Diagnostic:
    """The bytes of a document that nobody named."""
    return _nameless(path, inside) or sources.load_listed(path)


def _nameless(path: Path, inside: Path) -> Diagnostic | None:
    """What is wrong with a file of a deck's folder that no text can name, if it is one: neither can a report."""
    if not _NO_NAME.search(inside.as_posix()):
        return None
    name = shown(path).encode("utf-8", "replace").decode()
    return rules.UNREADABLE.at(Location(name), reason="its path holds a character that is not text")


def _beside(path: Path) -> bytes | Diagnostic | None:
    """The sidecar of a document."""
    checks = path.with_suffix(".checks.py")
    return sources.load_listed(checks) if checks.exists() else None


def _is_no_document(inside: Path) -> bool:
    """Whether a file of a deck's folder is hidden, or about the deck."""
    return any(part.startswith(".") for part in inside.parts) or inside.name == "README.md"


def _document(sheet: Sheet, page: Page, notes: list[Diagnostic], sections: Sections) -> Document:
    """A document of a deck's folder; its front matter says what its subdeck is called and how it is written."""
    values, mistakes = _front_matter(sheet, page, ("name", config.WRITTEN))
    notes.extend(mistakes)
    inside = PurePosixPath(sheet.inside)
    name = values.get("name") or page.title or inside.stem
    if isinstance(name, list | dict) or _NO_NAME.search(str(name)):
        notes.append(sheet.source.report(rules.BAD_FRONT_MATTER, 1, reason="the name is not text"))
        name = inside.stem
    notes.extend(page.diagnostics)
    levels = (_level(str(part)) for part in (*inside.parent.parts, name))
    return Document(sheet.inside, "::".join(levels), _sectioned(page.cards, sections), page.form)


def _tag(title: str) -> str:
    """The words of a section's title as a tag, which may be in any script."""
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-")


def _level(name: str) -> str:
    """A name as that of a single deck: two colons would open a level that the author did not mean."""
    return re.sub(":{2,}", ":", name)


def _sectioned(cards: Iterable[Card], sections: Sections) -> tuple[Card, ...]:
    """Cards whose sections are tags of theirs, subdecks, or nothing."""
    match sections:
        case Sections.TAGS:
            tags = {each: _tag(each) for card in cards for each in card.section}
            return tuple(
                replace(card, tags=tuple(dict.fromkeys((*card.tags, *map(tags.__getitem__, card.section)))), section=())
                if card.section
                else card
                for card in cards
            )
        case Sections.SUBDECKS:
            return tuple(replace(card, section=tuple(map(_level, card.section))) for card in cards)
        case Sections.IGNORE:
            return tuple(replace(card, section=()) for card in cards)


def _script(data: bytes | Diagnostic, path: Path | None, known: Path | None, found: list[Diagnostic]) -> list[Deck]:
    """A single document that is a deck: its identity from front matter, else from its name and first heading."""
    stem = path.stem if path else "stdin"
    place = shown(path) if path else STANDARD_INPUT
    if isinstance(data, Diagnostic):
        return [_deck(DeckConfig(deck=DeckTable(id=deck_id(stem), name=stem[:100])), place, [], [data])]
    inside, root, checks = (path.name, path.parent, _beside(path)) if path else (stem, None, None)
    sheet = Sheet(place, inside, data, root, checks)
    [page] = pages.read([sheet], known)
    if isinstance(page, Diagnostic):
        return _script(page, path, known, found)
    values, notes = _front_matter(sheet, page, (*config.FRONT_MATTER_KEYS, config.WRITTEN))
    if any(note.code == rules.BAD_FRONT_MATTER.code for note in notes):  # the deck's identity may be in it
        found.extend([*notes, *page.diagnostics])
        return []
    name, origin = (page.title, "heading") if page.title else (stem, "file's name")
    for key, value, where in (("id", deck_id(stem), "file's name"), ("name", name[:100], origin)):
        if key not in values:
            notes.append(sheet.source.report(rules.IDENTITY_BY_DEFAULT, 1, what=key, value=value, source=where))
            values[key] = value
    settings, mistakes = config.from_front_matter(sheet.source, values)
    if settings is None:
        found.extend([*mistakes, *notes, *page.diagnostics])
        return []
    document = Document(inside, "", _sectioned(page.cards, settings.deck.sections), page.form)
    ledger = shown(path.with_suffix(".ledger.json")) if path else None
    return [_deck(settings, place, [document], [*notes, *page.diagnostics], ledger=ledger)]


def _front_matter(sheet: Sheet, page: Page, keys: Sequence[str]) -> tuple[dict[str, object], list[Diagnostic]]:
    if page.front_matter is None:
        return {}, []
    source = sheet.source
    values, notes = config.parse_front_matter(source, page.front_matter.text, page.front_matter.line, keys)
    if config.WRITTEN in values:
        written = str(values.pop(config.WRITTEN) or "")
        shown = f"its questions are read as {page.form}" if page.form else "nothing in it is written so"
        advice = shown if written in shapes.NAMES else suggest(written, shapes.NAMES)
        if written not in page.form.split(" and ") or not written:
            notes.append(source.report(rules.UNKNOWN_FORM, 1, form=written, advice=advice))
    return values, notes


def deck_id(stem: str) -> str:
    """An id made from a file's name; one that would make Anki take the package for something else is changed."""
    name = re.sub(r"[^a-z0-9_]+", "-", stem.lower()).strip("-_")
    return f"deck-{name}".rstrip("-") if config.unfit(name) else name


def _prelude(path: Path, notes: list[Diagnostic]) -> Fence | None:
    source = sources.read(path) if path.exists() else None
    if isinstance(source, Source):
        return Fence(Role.SETUP, "python", source.text, source.at(1))
    if source is not None:
        notes.append(source)
    return None


def _deck(
    settings: DeckConfig,
    path: str,
    documents: Sequence[Document],
    notes: Sequence[Diagnostic],
    *,
    prelude: Fence | None = None,
    ledger: str | None = None,
) -> Deck:
    documents, duplicates = _unique(documents)
    asked_twice = alike(card for document in documents for card in document.cards)
    return Deck(
        id=settings.deck.id,
        name=settings.deck.name,
        description=settings.deck.description,
        path=path,
        ledger=ledger,
        documents=tuple(documents),
        diagnostics=(*notes, *duplicates, *asked_twice),
        prelude=prelude,
        report=settings.deck.report,
        unchecked=settings.deck.unchecked,
        sqlalchemy=settings.verify.sqlalchemy,
        python=settings.verify.python,
        databases=tuple(settings.verify.databases),
        timeout=settings.verify.timeout,
    )


def _unique(documents: Sequence[Document]) -> tuple[list[Document], list[Diagnostic]]:
    """The documents with a defect on every card whose id an earlier card has."""
    first: dict[str, Location] = {}
    found: list[Diagnostic] = []

    def marked(card: Card) -> Card:
        other = first.setdefault(card.id, card.location)
        if other is card.location:
            return card
        found.append(rules.DUPLICATE_ID.at(card.location, card.line, id=card.id, other=other))
        return replace(card, defects=(*card.defects, found[-1]))

    return [replace(document, cards=tuple(map(marked, document.cards))) for document in documents], found
