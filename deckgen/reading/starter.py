"""The files that a deck starts with: a card that is proved, or a document as it was found and room for its checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path, PurePosixPath

from deckgen import config
from deckgen.config import DeckConfig, DeckTable
from deckgen.diagnostics import Diagnostic, Source
from deckgen.model import Card
from deckgen.reading import decks, grammar, ids, media, sidecar, sources

_MEANT = {".json", ".md", ".py", ".toml"}  # what such a file of a deck's folder holds is never taken for an image


@dataclass(frozen=True, slots=True)
class Start:
    """The files of a new deck by their paths inside its folder, how many ids its document got, and what was found.

    There are no files where there is nothing to start with.
    """

    files: Mapping[str, bytes]
    inserted: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()


def fresh(name: str) -> Start:
    """A deck of this id with one card that is proved."""
    settings = DeckConfig(deck=DeckTable(id=name, name=name[:100]))
    card = resources.files(__package__).joinpath("starter.md").read_bytes()
    return Start({"deck.toml": config.dump(settings).encode(), "cards.md": card})


def rough(name: str, path: Path) -> Start:
    """A deck with a copy of a document, into which nothing is inserted but the ids that it lacks. Raises OSError.

    Its id is `name` unless the document has another. What stands beside it comes along: its checks, else empty ones,
    the images and sounds that it names below its folder, and what was released of it, which keeps its id and name.
    """
    reading = decks.alone(path)
    deck = next(iter(reading.decks), None)
    if deck is None or not deck.cards:
        return Start({}, diagnostics=(*reading.diagnostics, *(deck.diagnostics if deck else ())))
    plan = ids.plan(deck)
    data = plan.revisions[0].after if plan.revisions else path.read_bytes()
    ledger = path.with_suffix(".ledger.json")
    default = (deck.id, deck.name) if ledger.exists() else (name, "")
    settings, mistakes = _settings(sources.decode(data, sources.shown(path)), *default)
    if settings is None:
        return Start({}, diagnostics=mistakes)
    stem = path.stem if _can_name(path.stem) else name
    given = {each.card.location: each.id for each in plan.inserted}
    cards = [replace(card, id=given.get(card.location, card.id)) for card in deck.cards]
    beside = path.with_suffix(".checks.py")
    files = {
        "deck.toml": config.dump(settings).encode(),
        f"{stem}.md": data,
        f"{stem}.checks.py": beside.read_bytes() if beside.exists() else sidecar.empty(cards).encode(),
        "ledger.json": ledger.read_bytes() if ledger.exists() else b"",
        **dict(_media(cards)),
    }
    said = (*plan.diagnostics, *(each.changed for each in plan.inserted if each.changed))
    return Start({file: content for file, content in files.items() if content}, len(plan.inserted), said)


def _settings(source: Source | Diagnostic, deck_id: str, name: str) -> tuple[DeckConfig | None, tuple[Diagnostic, ...]]:
    """What front matter says of the deck, which in a folder of decks stands in `deck.toml`, and what it leaves out."""
    if isinstance(source, Diagnostic):
        return None, (source,)
    page = grammar.read(source, source.path)
    head = page.front_matter
    said = config.parse_front_matter(source, head.text, head.line)[0] if head else {}
    settings, mistakes = config.from_front_matter(
        source, {"id": deck_id, "name": name or (page.title or deck_id)[:100], **said}
    )
    return settings, tuple(mistakes)


def _can_name(stem: str) -> bool:
    """Whether a document of this name is read in a deck's folder, where a hidden one is not, nor what is about it."""
    return stem.isprintable() and not stem.startswith(".") and stem != "README"


def _media(cards: Iterable[Card]) -> Iterator[tuple[str, bytes]]:
    """The images and sounds of some cards, by their paths from the document."""
    for medium in (medium for card in cards for medium in card.media):
        path = media.inside((), medium.target)
        if not isinstance(path, media.Refusal) and not _MEANT & {PurePosixPath(part).suffix.lower() for part in path}:
            yield "/".join(path), medium.data
