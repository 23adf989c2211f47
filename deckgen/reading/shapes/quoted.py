"""`> question`: a quote, with the answer below it; `> [!question] question`: a callout, with the answer in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deckgen.reading.shapes.candidate import Candidate, Peeled
from deckgen.reading.shapes.spread import joined

_CALLOUT = re.compile(r"\[!(?:question|faq|help|quiz|flashcard)\][-+]?\s*", re.IGNORECASE)


def find(lines: Sequence[str], at: int, peeled: Peeled) -> Candidate | None:
    """The quoted words, if they are all of their quote or the title of a callout."""
    if not peeled.quote or not peeled.title:
        return None
    callout = _CALLOUT.match(peeled.title)
    title = peeled.title[callout.end() :] if callout else peeled.title
    found = Candidate("quotes", "quotes", at + 1, peeled.indent + 1, title, at + 1, peeled.label, peeled.number)
    if callout:
        return found if title else None
    found = joined(found, lines)
    neighbours = (lines[each].lstrip() for each in (at - 1, found.last) if 0 <= each < len(lines))
    return None if any(line.startswith(">") for line in neighbours) else found
