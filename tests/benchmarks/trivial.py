"""A deck of the smallest honest checks, each with a verdict of its own."""

from __future__ import annotations

_HEAD = "---\nid: bench\nname: Bench\n---\n\n"
_CARD = """\
Q{n}. What is number {n}? {{#card-{n}}}

It is {n}.

```python check
assert engine.name == "sqlite" != "{n}"
```

"""


def document(cards: int) -> str:
    """A document with so many cards."""
    return _HEAD + "".join(_CARD.format(n=number) for number in range(cards))
