"""The cards of decks as tests of pytest, where its configuration says `deckgen_cards = true`.

Everything heavy is imported where cards are collected, since pytest loads this module for every project.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from deckgen.diagnostics import Diagnostic
    from deckgen.effort import OnFailure
    from deckgen.model import Card, Deck
    from deckgen.proof import Judgement
    from deckgen.reading.decks import Reading
    from deckgen.report import Report


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a project ask for its cards."""
    parser.addini("deckgen_cards", "Collect the cards of decks, and prove them.", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Take part where the project asks for it."""
    if config.getini("deckgen_cards"):
        config.pluginmanager.register(Cards(), "deckgen-cards")


class CardItem(pytest.Item):
    """A card; `found` is a report of it alone once it is proved, or what kept it from being proved."""

    def __init__(self, *, card: Card, deck: Deck, **others: Any) -> None:
        super().__init__(**others)
        self.card, self.deck = card, deck
        self.found: Report | Exception | None = None

    def runtest(self) -> None:
        """Fail where `deckgen verify` would for the card's sake."""
        if self.wrong:
            self.fail()

    @property
    def wrong(self) -> bool:
        """Whether the card is known to be wrong."""
        return not isinstance(self.found, Exception | None) and self.found.wrong

    def fail(self) -> NoReturn:
        """Say what was found, in the words of the text report, and nothing of the code that found it."""
        from deckgen import console
        from deckgen.publishing.reports import text

        if isinstance(self.found, Exception | None):
            said = f"error: {self.found}"
        else:
            said = text.render([self.found]).strip() or f"{self.card.location}: {_reason(*self.found.judgements)}"
        pytest.fail(console.harmless(said), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the question stands."""
        return self.path, self.card.location.line - 1, self.name


class Source(pytest.File):
    """A document, or the `deck.toml` of a folder of them; `read` reads the deck at its `home`."""

    def __init__(self, *, home: Path, read: Callable[[Path], Reading], **others: Any) -> None:
        super().__init__(**others)
        self.home, self.read = home, read

    def collect(self) -> Iterator[CardItem]:
        """The cards of a document. Raises CollectError for what is wrong with it and is wrong with no card."""
        from deckgen import console
        from deckgen.publishing.reports.text import paragraph
        from deckgen.reading.sources import shown

        reading = self.read(self.home)
        faults = [*reading.diagnostics, *(each for deck in reading.decks for each in self._faults(deck))]
        if faults:
            raise self.CollectError(console.harmless("\n\n".join(map(paragraph, faults))))
        for deck in reading.decks:
            for card in deck.cards:
                if card.location.path == shown(self.path):
                    yield CardItem.from_parent(self, name=card.id, card=card, deck=deck)

    def _faults(self, deck: Deck) -> Iterator[Diagnostic]:
        """The errors of this file that are of no card; what stands in no document is told of `deck.toml`."""
        from deckgen.diagnostics import Severity
        from deckgen.reading.selection import about
        from deckgen.reading.sources import shown

        errors = [each for each in deck.diagnostics if each.severity is Severity.ERROR]
        of_cards = set(about(deck.cards, errors))
        for each in errors:
            document = Path(each.location.path.replace(".checks.py", ".md"))
            place = document if document.suffix == ".md" and document.exists() else self.home / "deck.toml"
            if each not in of_cards and shown(place) == shown(self.path):
                yield each


class Cards:
    """What pytest asks of a project's cards."""

    def __init__(self) -> None:
        self._read = cache(_read)

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Source | None:
        """A document of a deck's folder, or a Markdown file that the user named."""
        if file_path.suffix != ".md" and file_path.name != "deck.toml":
            return None
        home = next((folder for folder in file_path.parents if (folder / "deck.toml").exists()), file_path)
        if home == file_path and not parent.session.isinitpath(file_path):
            return None
        return Source.from_parent(parent, path=file_path, home=home, read=self._read)

    @pytest.hookimpl(tryfirst=True)  # pytest looks at the mark that says why a card is skipped right afterwards
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Have a card proved: to be unable to is an error, as it is where a test's fixture fails."""
        from deckgen.proof import Verdict

        if not isinstance(item, CardItem):
            return
        _prove(item)
        if isinstance(item.found, Exception | None):
            item.fail()
        [judgement] = item.found.judgements
        if judgement.verdict is Verdict.BROKEN:
            item.fail()
        if judgement.verdict is not Verdict.VERIFIED and not item.wrong:
            item.add_marker(pytest.mark.skip(_reason(judgement)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Begin a card's line in the short summary with the line in its document, whose path stands just before."""
        report = yield
        crash = getattr(report.longrepr, "reprcrash", None)
        if isinstance(item, CardItem) and crash:
            crash.message = crash.message.removeprefix(f"Failed: {item.card.location.path}:")
        return report


def _read(home: Path) -> Reading:
    from deckgen import folders
    from deckgen.reading import decks

    return decks.read([str(home)], folders.pages())


def _prove(item: CardItem) -> None:
    """Prove a card, and in one run with it those of its deck that are still to come.

    Where pytest ends at the first failure the run does as well. What it did not come to is proved when pytest does, up
    to the first card that is known to be wrong: pytest ends there.
    """
    from deckgen.effort import OnFailure

    stopping = item.config.getoption("maxfail") == 1
    for on_failure in (OnFailure.STOP, OnFailure.GO_ON) if stopping else (OnFailure.GO_ON,):
        if item.found is None:
            cards = [each for each in item.session.items if isinstance(each, CardItem) and each.deck is item.deck]
            ahead = takewhile(lambda each: not each.wrong, cards[cards.index(item) :])
            _prove_all([each for each in ahead if each.found is None], on_failure)


def _prove_all(items: Sequence[CardItem], on_failure: OnFailure) -> None:
    """Prove some cards of one deck as `deckgen verify` does."""
    from deckgen import api, folders
    from deckgen.diagnostics import Severity
    from deckgen.effort import Effort
    from deckgen.errors import SurroundingsError
    from deckgen.reading import selection

    waiting = {item.card.location for item in items}
    deck = selection.only(items[0].deck, lambda card: card.location in waiting)
    effort = Effort(cache=folders.VERDICTS.as_posix(), on_failure=on_failure)
    try:
        with _turn(items[0].config):
            report = api.verify(deck, effort)
    except (SurroundingsError, OSError) as error:
        for item in items:
            item.found = error
        return
    errors = [each for each in report.diagnostics if each.severity is Severity.ERROR]
    judged = {each.card.location: each for each in report.judgements if each.verdict is not None}
    for item in items:
        if judgement := judged.get(item.card.location):
            own = selection.about([judgement.card], errors)
            item.found = replace(report, judgements=(judgement,), diagnostics=own)
    for remark in report.remarks:
        items[0].warn(pytest.PytestWarning(remark))


@contextmanager
def _turn(config: pytest.Config) -> Iterator[None]:
    """Workers of pytest-xdist take turns: a run takes all cores, and the next one knows its verdicts."""
    from deckgen.folders import CACHE

    if not hasattr(config, "workerinput"):
        yield
        return
    import fcntl

    with (CACHE / "xdist.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _reason(judgement: Judgement) -> str:
    """Why a card has its verdict, in a line."""
    from deckgen import console, explanations
    from deckgen.report import failures

    failure = next(iter(failures(judgement)), None)
    why = failure.message if failure else explanations.title(str(judgement.verdict))
    return console.harmless(f"{judgement.verdict}: {why}")
