"""Outlines, as Logseq and Roam write them: all is bullets, and questions stand below the bullets of their topics.

To Markdown such a question belongs to the list around it. Here it is moved to the margin with all that stands below
it, topics become headings, and the properties that such programs keep between the lines are left out. A line stays
the line that it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Source
from deckgen.reading.shapes.titles import cleaned
from deckgen.reading.shapes.words import CARD, asks

_TAB = 4
# A bullet below another one that asks or bears a tag, or a property.
_HINT = re.compile(
    r"^[ \t]*(?:(?<=[ \t])[-*+\u2022][ \t][^\n?#\uff1f\u061f]*[?#\uff1f\u061f]|[\w-]+::[ \t])", re.MULTILINE
)
_BULLET = re.compile(r"[-*+\u2022](?:[ \t]+|$)")
_PROPERTY = re.compile(r"[^\W\d_][\w-]*::(?:\s.*)?")
_TAGGED = re.compile(rf"(?<!\S){CARD}", re.IGNORECASE)
_FENCE = re.compile(r"(?:[-*+\u2022][ \t]+)?(?:```|~~~)")
_HEADING = re.compile(r"#{1,6}\s")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of an outline as it is written, how far it is indented, what stands there, and what kind it is of."""

    written: str
    indent: int
    text: str
    code: bool

    @property
    def bullet(self) -> bool:
        return not self.code and bool(_BULLET.match(self.text))

    @property
    def metadata(self) -> bool:
        return not self.code and bool(_PROPERTY.fullmatch(self.text))

    @property
    def tagged(self) -> bool:
        return self.bullet and bool(_TAGGED.search(self.text))

    @property
    def asks(self) -> bool:
        return self.tagged or (self.bullet and asks(cleaned(self.text)))


def flattened(lines: Sequence[str], text: str, first: int) -> Sequence[str]:
    """Lines without the indentation of an outline around its questions; as they are, where they make no outline.

    `text` is the lines together, `first` the first of them that is no front matter, counted from 0.
    """
    if not _HINT.search(text):
        return lines
    outline = list(_read(lines[first:]))
    whole = _whole(outline)
    depth = _depth(outline) if whole else 0
    if not depth and not any(line.tagged for line in outline):
        return lines
    return [*lines[:first], *(_flat(outline, depth) if whole else _tagged(outline))]


def left_out(source: Source, flat: Sequence[str]) -> Iterator[Diagnostic]:
    """What is said of the lines of a source that are not among the flattened ones."""
    pairs = enumerate(zip(source.lines, flat, strict=True), 1)
    found = [number for number, (line, kept) in pairs if line.strip() and not kept.strip()]
    if found:
        line = source.line(found[0])
        yield source.report(rules.PROPERTIES_LEFT_OUT, found[0], len(line) - len(line.lstrip()) + 1, count=len(found))


def _read(lines: Sequence[str]) -> Iterator[_Line]:
    inside = False
    for line in lines:
        text = line.strip()
        fence = bool(_FENCE.match(text))
        yield _Line(line, len(line.expandtabs(_TAB)) - len(line.expandtabs(_TAB).lstrip()), text, inside)
        inside ^= fence


def _whole(outline: Sequence[_Line]) -> bool:
    """Whether a document is an outline as a whole: at its margin hardly anything stands but bullets and headings."""
    margin = [line for line in outline if not line.indent and line.text and not line.code]
    bullets = sum(line.bullet for line in margin)
    other = sum(not (line.bullet or line.metadata or line.text[0] in "#-<") for line in margin)
    return bullets > 0 and 5 * other <= bullets


def _depth(outline: Sequence[_Line]) -> int:
    """How far the questions are indented; 0 where they stand at the margin, or nothing is said below them."""
    bullets = [line for line in outline if line.bullet]
    depths = Counter(line.indent for line in bullets if line.asks)
    depth, count = max(depths.items(), key=lambda item: (item[1], -item[0]), default=(0, 0))
    told = [below.indent > line.indent for line, below in pairwise(bullets) if line.asks]
    tagged = any(line.tagged for line in bullets)
    beside = sum(line.indent == depth for line in bullets)
    if not tagged and (count < 2 or depths[0] or 2 * count < beside or 2 * sum(told) < len(told)):
        return 0
    return depth


def _flat(outline: Sequence[_Line], depth: int) -> Iterator[str]:
    around: int | None = None  # the indentation of the question that a line belongs to
    for line in outline:
        if line.metadata or not line.text:
            yield ""
            continue
        if not line.code and (around is None or line.indent <= around) and (line.bullet or not line.indent):
            question = line.asks and (line.tagged or line.indent == depth)
            around = line.indent if question or not depth else None
        if around is not None:
            yield _moved(line, around)
        elif line.bullet:
            yield _topic(line)
        else:
            yield _moved(line, line.indent)


def _tagged(outline: Sequence[_Line]) -> Iterator[str]:
    """The lines of a document that is no outline, but for bullets with a tag: they and what is below them are moved."""
    around: int | None = None
    for line in outline:
        if line.text and not line.code and (around is None or line.indent <= around):
            around = line.indent if line.tagged else None
        if around is None:
            yield line.written
        else:
            yield "" if line.metadata else _moved(line, around)


def _moved(line: _Line, columns: int) -> str:
    """A line that many columns nearer to the margin."""
    return " " * max(0, line.indent - columns) + line.written.lstrip()


def _topic(line: _Line) -> str:
    words = line.text[1:].strip()
    if not words or _HEADING.match(words):
        return words
    return f"{'#' * min(_DEEPEST, 2 + line.indent // _TAB)} {words}"
