"""Reading and packing against what markdown-it, Pygments and genanki need for the same cards by themselves."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import genanki
import pygments
from markdown_it import MarkdownIt
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from deckgen.model import Deck, Document
from deckgen.packing import ledger, package, render
from deckgen.proof import Environment, Passed, Result, VerifiedCard
from deckgen.reading import pages
from deckgen.reading.grammar import Page
from deckgen.reading.pages import Sheet
from tests.benchmarks.measure import Ratio, seconds

_ENVIRONMENT = Environment("3.11.7", "2.1.9", "sqlite 3.40.1")
_CARD = """\
Q{n}. What does `sessionmaker()` number {n} give you? {{#card-{n} .session}}

A configurable **factory**: calling it gives a new `Session` with the defaults set once.

- It is *not* a class, and it is no Session.
- Arguments of a call override number {n}.

```python
SessionLocal = sessionmaker(engine, expire_on_commit=False)
```

```python check
first, second = SessionLocal(), SessionLocal()
assert first is not second
assert first.expire_on_commit is second.expire_on_commit is False
```

"""


def sheets(cards: int) -> list[Sheet]:
    """So many cards, in documents of a thousand at most."""
    return [
        Sheet(
            name, name, "".join(_CARD.format(n=number) for number in range(first, min(first + 1_000, cards))).encode()
        )
        for first in range(0, cards, 1_000)
        for name in [f"{first}.md"]
    ]


def read_and_pack(documents: Sequence[Sheet]) -> bytes:
    """Everything that deckgen does with documents but proving them and auditing the result."""
    read = [page for page in pages.read(documents) if isinstance(page, Page)]
    cards = [card for page in read for card in page.cards]
    parts = [Document(each.name, "Bench", page.cards) for each, page in zip(documents, read, strict=True)]
    found = tuple(each for page in read for each in page.diagnostics)
    deck = Deck("bench", "Bench", "", None, tuple(parts), found)
    proved = [VerifiedCard(card, (Result(card, _ENVIRONMENT, Passed(2)),)) for card in cards]
    empty = ledger.Ledger("bench")
    stamped = ledger.stamp(render.render(deck, proved), deck="bench", released=empty, draft=empty, now=1_800_000_000)
    return package.pack(stamped.notes, stamped.note_types, name="Bench", description="")


def floors(markdown: str, cards: int) -> float:
    """Seconds that the libraries need by themselves: parse and render, highlight two blocks a card, write the notes."""
    md = MarkdownIt("commonmark").enable("table")
    parsing = seconds(lambda: md.render(markdown))
    lexer, formatter = PythonLexer(), HtmlFormatter(nowrap=True)
    blocks = [fence.content for fence in md.parse(markdown) if fence.type == "fence"]
    colouring = seconds(lambda: [pygments.highlight(block, lexer, formatter) for block in blocks])
    return parsing + colouring + seconds(lambda: _bare_genanki(cards))


def _bare_genanki(cards: int) -> None:
    fields = [{"name": f"F{number}"} for number in range(10)]
    model = genanki.Model(1, "m", fields, [{"name": "c", "qfmt": "{{F0}}", "afmt": "{{F1}}"}])
    deck = genanki.Deck(2, "Bench")
    for number in range(cards):
        deck.add_note(genanki.Note(model, [f"question {number}", "answer " * 60, "proof " * 60, *[""] * 7]))
    with tempfile.TemporaryDirectory() as folder:
        genanki.Package(deck).write_to_file(Path(folder) / "bare.apkg")


def ratios() -> Iterator[Ratio]:
    """Time at three sizes, and how time and memory grow from 1 000 cards to 10 000."""
    taken: dict[int, float] = {}
    for cards in (100, 1_000, 10_000):
        documents = sheets(cards)
        markdown = "".join(sheet.data.decode() for sheet in documents)
        taken[cards] = seconds(partial(read_and_pack, documents), 3)
        yield Ratio(f"read and pack {cards} cards / floors", taken[cards] / floors(markdown, cards), 1.5)
    yield Ratio("time of 10 000 cards / 10 x time of 1 000", taken[10_000] / (10 * taken[1_000]), 1.3)
    base, small, large = (_peak(cards) for cards in (1, 1_000, 10_000))
    yield Ratio("memory of 10 000 cards / 10 x memory of 1 000", (large - base) / (10 * (small - base)), 1.2)


def _peak(cards: int) -> int:
    """Peak memory in KiB of a process of its own that reads and packs so many cards."""
    answer = subprocess.run([sys.executable, "-c", _PEAK, str(cards)], capture_output=True, text=True, check=True)
    return int(answer.stdout)


_PEAK = """
import sys
from tests.benchmarks.packing import read_and_pack, sheets
read_and_pack(sheets(int(sys.argv[1])))
with open("/proc/self/status") as status:  # getrusage would count what the parent had before exec
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""
