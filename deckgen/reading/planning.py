"""What was chosen becomes what the parser is told to find: questions, marks of answers, folds, headings."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from deckgen.reading.choice import Choice
from deckgen.reading.questions import Plan, folds
from deckgen.reading.shapes.aliases import answer_initial
from deckgen.reading.shapes.answers import first_choice, marks_answer
from deckgen.reading.shapes.candidate import Candidate
from deckgen.reading.survey import Survey, says

# A heading above the answers of all questions, unless it is below that of one.
_KEY = re.compile(
    r"#{1,6} \W*(?:answers|answer key|solutions|antworten|lösungen|ответы|решения|respuestas|soluciones|réponses)\b",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"#{1,6}\s*\W*A\b")
_NEAR = 8  # lines below a question in which the mark of its answer stands


def plan(seen: Survey, choice: Choice) -> Plan:
    """What the parser of a document is to find, and where."""
    marks = set()
    for each in choice.questions.values():
        first = each.last - (each.rest is not None)
        below = range(first, min(first + _NEAR, len(seen.lines)))
        mark = next((at for at in below if says(seen.lines[at])), None)
        if mark is not None and _marks(seen.lines, mark, each):
            marks.add(mark)
    marks |= {
        each.line - 1
        for each in seen.headings
        if each.line not in choice.questions and _says_answer(seen, each, choice)
    }
    underlined = {
        each.what.line - 1: each.what.level
        for each in seen.sights
        if each.what.shape == "headings" and each.what.last > each.what.line and not each.in_code
    }
    folded = {number for number, line in enumerate(seen.lines) if folds(line)}
    return Plan({line - 1: each for line, each in choice.questions.items()}, marks, folded, underlined)


def _marks(lines: Sequence[str], at: int, question: Candidate) -> bool:
    """Whether what begins on a line below a question may begin with the mark of its answer."""
    text = lines[at][question.rest or 0 :] if at < question.last else lines[at]
    text = text.strip().lstrip("> ")
    if answer_initial(text) is not None and not marks_answer(text, lines[question.line - 1]):
        return False
    if _KEY.match(text) and not 0 < question.level < text.index(" "):
        return False
    return not first_choice(lines[at], list(lines[at + 1 : at + 5]))


def _says_answer(seen: Survey, heading: Candidate, choice: Choice) -> bool:
    """Whether a heading that would end an answer begins one, as `#### Answer: B` below `###### 1. Which?`."""
    line = seen.lines[heading.line - 1].strip()
    if heading.level > choice.depth or _KEY.match(line) or _LETTERED.match(line):
        return False
    return marks_answer(line, "")


def sections(seen: Survey, choice: Choice) -> set[int]:
    """The lines of the headings with a question right below: they end an answer, however deep they are."""
    lines = sorted(choice.questions)
    found = set()
    for line in (each.line for each in seen.headings):
        below = bisect_right(lines, line)
        if below < len(lines) and not seen.says(line + 1, lines[below] - 1):
            found.add(line)
    return found
