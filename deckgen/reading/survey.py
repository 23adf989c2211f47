"""What a document shows at a first glance, line by line: which lines may be questions, and what stands between them."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from deckgen.reading.shapes import candidate
from deckgen.reading.shapes.answers import first_choice, marks_answer, stub
from deckgen.reading.shapes.beginnings import begins, bids
from deckgen.reading.shapes.candidate import Candidate
from deckgen.reading.shapes.titles import cleaned
from deckgen.reading.shapes.words import asks, contents, navigation, rated, residue, thanks

_DEEPEST = 6
_LONGEST_STUB = 60
_LONGEST_LINK = 80  # what is longer leads nowhere else
_FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(?P<marker>`{3,}(?=[^`]*$)|~{3,})")
# A line that may be a question though nothing in it asks: it does not begin with a letter, as a table or as a bullet
# that neither begins with bold or a link nor holds a colon, or it begins with a label.
_MAYBE = re.compile(
    r"\s*(?:[^\s\w|*+\u2022-]|[\d_]|[*+\u2022-](?:[ \t]+\W*[*_\[]|[ \t][^:\uff1a]*[:\uff1a]|(?![ \t]))"
    r"|\w+\W{0,2}\d|(?:\w|[ivxIVX]{2,5})[.)]\s|\w[\w ]{0,14}[:\uff1a])"
)
# A mark of an answer, or what underlines a heading.
_BELOW_QUESTION = re.compile(
    r"\s*(?:\?{1,2}|={4,}|-{4,})\s*$|[\W_]*+(?:\w?\d{0,4}\W|ans|sol|sv|l[öo]s|отв|реш|від|r[eé]sp|ri?sp|r[aă]sp|odp|cev|vas|vál|απά|trả|jaw"
    r"|correct|model|答|解|回|답|정|جو|תש|उत्|assis|ai\W|bot\W|chatg|cand|interviewee|back|rück)",
    re.IGNORECASE,
)
_BULLETS = frozenset("-*+\u2022")
_TABLE = re.compile(r"\s*(?:\||$)")
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
        self._titles = {each.line for each in self.headings}
        self._speaking: dict[int, int] = {}  # for each silent line the next one that says something
        self._up_to = [[each.line for each in self.headings if each.level <= level] for level in range(_DEEPEST + 1)]

    def says(self, first: int, last: int) -> bool:
        """Whether a line says something of those from one up to another, both counted from 1 and included."""
        at = first
        while at <= len(self.lines) and at not in self._speaking and not self._speaks(at):
            at += 1
        behind = self._speaking.get(at, at)
        self._speaking.update(dict.fromkeys(range(first, at), behind))
        return behind <= min(last, len(self.lines))

    def _speaks(self, number: int) -> bool:
        return number not in self._titles and says(self.lines[number - 1])

    def heading_behind(self, line: int, level: int = _DEEPEST) -> int:
        """The line of the next heading that is no deeper than a level, that behind the last line if there is none."""
        lines = self._up_to[level]
        at = bisect_right(lines, line)
        return lines[at] if at < len(lines) else len(self.lines) + 1


def survey(lines: Sequence[str], first: int = 0, wanted: str = "") -> Survey:
    """What some lines show from the first, counted from 0, that is no front matter; all that is of a form wanted."""
    code = _in_code(lines, first)
    maybe = _maybe(lines, code, listed=wanted == "bullets")
    return Survey(lines, tuple(_sights(lines, code, first, maybe)))


def _sights(lines: Sequence[str], code: Sequence[Code], first: int, maybe: Iterable[int]) -> Iterator[Sight]:
    """The candidates outside tables of contents, each line in one at most."""
    behind = first
    index = _Index(lines)
    for at in maybe:
        line = lines[at]
        if at < behind:
            continue
        index.go_on(at)
        found = candidate(lines, at)
        if found is None or (not found.level and _LINK.fullmatch(line)):
            continue
        words = cleaned(found.title.partition(" {#")[0])
        inside = code[at] is not Code.NONE
        if found.level and not inside:
            index.meet(found.level, words, at)
        listed = index.level and (not found.level or (found.level > index.level and index.lists(found.last)))
        if not words or listed or _holds_place(found, words):
            continue
        if not found.label.startswith("Q") and (residue(words) or navigation(words)):
            continue
        marked = _marked(lines, found)
        if not marked and found.group.startswith("question marks") and thanks(words):
            continue
        behind = found.last
        blank = not at or not lines[at - 1].strip()
        begun = begins(words) or rated(line)
        yield Sight(found, words, asks(words), begun, marked, inside, blank)


def _holds_place(found: Candidate, words: str) -> bool:
    """Whether bold words say that an answer is still to be written."""
    return found.shape == "bold lines" and len(words) < _LONGEST_STUB and stub(words)


@dataclass(slots=True)
class _Index:
    """Where a table of contents goes on: from the heading that announces it, as long as lines are listed or empty."""

    lines: Sequence[str]
    level: int = 0
    at: int = 0
    listed: bool = False

    def meet(self, level: int, words: str, at: int) -> None:
        """A heading begins a table of contents, or ends one."""
        if contents(words):
            self.level, self.at, self.listed = level, at + 1, False
        elif level <= self.level or asks(words):
            self.level = 0

    def go_on(self, at: int) -> None:
        """Look at the lines up to one whether they are part of it; a rule below what is listed ends it."""
        for line in self.lines[self.at : at + 1] if self.level else ():
            rule = bool(_RULE.match(line))
            if line.strip() and (not _LISTED.match(line) or (rule and self.listed)):
                self.level = 0
                break
            self.listed |= bool(line.strip()) and not rule
        self.at = at + 1

    def lists(self, at: int) -> bool:
        """Whether the next line that is not empty is listed, as below a heading of a part of the table."""
        below = next((line for line in self.lines[at : at + 3] if line.strip()), "")
        return bool(_LISTED.match(below))


def _maybe(lines: Sequence[str], code: Sequence[Code], *, listed: bool) -> list[int]:
    """The lines out of code that may be questions, by what they show, what stands below, or as all that is listed."""
    maybe, below = _MAYBE.match, _BELOW_QUESTION.match
    found = set()
    for at, line in enumerate(lines):
        if not line or code[at] is Code.CLOSED:
            continue
        if "?" in line or "::" in line or "\uff1f" in line or "\u061f" in line or maybe(line):
            found.add(at)
        if below(line):
            found |= {at - 1, at - 2} if at > 1 and not lines[at - 1] else {at - 1}
    asking = [lines[at].lstrip()[:1] for at in found if "?" in lines[at]]
    if listed:
        found |= {at for at, line in enumerate(lines) if line.lstrip()[:1] in _BULLETS}
    elif sum(each in _BULLETS for each in asking) > 1:
        found |= {at for at, line in enumerate(lines) if line.lstrip()[:1] in _BULLETS and _bidden(line)}
    if sum(map(str.isalpha, asking)) > 2:
        found |= {at for at, line in enumerate(lines) if line[:1].isalpha() and bids(line)}
    return sorted(at for at in found if at >= 0 and code[at] is not Code.CLOSED and not _TABLE.match(lines[at]))


def _bidden(line: str) -> bool:
    """Whether what is listed begins as tasks do, or bears the tag of a card."""
    return begins(line.lstrip(" \t-*+\u2022")) or rated(line)


def _marked(lines: Sequence[str], found: Candidate) -> bool:
    """Whether what stands below a line begins with the mark of an answer, and is not the first of several choices."""
    below = range(found.last, min(found.last + 3, len(lines)))
    at = next((each for each in below if lines[each].strip()), None)
    if at is None or not marks_answer(lines[at].strip().lstrip("> "), lines[found.line - 1]):
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


def _in_code(lines: Sequence[str], first: int) -> list[Code]:
    """For each line whether it stands in a fence that is closed, or in a comment."""
    code = [Code.CLOSED] * first + [Code.NONE] * (len(lines) - first)
    ends = _Ends(lines)
    behind = first
    for at in ends.marked:
        end = ends.last(at) if at >= behind else at
        if end > at:
            again = any(_opens(line) for line in lines[at + 1 : end])
            code[at : end + 1] = [Code.DOUBTFUL if again else Code.CLOSED] * (end - at + 1)
            behind = end + 1
    return code


def _opens(line: str) -> bool:
    """Whether a line would open a fence with a language, if it did not stand in one."""
    return ("```" in line or "~~~" in line) and bool(_FENCE.match(line)) and bool(line.strip("`~ \t>"))


class _Ends:
    """Where the fences and comments of some lines end; each line is looked at once for what it could end."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._closing: dict[str, list[tuple[int, int]]] = {"`": [], "~": [], "-": []}
        self._never = dict.fromkeys(self._closing, sys.maxsize)  # lengths that nothing below ends
        self.marked = [
            number
            for number, line in enumerate(lines)
            if "```" in line or "~~~" in line or "<!--" in line or "-->" in line
        ]
        for number in self.marked:
            line = lines[number]
            closing = _CLOSES.fullmatch(line)
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
        if length >= self._never[mark]:
            return at
        closing = self._closing[mark]
        below = bisect_right(closing, (at, len(self._lines[at])))
        found = next((each for each in range(below, len(closing)) if closing[each][1] >= length), None)
        if found is None:
            self._never[mark] = length
            return at
        return closing[found][0]
