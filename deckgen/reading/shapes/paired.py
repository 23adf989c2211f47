"""`question :: answer` and `question::answer`, and `question` above a line `?`: as plug-ins read them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deckgen.reading.shapes.candidate import Candidate, Peeled

_PAIR = re.compile(r"(?P<question>(?:[^`:]|`[^`]*`|:(?!:))+?)\s*:{2,3}(?:\s+(?=\S)|$)")
# Without a space around the colons, more than once on a line or behind one word alone, it is code: `std::vector`.
_TIGHT = re.compile(r"(?P<question>[^`:\s]+(?:[ \t]+[^`:\s]+)+):{2,3}(?=[^\s:`])(?!.*::)")
_BETWEEN = re.compile(r"\?{1,2}")


def find(lines: Sequence[str], at: int, peeled: Peeled) -> Candidate | None:
    """The words before the colons, or above the question mark that stands by itself."""
    line = lines[at]
    if peeled.quote or peeled.level or peeled.indent > 3 or not peeled.title:
        return None
    below = lines[at + 1].strip() if at + 1 < len(lines) else ""
    if _BETWEEN.fullmatch(below) and at + 2 < len(lines) and lines[at + 2].strip():
        return Candidate("pairs", "pairs", at + 1, peeled.indent + 1, peeled.title, at + 2)
    if "::" not in line:
        return None
    start = line.rindex(peeled.title) if peeled.title in line else len(line)
    pair = _PAIR.match(line.rstrip(), start)
    tight = None if pair else _TIGHT.match(line, start)
    pair = pair or tight
    if pair is None:
        return None
    return Candidate(
        "pairs",
        "tight pairs" if tight else "pairs",
        at + 1,
        peeled.indent + 1,
        pair["question"],
        at + 1,
        peeled.label,
        peeled.number,
        rest=pair.end() if pair.end() < len(line.rstrip()) else None,
    )
