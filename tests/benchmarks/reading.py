"""Reading costs little more than parsing: questions and answers against markdown-it-py alone on the same text.

And it goes in a straight line: ten times the questions take ten times as long, and the memory that they need is
reported against the length of their text. What is unchanged costs next to nothing.
"""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt

from deckgen.reading import pages
from deckgen.reading.grammar import Page
from deckgen.reading.pages import Sheet
from tests.benchmarks.measure import Ratio, seconds

_CARD = """\
### {n}. What does part {n} of the engine do? {{#part-{n}}}

It takes what part {n} was given, and hands it on to the next one, so that nothing is done twice.
Where nothing was given it waits, which costs little; where much was given it works in batches, and the
caller sees the first results before the last ones were asked for.

- the `first` step collects
- the second step sorts
- the third step writes **once**

```python
part = Part(number={n})
part.run(limit=10)
```

"""
_CARDS, _DOCUMENTS = 1_000, 10


def ratios() -> Iterator[Ratio]:
    sheets = [_sheet(number) for number in range(_DOCUMENTS)]
    bare = seconds(lambda: [MarkdownIt("commonmark").parse(sheet.data.decode()) for sheet in sheets], 3)
    taken = seconds(lambda: _read(sheets), 3)
    yield Ratio("reading 10 000 questions / bare markdown-it-py", taken / bare, 1.2)
    alone = seconds(lambda: _alone(sheets), 3)
    yield Ratio("the same on one core / bare markdown-it-py", alone / bare, 1.8)
    with tempfile.TemporaryDirectory() as folder:
        _read(sheets, Path(folder))
        known = seconds(lambda: _read(sheets, Path(folder)), 30)  # so short that whatever else runs would be measured
    yield Ratio("unchanged questions / reading them on one core", known / alone, 0.03)
    many = [_sheet(number) for number in range(10 * _DOCUMENTS)]
    yield Ratio("reading 100 000 questions / ten times 10 000", seconds(lambda: _read(many)) / taken / 10, 1.2)
    tracemalloc.start()
    _read(sheets[:1])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    yield Ratio("memory to read 1 000 questions / their text", peak / len(sheets[0].data), 75)


def _sheet(document: int) -> Sheet:
    first = document * _CARDS + 1
    text = "".join(_CARD.format(n=number) for number in range(first, first + _CARDS))
    return Sheet(f"{document}.md", f"{document}.md", text.encode())


def _alone(sheets: list[Sheet]) -> None:
    for sheet in sheets:
        _read([sheet])


def _read(sheets: list[Sheet], known: Path | None = None) -> None:
    read = pages.read(sheets, known)
    assert all(isinstance(page, Page) and len(page.cards) == _CARDS for page in read)
