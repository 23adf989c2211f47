"""What a document shows at a first glance, line by line: which lines may be questions, and what stands between them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate, islice

from deckgen.reading.shapes import candidate
from deckgen.reading.shapes.answers import answer_mark, first_choice
from deckgen.reading.shapes.candidate import Candidate
from deckgen.reading.shapes.titles import cleaned
from deckgen.reading.shapes.words import asks, begins, contents, navigation, rated, residue

_DEEPEST = 6
_LONGEST_LINK = 80  # what is longer leads nowhere else
_FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(?P<marker>`{3,}(?=[^`]*$)|~{3,})")
_ASKING_BULLET = re.compile(r"[-+*\u2022][ \t].*[?:\uff1f\uff1a*_\[]")
_LABELLED = re.compile(r"\w+\W{0,2}\d|\w[\w ]{0,14}[:\uff1a]")
_PERHAPS_ANSWER = re.compile(
    r"\s*\?{1,2}\s*$|[\W_]*(?:an?s?\W|ans|sol|отв|r[eé]sp|ri?sp|odp|cev|答|解|assis|ai\W|bot\W|chatg)", re.IGNORECASE
)
_CLOSES = re.compile(r"[ \t>]*(`{3,}|~{3,})[ \t]*")
_RULE = re.compile(r"[ \t]*(?:[-*_=][ \t]*){3,}$")
_TAGS = re.compile(r"<[^<>]*>")
_SILENT = re.compile(r"(?:\s|</?(?:details|summary|br|hr|p|div|center|a)\b[^<>]*>)+", re.IGNORECASE)
_LINK = re.compile(r"[-*+\d.)\s>]*+\[(?:[^\[\]]|\[[^\[\]]*\])*\]\((?:#|[^()\s]*\.md#?)[^()]*\)\W*")
_LISTED = re.compile(r"[ \t]*(?:[-*+|<#\[]|\d+[.)][ \t]+(?!#))")


@dataclass(frozen=True, slots=True)
class Sight:
    """A candidate and what can be seen of it; `words` is its title as a learner reads it.

    It asks, or begins as questions do; a mark of an answer stands below it; it stands in code, or below a blank line.
    """

    what: Candidate
    words: str
    asks: bool
    begins: bool
    marked: bool
    in_code: bool
    blank_above: bool


class Code(Enum):
    """Whether a line stands in a fence or comment; one with a second beginning inside may have swallowed questions."""

    NONE = 0
    CLOSED = 1
    DOUBTFUL = 2


class Survey:
    """The lines of a document, and those of them that may be questions, in order."""

    def __init__(self, lines: Sequence[str], sights: Sequence[Sight]) -> None:
        self.lines = lines
        self.sights = sights
        self.headings = [each.what for each in sights if each.what.level and not each.in_code]
        titles = {each.line for each in self.headings}
        said = (number not in titles and says(line) for number, line in enumerate(lines, 1))
        self._said = list(accumulate(said, initial=0))
        self._up_to = [[each.line for each in self.headings if each.level <= level] for level in range(_DEEPEST + 1)]

    def says(self, first: int, last: int) -> int:
        """How many lines say something of those from one up to another, both counted from 1 and included."""
        return self._said[min(last, len(self.lines))] - self._said[first - 1] if first <= last else 0

    def heading_behind(self, line: int, level: int = _DEEPEST) -> int:
        """The line of the next heading that is no deeper than a level, that behind the last line if there is none."""
        lines = self._up_to[level]
        at = bisect_right(lines, line)
        return lines[at] if at < len(lines) else len(self.lines) + 1


def survey(lines: Sequence[str], first: int = 0) -> Survey:
    """What some lines show from the first, counted from 0, that is no front matter."""
    return Survey(lines, tuple(_sights(lines, list(_in_code(lines, first)), first)))


def _sights(lines: Sequence[str], code: Sequence[Code], first: int) -> Iterator[Sight]:
    """The candidates outside tables of contents, each line in one at most."""
    behind = first
    index = 0  # the level of the heading above that announces a table of contents
    for at in range(first, len(lines)):
        line = lines[at]
        start = line.lstrip()
        if not start:
            continue
        if index and not _LISTED.match(line):
            index = 0
        if at < behind or code[at] is Code.CLOSED or start[0] == "|" or not (_maybe(start) or _above_mark(lines, at)):
            continue
        found = candidate(lines, at)
        if found is None or (not found.level and _LINK.fullmatch(line)):
            continue
        words = cleaned(found.title.partition(" {#")[0])
        inside = code[at] is not Code.NONE
        if found.level and not inside:
            index = found.level if contents(words) else 0 if found.level <= index or asks(words) else index
        if not words or residue(words) or navigation(words) or (index and not found.level):
            continue
        behind = found.last
        blank = not at or not lines[at - 1].strip()
        begun = begins(words) or rated(line)
        yield Sight(found, words, asks(words), begun, _marked(lines, found.last), inside, blank)


def _maybe(start: str) -> bool:
    """Whether a line without its indentation may be a question by itself; this is asked of every line."""
    if start[0].isalpha():
        return "?" in start or "\uff1f" in start or "\u061f" in start or "::" in start or bool(_LABELLED.match(start))
    if start[0] in "-+*\u2022" and start[1:2] in " \t":
        return bool(_ASKING_BULLET.match(start))
    return True


def _above_mark(lines: Sequence[str], at: int) -> bool:
    """Whether the line below, or the one behind a blank line, may be or begin with the mark of an answer."""
    below = (lines[at + 1] or lines[at + 2] if at + 2 < len(lines) else lines[-1]) if at + 1 < len(lines) else ""
    return bool(_PERHAPS_ANSWER.match(below))


def _marked(lines: Sequence[str], below: int) -> bool:
    """Whether what stands below a line begins with the mark of an answer, and is not the first of several choices."""
    at = next((each for each in range(below, min(below + 3, len(lines))) if lines[each].strip()), None)
    if at is None or answer_mark(lines[at].strip().lstrip("> ")) is None:
        return False
    return not first_choice(lines[at], list(lines[at + 1 : at + 5]))


def says(line: str) -> bool:
    """Whether a line says something; rules, tags without words and links to the top do not."""
    start = line.lstrip()
    if len(start) > _LONGEST_LINK or not start or (start[0].isalnum() and start[0] not in "bBtTnNpPhH"):
        return bool(start)
    return not (
        _RULE.match(line) or _SILENT.fullmatch(line) or navigation(_TAGS.sub("", line) if "<" in line else line)
    )


def _in_code(lines: Sequence[str], first: int) -> Iterator[Code]:
    """For each line whether it stands in a fence that is closed, or in a comment."""
    yield from [Code.CLOSED] * first
    ends = _Ends(lines)
    at = first
    while at < len(lines):
        end = ends.last(at)
        if end == at:
            yield Code.NONE
        else:
            again = any(_opens(line) for line in lines[at + 1 : end])
            yield from [Code.DOUBTFUL if again else Code.CLOSED] * (end - at + 1)
        at = end + 1


def _opens(line: str) -> bool:
    """Whether a line would open a fence with a language, if it did not stand in one."""
    return ("```" in line or "~~~" in line) and bool(_FENCE.match(line)) and bool(line.strip("`~ \t>"))


class _Ends:
    """Where the fences and comments of some lines end; each line is looked at once for what it could end."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._closing: dict[str, list[tuple[int, int]]] = {"`": [], "~": [], "-": []}
        for number, line in enumerate(lines):
            closing = _CLOSES.fullmatch(line) if "```" in line or "~~~" in line else None
            if closing:
                self._closing[closing[1][0]].append((number, len(closing[1])))
            if "-->" in line:
                self._closing["-"].append((number, 0))

    def last(self, at: int) -> int:
        """The last line of the fence or comment that opens on a line; the line itself if none does, or none ends."""
        line = self._lines[at]
        fence = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence:
            return self._find(at, fence["marker"][0], len(fence["marker"]))
        if "<!--" in line and line.lstrip().startswith("<!--") and "-->" not in line:
            return self._find(at, "-", 0)
        return at

    def _find(self, at: int, mark: str, length: int) -> int:
        closing = self._closing[mark]
        below = bisect_right(closing, (at, len(self._lines[at])))
        return next((line for line, size in islice(closing, below, None) if size >= length), at)
