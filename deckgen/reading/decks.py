"""Paths become decks: find the files, read each of them, and let no bad one stop the others."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deckgen import config, rules
from deckgen.config import DeckConfig, DeckTable
from deckgen.diagnostics import Diagnostic, Location, Source, suggest
from deckgen.model import Card, Deck, Document, Fence, Role, Sections
from deckgen.reading import brevity, craft, grammar, media, shapes, sidecar
from deckgen.reading.duplicates import alike

MAX_BYTES = 4 * 1024 * 1024  # parsing takes about 75 times a text's size in memory
STANDARD_INPUT = "-"
_WRITTEN = "questions"  # the key of front matter that says how they are written

_NO_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufeff]")  # a byte-order mark inside hides a question


@dataclass(frozen=True, slots=True)
class Reading:
    """The decks that could be read, and what is wrong with the paths that gave none."""

    decks: tuple[Deck, ...]
    diagnostics: tuple[Diagnostic, ...]


def read(paths: Sequence[str]) -> Reading:
    """The decks at some paths: a deck's folder, a folder of decks, a Markdown file, or `-` for standard input."""
    decks: list[Deck] = []
    found: list[Diagnostic] = []
    for path in paths:
        for deck in _read(path, found):
            other = next((other for other in decks if other.id == deck.id), None)
            if other is None:
                decks.append(deck)
            else:
                found.append(rules.DECK_ID_TWICE.at(Location(deck.path), id=deck.id, other=other.path))
    return Reading(tuple(decks), tuple(found))


def _read(path: str, found: list[Diagnostic]) -> Iterable[Deck]:
    if path == STANDARD_INPUT:
        return _script(decode(sys.stdin.buffer.read(), STANDARD_INPUT), None, found)
    place = Path(path)
    if not place.exists():
        found.append(rules.NO_DECKS.at(Location(path)))
        return []
    if not place.is_dir():
        return _script(_load(place), place, found)
    if (place / "deck.toml").exists():
        return _folder(place, found)
    folders = sorted(entry for entry in place.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    with_deck = [folder for folder in folders if (folder / "deck.toml").exists()]
    without = [folder for folder in folders if folder not in with_deck and any(folder.glob("*.md"))]
    found.extend(rules.NO_DECK_TOML.at(Location(shown(folder))) for folder in without)
    if not with_deck and not without:
        rule = rules.NO_DECK_TOML if any(place.glob("*.md")) else rules.NO_DECKS
        found.append(rule.at(Location(shown(place))))
    return [deck for folder in with_deck for deck in _folder(folder, found)]


def decode(data: bytes, name: str) -> Source | Diagnostic:
    """The source in some bytes: UTF-8 with or without a byte-order mark, without control characters, up to 4 MiB."""
    place = Location(name)
    if len(data) > MAX_BYTES:
        return rules.TOO_LARGE.at(place, size=len(data), limit=MAX_BYTES)
    try:
        text = data.decode("utf-8-sig", "strict")
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        bad_line = before.count(b"\n") + 1
        return rules.NOT_UTF8.at(Location(name, bad_line), reason=f"byte {data[error.start]:#04x}: {error.reason}")
    source = Source.of(name, text)
    for number, line in enumerate(source.lines, 1):
        if control := _CONTROL.search(line):
            character = f"U+{ord(control[0]):04X}"
            return source.report(rules.FORBIDDEN_CHARACTER, number, control.start() + 1, character=character)
    return source


def _load(path: Path) -> Source | Diagnostic:
    name = shown(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return rules.TOO_LARGE.at(Location(name), size=size, limit=MAX_BYTES)
        data = path.read_bytes()
    except OSError as error:
        return rules.UNREADABLE.at(Location(name), reason=error.strerror or str(error))
    return decode(data, name)


def shown(path: Path) -> str:
    """A path relative to the current directory, as reports name it."""
    return Path(os.path.relpath(path)).as_posix()


def _folder(folder: Path, found: list[Diagnostic]) -> list[Deck]:
    toml = _load(folder / "deck.toml")
    settings, mistakes = (None, [toml]) if isinstance(toml, Diagnostic) else config.parse(toml)
    if settings is None:
        found.extend(mistakes)
        return []
    notes: list[Diagnostic] = []
    documents = []
    for path in sorted(folder.rglob("*.md")):
        inside = path.relative_to(folder)
        source = None if _is_no_document(inside) else _listed(path)
        if isinstance(source, Source):
            documents.append(_document(source, folder, inside, notes, settings.deck.sections))
        elif source is not None:
            notes.append(source)
    for path in sorted(folder.rglob("*.checks.py")):
        if not path.with_name(path.name.removesuffix(".checks.py") + ".md").exists():
            notes.append(rules.ORPHAN_SIDECAR.at(Location(shown(path))))
    prelude = _prelude(folder / "prelude.py", notes)
    ledger = shown(folder / "ledger.json")
    return [_deck(settings, shown(folder), documents, notes, prelude=prelude, ledger=ledger)]


def _listed(path: Path) -> Source | Diagnostic:
    """The source of a document that nobody named, so that a pipe is not waited for."""
    if _NO_NAME.search(path.name):
        name = shown(path).encode("utf-8", "replace").decode()
        return rules.UNREADABLE.at(Location(name), reason="its name holds a character that is not text")
    if not path.is_file():
        return rules.UNREADABLE.at(Location(shown(path)), reason="it is no file")
    return _load(path)


def _is_no_document(inside: Path) -> bool:
    """Whether a file of a deck's folder is hidden, or about the deck."""
    return any(part.startswith(".") for part in inside.parts) or inside.name == "README.md"


def _document(source: Source, folder: Path, inside: Path, notes: list[Diagnostic], sections: Sections) -> Document:
    """A document of a deck's folder; its front matter says what its subdeck is called and how it is written."""
    page = grammar.read(source, inside.as_posix(), media.beside(folder, inside))
    values, mistakes = _front_matter(source, page, ("name", _WRITTEN))
    notes.extend(mistakes)
    name = values.get("name") or page.title or inside.stem
    if isinstance(name, list | dict) or _NO_NAME.search(str(name)):
        notes.append(source.report(rules.BAD_FRONT_MATTER, 1, reason="the name is not text"))
        name = inside.stem
    levels = (_level(str(part)) for part in (*inside.parent.parts, name))
    cards = _sectioned(_with_sidecar(page, folder / inside, notes), sections)
    return Document(inside.as_posix(), "::".join(levels), cards, page.form)


def _level(name: str) -> str:
    """A name as that of a single deck: two colons would open a level that the author did not mean."""
    return re.sub(":{2,}", ":", name)


def _sectioned(cards: Iterable[Card], sections: Sections) -> tuple[Card, ...]:
    """Cards whose sections are tags of theirs, subdecks, or nothing."""
    match sections:
        case Sections.TAGS:
            tags = {each: grammar.slug(each) for card in cards for each in card.section}
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


def _script(source: Source | Diagnostic, path: Path | None, found: list[Diagnostic]) -> list[Deck]:
    """A single document that is a deck: its identity from front matter, else from its name and first heading."""
    stem = path.stem if path else "stdin"
    place = shown(path) if path else STANDARD_INPUT
    if isinstance(source, Diagnostic):
        return [_deck(DeckConfig(deck=DeckTable(id=_deck_id(stem), name=stem[:100])), place, [], [source])]
    find = media.beside(path.parent, Path(path.name)) if path else media.nowhere
    page = grammar.read(source, path.name if path else stem, find)
    values, notes = _front_matter(source, page, (*config.FRONT_MATTER_KEYS, _WRITTEN))
    if any(note.code == rules.BAD_FRONT_MATTER.code for note in notes):  # the deck's identity may be in it
        found.extend([*notes, *page.diagnostics])
        return []
    name, origin = (page.title, "heading") if page.title else (stem, "file's name")
    for key, value, where in (("id", _deck_id(stem), "file's name"), ("name", name[:100], origin)):
        if key not in values:
            notes.append(source.report(rules.IDENTITY_BY_DEFAULT, 1, what=key, value=value, source=where))
            values[key] = value
    settings, mistakes = config.from_front_matter(source, values)
    if settings is None:
        found.extend([*mistakes, *notes, *page.diagnostics])
        return []
    cards = _sectioned(_with_sidecar(page, path, notes), settings.deck.sections)
    ledger = shown(path.with_suffix(".ledger.json")) if path else None
    document = Document(path.name if path else stem, "", cards, page.form)
    return [_deck(settings, place, [document], notes, ledger=ledger)]


def _front_matter(
    source: Source, page: grammar.Page, keys: Sequence[str]
) -> tuple[dict[str, object], list[Diagnostic]]:
    if page.front_matter is None:
        return {}, []
    values, notes = config.parse_front_matter(source, page.front_matter.text, page.front_matter.line, keys)
    written = values.pop(_WRITTEN, None)
    if written is not None and written not in shapes.NAMES:
        notes.append(source.report(rules.UNKNOWN_FORM, 1, form=written, advice=suggest(str(written), shapes.NAMES)))
    return values, notes


def _deck_id(stem: str) -> str:
    """An id made from a file's name; one that would make Anki take the package for something else is changed."""
    name = re.sub(r"[^a-z0-9_]+", "-", stem.lower()).strip("-_")
    return f"deck-{name}".rstrip("-") if not name or name == "collection" or name.startswith("backup-") else name


def _with_sidecar(page: grammar.Page, path: Path | None, notes: list[Diagnostic]) -> tuple[Card, ...]:
    notes.extend(page.diagnostics)
    beside = path.with_suffix(".checks.py") if path else None
    checks = _load(beside) if beside and beside.exists() else None
    if isinstance(checks, Source) and path:
        cards, found = sidecar.attach(page.cards, checks, shown(path))
        notes.extend(found)
        return tuple(cards)
    if isinstance(checks, Diagnostic):
        notes.append(checks)
    return page.cards


def _prelude(path: Path, notes: list[Diagnostic]) -> Fence | None:
    source = _load(path) if path.exists() else None
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
    cards = [card for document in documents for card in document.cards]
    weak = [*alike(cards)]
    weak += [diagnostic for card in cards for diagnostic in (*craft.weigh(card), *brevity.weigh(card))]
    return Deck(
        id=settings.deck.id,
        name=settings.deck.name,
        description=settings.deck.description,
        path=path,
        ledger=ledger,
        documents=tuple(documents),
        diagnostics=(*notes, *duplicates, *weak),
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
