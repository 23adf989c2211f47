"""`> question`: a quote, with the answer below it; `> [!question] question`: a callout, with the answer in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

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
    if callout and not title:  # its words stand below it
        below = lines[at + 1].strip() if at + 1 < len(lines) else ""
        return replace(found, title=below.lstrip("> "), last=at + 2) if below.strip("> ") and below[0] == ">" else None
    if callout:
        return found
    found = joined(found, lines)
    neighbours = (lines[each].lstrip() for each in (at - 1, found.last) if 0 <= each < len(lines))
    return None if any(line.startswith(">") for line in neighbours) else found
