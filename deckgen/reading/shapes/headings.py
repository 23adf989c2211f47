"""`### What is ..?`, `### 3. **..**`: a heading, with a number or without."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deckgen.reading.shapes.candidate import Candidate, Peeled

# Of its words the first is no mark of a question, such as `Exercise 3`: it has no number behind it.
_PLAIN = re.compile(r"(?P<hashes>#{1,6}) (?:(?P<number>\d{1,4})\. )?(?P<title>[A-Z][a-z]{2,} [a-z][\w ,'-]*\??)")


def find(lines: Sequence[str], at: int, peeled: Peeled) -> Candidate | None:
    """The heading on a line, or one that is underlined."""
    level = peeled.level or underlined(lines, at)
    if not level or not peeled.title or peeled.quote or peeled.bullet:
        return None
    last = at + 1 if peeled.level else at + 2
    number = peeled.number
    return Candidate(
        "headings", f"headings {level}", at + 1, peeled.indent + 1, peeled.title, last, peeled.label, number, level
    )


def plain(line: str, at: int) -> Candidate | None:
    """The heading on a line that is nothing but words, none of which is a mark of anything."""
    match = _PLAIN.fullmatch(line)
    if match is None:
        return None
    level, number = len(match["hashes"]), match["number"]
    words = match["title"]
    return Candidate(
        "headings", f"headings {level}", at + 1, 1, words, at + 1, number or "", int(number) if number else None, level
    )


def underlined(lines: Sequence[str], at: int) -> int:
    """The level of a heading that is a line of text above a line of `=`, or of `-` about as long; 0 for any other.

    Fewer dashes separate cards far more often than they make a title.
    """
    below = lines[at + 1].strip() if at + 1 < len(lines) else ""
    text = lines[at].strip()
    if len(below) < 3 or below.strip(below[0]) or below[0] not in "=-" or not text or (at and lines[at - 1].strip()):
        return 0
    if text[0] in "#>|`~<-*+=":
        return 0
    if below[0] == "=":
        return 1
    text = text[: text.rfind("{")].rstrip() if text.endswith("}") else text  # the words alone are underlined
    return 2 if len(below) > 3 and 0.6 * len(text) <= len(below) <= 2 * len(text) + 8 else 0
