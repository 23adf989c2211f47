"""Questions that share a line with their answer, or are spread over several lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from deckgen.reading.shapes.answers import answer_mark
from deckgen.reading.shapes.beginnings import begins
from deckgen.reading.shapes.candidate import Candidate
from deckgen.reading.shapes.labelled import label_and_title
from deckgen.reading.shapes.titles import cleaned
from deckgen.reading.shapes.words import ATTRIBUTES, asks

_ANSWERED = re.compile(
    r"""(?P<question>(?:[^`?]|`[^`]*`)+?\?+(?:\*\*|__)?(?:\s?\{[^{}]*\})?)
        \s+(?:[-\u2013\u2014:=>\u2192]+\s+)?(?=[^\s({\[<]\S*\s*\S)(?=\W*\w)""",
    re.VERBOSE,
)
# What is to be judged stands behind such a question, and no answer.
_JUDGED = re.compile(
    r"\W*(?:true or false|t/f|right or wrong|richtig oder falsch|vrai ou faux|verdadero o falso|vero o falso)\b",
    re.IGNORECASE,
)
_ARROW = re.compile(
    r"(?P<question>(?:[^`=\s]|`[^`]*`|=(?!>)|\s+(?!\u2192|\u21d2|=>))++)\s+(?:\u2192|\u21d2|=>)\s+(?=\S)"
)
_OPENED = re.compile(r"[ \t]*(?:\w{0,9}\W{0,3}\d{0,4}[.):]\s+)?\*\*(?=[^\s*])")  # behind a number or label, if any
_CLOSED = re.compile(rf"\*\*(?:{ATTRIBUTES})?$")
_OPEN_END = re.compile(r"[^.!?:;|]$")
_NEXT_BLOCK = re.compile(r"\s*(?:[#>|~<=-]|```|[*+]\s|\d+[.)]\s)")
_LONG, _LONGEST, _MOST_LINES = 25, 100, 4


def in_bold(text: str, lines: Sequence[str], at: int) -> tuple[str, int]:
    """A line with those that bold words which it opens go on to, and the last of them; alone where they do not."""
    if text.count("**") != 1 or not _OPENED.match(text):
        return text, at
    joint = text.rstrip()
    for below in range(at + 1, min(at + 1 + _MOST_LINES, len(lines))):
        line = lines[below].strip()
        if not line or _NEXT_BLOCK.match(line) or label_and_title(line):
            break
        joint = f"{joint} {line}"
        if "**" in line:
            return (joint, below) if line.count("**") == 1 and _CLOSED.search(line) else (text, at)
    return text, at


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
    asked = _ANSWERED.match(found.title)
    match = asked or (_ARROW.match(found.title) if begins(found.title) else None)
    behind = found.title[match.end() :] if match else ""
    written = line.rstrip()
    if match is None or not written.endswith(behind) or (asked and (begins(behind) or _JUDGED.match(asked[0]))):
        return found
    return replace(found, title=match["question"], rest=len(written) - len(behind))


def joined(found: Candidate, lines: Sequence[str]) -> Candidate:
    """A question with the lines on which it goes on, up to its question mark."""
    if found.rest is not None or found.shape in ("folds", "pairs") or "?" in found.title:
        return found
    if found.level and found.last == found.line:
        return found
    title = found.title
    last = _asked_below(found, lines) if found.shape in ("labels", "answer marks") else 0
    if last:
        return replace(found, title=" ".join([title, *map(str.strip, lines[found.last : last])]), last=last)
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


def _asked_below(found: Candidate, lines: Sequence[str]) -> int:
    """The last line of those that tell what is asked about what a label says, with an answer below; 0 if there is none.

    One line that asks may do so above any answer, a task or several lines only above one that is marked.
    """
    if not found.title.endswith("."):
        return 0
    for at in range(found.last, min(found.last + _MOST_LINES, len(lines) - 1)):
        line = lines[at].strip()
        if not line or _NEXT_BLOCK.match(line) or label_and_title(line):
            return 0
        if not asks(line) and not begins(line):
            continue
        answer = next((each.strip() for each in lines[at + 1 : at + 4] if each.strip()), "")
        if answer_mark(answer) is not None:
            return at + 1
        if asks(line):
            apart = not lines[at + 1].strip() and at == found.last and not begins(found.title)
            return at + 1 if apart and answer and not label_and_title(answer) else 0
    return 0


def _closed(title: str) -> str:
    """A title without bold that is opened on its first line and closed on its last."""
    for mark in ("**", "__"):
        if title.startswith(mark) and title.endswith(mark):
            return title[len(mark) : -len(mark)]
    return title
