"""Questions that share a line with their answer, or are spread over several lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from deckgen.reading.shapes.candidate import Candidate
from deckgen.reading.shapes.labelled import label_and_title
from deckgen.reading.shapes.titles import cleaned
from deckgen.reading.shapes.words import asks, begins

_ANSWERED = re.compile(
    r"""(?P<question>(?:[^`?]|`[^`]*`)+?\?+(?:\*\*|__)?(?:\s?\{[^{}]*\})?)
        \s+(?:[-\u2013\u2014:=>\u2192]+\s+)?(?=[^\s({\[<]\S*\s*\S)(?=\W*\w)""",
    re.VERBOSE,
)
_OPEN_END = re.compile(r"[^.!?:;|]$")
_NEXT_BLOCK = re.compile(r"\s*(?:[#>|~<=-]|```|[*+]\s|\d+[.)]\s)")
_LONG, _LONGEST, _MOST_LINES = 25, 100, 4


def parted(found: Candidate, line: str) -> Candidate:
    """A question without the answer that stands behind it on its line."""
    if (
        found.rest is not None
        or found.level
        or found.title.endswith("}")
        or found.shape in ("folds", "pairs")
        or asks(cleaned(found.title))
    ):
        return found
    match = _ANSWERED.match(found.title)
    behind = found.title[match.end() :] if match else ""
    written = line.rstrip()
    if match is None or begins(behind) or not written.endswith(behind):
        return found
    return replace(found, title=match["question"], rest=len(written) - len(behind))


def joined(found: Candidate, lines: Sequence[str]) -> Candidate:
    """A question with the lines on which it goes on, up to its question mark."""
    if found.level or found.rest is not None or found.shape in ("folds", "pairs") or "?" in found.title:
        return found
    title = found.title
    quoted = found.shape == "quotes"
    if (not quoted and not len(title) >= _LONG) or not _OPEN_END.search(title):
        return found
    for at in range(found.last, min(found.last + _MOST_LINES, len(lines))):
        line = lines[at].strip()
        line = line.lstrip("> ") if quoted else line
        if (quoted and lines[at].lstrip()[:1] != ">") or label_and_title(line):
            return found
        if not line or len(line) > _LONGEST + 20 or _NEXT_BLOCK.match(line):
            return found
        goes_on = (
            line[0].islower() or line[0] in "`*_(\"'" or lines[at][0].isspace() or quoted or len(title) > 2 * _LONG
        )
        if not goes_on:
            return found
        title = f"{title} {line}"
        if asks(title):
            return replace(found, title=_closed(title), last=at + 1)
    return found


def _closed(title: str) -> str:
    """A title without bold that is opened on its first line and closed on its last."""
    for mark in ("**", "__"):
        if title.startswith(mark) and title.endswith(mark):
            return title[len(mark) : -len(mark)]
    return title
