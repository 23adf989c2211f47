"""What was chosen becomes what the parser is told to find: questions, marks of answers, folds, headings."""

from __future__ import annotations

from bisect import bisect_right

from deckgen.reading.choice import Choice
from deckgen.reading.questions import Plan, folds
from deckgen.reading.shapes.answers import first_choice
from deckgen.reading.survey import Survey, says

_NEAR = 8  # lines below a question in which the mark of its answer stands


def plan(seen: Survey, choice: Choice) -> Plan:
    """What the parser of a document is to find, and where."""
    marks = set()
    for each in choice.questions.values():
        first = each.last - (each.rest is not None)
        below = range(first, min(first + _NEAR, len(seen.lines)))
        mark = next((at for at in below if says(seen.lines[at])), None)
        if mark is not None and not first_choice(seen.lines[mark], list(seen.lines[mark + 1 : mark + 5])):
            marks.add(mark)
    underlined = {
        each.what.line - 1: each.what.level
        for each in seen.sights
        if each.what.shape == "headings" and each.what.last > each.what.line and not each.in_code
    }
    folded = {number for number, line in enumerate(seen.lines) if folds(line)}
    return Plan({line - 1: each for line, each in choice.questions.items()}, marks, folded, underlined)


def sections(seen: Survey, choice: Choice) -> set[int]:
    """The lines of the headings with a question right below: they end an answer, however deep they are."""
    lines = sorted(choice.questions)
    found = set()
    for line in (each.line for each in seen.headings):
        below = bisect_right(lines, line)
        if below < len(lines) and not seen.says(line + 1, lines[below] - 1):
            found.add(line)
    return found
