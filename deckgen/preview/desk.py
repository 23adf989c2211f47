"""What an author has on the desk: decks as they were last read, and what is known of their cards, kept up to date."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Hashable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from watchfiles import Change, PythonFilter, awatch

from deckgen import drafting, folders, pipeline, rules
from deckgen.diagnostics import Diagnostic
from deckgen.effort import Effort
from deckgen.errors import SurroundingsError
from deckgen.model import Card, Deck, Fence
from deckgen.reading import diagrams, ids, selection
from deckgen.reading.decks import Reading
from deckgen.report import Report, Step, Verb, environments
from deckgen.signatures import SUFFIXES

_QUIET_MILLISECONDS = 50  # a save is over once nothing was written for as long
_BUSY_MILLISECONDS = 400  # where writing does not end, what there is is read as often
_PAUSE_SECONDS = 0.1  # between two pieces of news, of which there can be many when all is proved


class _Watched(PythonFilter):
    """What can belong to a deck; a folder with such in it as well, since what comes with a new one is not told of."""

    def __init__(self) -> None:
        super().__init__(extra_extensions=(".md", ".toml", *(f".{suffix}" for suffix in sorted(SUFFIXES))))

    def __call__(self, change: Change, path: str) -> bool:
        """Whether decks are read again for its sake."""
        told = super().__call__
        inside = (os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
        return told(change, path) or any(told(change, each) for each in inside)


class _SupersededError(Exception):
    """What is being proved is no longer what the files say, or nobody looks at it any more."""


class Desk:
    """A report of each deck by its id, and `problems` of what could not be read, from `open` on.

    A deck or document that cannot be read any more stays as it was when it could. `error` is what kept cards from being
    proved, `progress` says in words how far it is with proving; `version` grows with all else that changes.
    """

    def __init__(self, paths: Sequence[str], effort: Effort) -> None:
        self._paths, self._effort = paths, effort
        self.reports: Mapping[str, Report] = {}
        self.problems: tuple[Diagnostic, ...] = ()
        self.error = ""
        self.progress = ""
        self.version = 0
        self._ended = False
        self._news = asyncio.Event()
        self._unproved = asyncio.Event()
        self._reading = asyncio.Lock()
        self._read_last: Reading | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Read the decks, and for as long as the context lasts prove them whenever a file of theirs is saved."""
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._watch())
            await asyncio.sleep(0)  # it watches from here on, so that no save is missed
            await self._read()
            proving = tasks.create_task(self._prove())
            try:
                yield
            finally:
                self._unproved.set()
                watching.cancel()
                proving.cancel()

    async def news(self) -> AsyncIterator[None]:
        """Something at once, and again whenever anything has changed, until the news end."""
        while not self._ended:
            news = self._news
            yield
            await news.wait()
            await asyncio.sleep(_PAUSE_SECONDS)

    def end_news(self) -> None:
        """Tell whoever waits for news that there are none any more."""
        self._ended = True
        self._tell()

    def _tell(self) -> None:
        told, self._news = self._news, asyncio.Event()
        told.set()

    async def _watch(self) -> None:
        saves = awatch(
            *selection.watched(self._paths),
            watch_filter=_Watched(),
            step=_QUIET_MILLISECONDS,
            debounce=_BUSY_MILLISECONDS,
            ignore_permission_denied=True,  # of a folder beside a document, which may be anybody's
        )
        async for _ in saves:
            await self._read()

    async def _read(self) -> None:
        """Read the decks, and have them proved where they are not as they were."""
        async with self._reading:
            failed, self.error = self.error, ""
            try:
                reading = await asyncio.to_thread(_reading, self._paths)
            except OSError as error:  # a file went while it was looked for; it is looked for again when it is back
                self.error = str(error)
            else:
                if failed or reading != self._read_last:
                    self._read_last = reading
                    self._take(reading)
                    self._unproved.set()
            self.version += 1
            self._tell()

    def _take(self, reading: Reading) -> None:
        """Show what was read, and in the place of what could not be read what was there before."""
        unread = [Path(each.location.path).resolve() for each in reading.diagnostics]
        reports = {
            name: each
            for name, each in self.reports.items()
            if any(place.is_relative_to(Path(each.deck.path).resolve()) for place in unread)
        }
        for deck in reading.decks:
            before = self.reports.get(deck.id)
            reports[deck.id] = _expected(_completed(deck, before.deck) if before else deck, before)
        self.reports, self.problems = reports, reading.diagnostics

    async def _prove(self) -> None:
        loop = asyncio.get_running_loop()
        while await self._unproved.wait():
            self._unproved.clear()
            with suppress(_SupersededError):
                for asked in list(self.reports.values()):
                    progress = partial(self._proceed, loop, asked.deck)
                    try:
                        report = await asyncio.to_thread(pipeline.verify, asked.deck, progress, self._effort)
                    except (SurroundingsError, OSError) as error:
                        self.error = str(error)
                    else:
                        self._show(asked.deck, report)
                    self.version += 1
                    self.progress = ""
                    self._tell()

    def _proceed(self, loop: asyncio.AbstractEventLoop, deck: Deck, step: Step) -> None:
        """Hear from the thread that proves a deck, and end it where what it proves is not wanted any more."""
        if self._unproved.is_set():
            raise _SupersededError
        loop.call_soon_threadsafe(self._advance, deck, step)

    def _advance(self, deck: Deck, step: Step) -> None:
        self.progress = f"{step.done} of {step.total} checks run {step.doing}" if step.total else step.doing
        before, judgement = self.reports.get(deck.id), step.judgement
        if judgement and before:
            found = tuple(judgement if each.card is judgement.card else each for each in before.judgements)
            self._show(deck, replace(before, judgements=found, environments=environments(found)))
            self.version += 1
        self._tell()

    def _show(self, deck: Deck, report: Report) -> None:
        """Show what is known of a deck, unless it was read anew meanwhile: then it will be proved anew as well."""
        if deck.id in self.reports and self.reports[deck.id].deck is deck:
            self.reports = {**self.reports, deck.id: replace(report, deck=deck)}


def _reading(paths: Sequence[str]) -> Reading:
    reading = selection.read(paths, known=folders.pages())
    return replace(reading, decks=tuple(map(diagrams.drawn, reading.decks)))


def _completed(deck: Deck, before: Deck) -> Deck:
    """A deck with the documents that cannot be read as they were before; an empty one is just being written."""
    found = [*ids.unread(deck), *(each for each in deck.diagnostics if each.code == rules.EMPTY_FILE.code)]
    lost = {each.location.path for each in found}
    kept = {each.path: each for each in before.documents if any(card.location.path in lost for card in each.cards)}
    documents = {each.path: each for each in deck.documents} | kept
    return replace(deck, documents=tuple(documents[path] for path in sorted(documents)))


def _expected(deck: Deck, before: Report | None) -> Report:
    """A deck before it is proved: what was known of a card holds until then if nothing that is proved has changed."""
    report = replace(drafting.lint(deck), verb=Verb.VERIFY)
    if before is None or _terms(deck) != _terms(before.deck):
        return report
    known = {_proved(each.card): each for each in before.judgements}
    judgements = (
        replace(known[_proved(each.card)], card=each.card) if _proved(each.card) in known else each
        for each in report.judgements
    )
    return replace(report, judgements=tuple(judgements), environments=before.environments)


def _proved(card: Card) -> Hashable:
    """All of a card that its verdict depends on, wherever it stands."""
    return card.id, card.answered, card.claims, card.timeout, bool(card.defects), _code(card.fences)


def _terms(deck: Deck) -> Hashable:
    """All of a deck that the verdict of each card depends on."""
    prelude = deck.prelude.code if deck.prelude else None
    return prelude, deck.sqlalchemy, deck.python, deck.databases, deck.timeout


def _code(fences: Iterable[Fence]) -> Hashable:
    return tuple((each.role, each.language, each.code, each.entry, *each.attributes.items()) for each in fences)
