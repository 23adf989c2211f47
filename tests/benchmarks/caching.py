"""What is known costs next to nothing: an unchanged deck and one with a single edit against one that is proved at all.

And two workers against one. The deck has ten thousand cards with the smallest honest check, and is proved once, by as
many workers as there are cores; some of its cards tell what one worker needs.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

from deckgen import pipeline
from deckgen.effort import Effort
from deckgen.reading import decks
from tests.benchmarks import trivial
from tests.benchmarks.measure import Ratio

_CARDS, _SOME = 10_000, 400


def ratios() -> Iterator[Ratio]:
    """The whole way from Markdown to verdicts each time; a build would pack the same cards on top."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        if len(os.sched_getaffinity(0)) > 1:
            _write(_SOME)
            one, two = (_seconds(Effort(workers=workers)) for workers in (1, 2))
            yield Ratio("speed of two workers / of one", one / two, 1.6, at_least=True)
        text = _write(_CARDS)
        cold = _seconds(_KNOWN, expected=0)
        unchanged = _seconds(_KNOWN, expected=_CARDS)
        Path("bench.md").write_text(text.replace('!= "5000"', '!= "five thousand"'))
        edited = _seconds(_KNOWN, expected=_CARDS - 1)
        yield Ratio("10 000 cards, unchanged / cold", unchanged / cold, 0.05)
        yield Ratio("10 000 cards, one of them edited / cold", edited / cold, 0.1)


_KNOWN = Effort(cache="verdicts.sqlite")


def _write(cards: int) -> str:
    text = trivial.document(cards)
    Path("bench.md").write_text(text)
    return text


def _seconds(effort: Effort, *, expected: int = 0) -> float:
    """How long it takes to read and prove the deck, of which so many cards are known."""
    started = time.perf_counter()
    (deck,) = decks.read(["bench.md"]).decks
    report = pipeline.verify(deck, lambda *_: None, effort)
    taken = time.perf_counter() - started
    assert report.cached == expected
    assert all(judgement.verdict == "verified" for judgement in report.judgements)
    return taken
