"""Where things of the same kind stand in a source, one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from deckgen.diagnostics import Source


@dataclass(slots=True)
class Cursor:
    """A place in some lines of a source that only moves on, so that each of several like things is found at its own."""

    source: Source
    line: int
    last: int
    column: int = 0

    def find(self, text: str) -> tuple[int, int]:
        """Line and column where a text next occurs, else the place of the cursor."""
        wanted = re.compile(re.escape(text), re.IGNORECASE)
        column = self.column
        for number in range(self.line, self.last + 1):
            if match := wanted.search(self.source.line(number), column):
                self.line, self.column = number, match.end()
                return number, match.start() + 1
            column = 0
        return self.line, self.column + 1
