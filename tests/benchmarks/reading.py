"""Reading costs little more than parsing: questions and answers against markdown-it-py alone on the same text.

And it goes in a straight line: ten times the questions take ten times as long, and the memory that they need is
reported against the length of their text.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

from markdown_it import MarkdownIt

from deckgen.diagnostics import Source
from deckgen.reading import grammar
from tests.benchmarks.measure import Ratio, seconds

_CARD = """\
### {n}. What does part {n} of the engine do?

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
_CARDS, _MANY = 10_000, 100_000


def ratios() -> Iterator[Ratio]:
    text = _text(_CARDS)
    bare = seconds(lambda: MarkdownIt("commonmark").parse(text), 2)
    taken = seconds(lambda: _read(text), 2)
    yield Ratio("reading 10 000 questions / bare markdown-it-py", taken / bare, 1.2)
    many = [_text(_CARDS) for _ in range(_MANY // _CARDS)]
    all_of_them = seconds(lambda: [*map(_read, many)])
    yield Ratio("reading 100 000 questions / ten times 10 000", all_of_them / taken / len(many), 1.2)
    tracemalloc.start()
    _read(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    yield Ratio("memory to read 10 000 questions / their text", peak / len(text), 75)


def _text(cards: int) -> str:
    return "".join(_CARD.format(n=number) for number in range(1, cards + 1))


def _read(text: str) -> int:
    cards = grammar.read(Source.of("bench.md", text), "bench.md").cards
    assert len(cards) == _CARDS
    assert all(card.answered for card in cards)
    return len(cards)
