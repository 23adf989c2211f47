"""Block rules for markdown-it-py: questions where they were chosen, and what surrounds them.

A rule that is registered before `list`, with the other blocks as its alternatives, interrupts a paragraph, a list or
a quote wherever the question stands, so that none is swallowed by what precedes it. What was chosen comes in the
environment of a parse, as a `Plan`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from deckgen.reading.shapes.answers import answer_mark, fold_mark
from deckgen.reading.shapes.candidate import Candidate

_WIDEST_INSET = 8
_FOLDED = re.compile(r"[ \t>]*</?(?:details|summary)\b", re.IGNORECASE)
_FOLD = re.compile(
    r"(?:</?details[^<>]*>\s*)*(?:<summary[^<>]*>(?P<words>.*?)</summary>)?\s*(?:</?details[^<>]*>\s*)*(?P<rest>.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to find at which line, counted from 0: questions, marks of answers, folds, and headings underlined.

    What has been found is added while a document is read: lines that have `begun`, fences that `never` end.
    """

    questions: Mapping[int, Candidate]
    marks: Collection[int] = ()
    folds: Collection[int] = ()
    underlined: Mapping[int, int] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    never: set[str] = field(default_factory=set)
    _taken: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_taken", frozenset((*self.questions, *self.marks, *self.folds, *self.underlined)))

    def free(self, number: int) -> bool:
        """Whether nothing of all that is to be found at a line."""
        return number not in self._taken


def plugin(md: MarkdownIt) -> None:
    """Teach a parser to find questions, the marks of their answers, folds and headings that are underlined."""
    blocks: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    md.block.ruler.before("code", "planned", _planned, blocks)


def _planned(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's protocol
    if plan_of(state).free(start):
        return False
    return any(rule(state, start, end, silent) for rule in (_question, _answer_mark, _fold, _underlined))


def folds(line: str) -> bool:
    """Whether a line begins with the tags of a fold."""
    return "<" in line and bool(_FOLDED.match(line))


def plan_of(state: StateBlock) -> Plan:
    """The plan of the parse that a state belongs to."""
    plan: Plan = state.env["plan"]
    return plan


def _question(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    plan = plan_of(state)
    found = plan.questions.get(start)
    if found is None or start in plan.begun:
        return False
    # A table raises the level and holds no blocks; a list at the margin asks before its next item is read.
    nested = state.parentType != "table" and state.level > (state.parentType == "list")
    if nested and state.sCount[start] >= state.blkIndent:
        return False  # a line that belongs to the list or quote around it
    if silent:
        return True
    plan.begun.add(start)
    state.line = found.last
    token = state.push("question_open", "", 1)
    token.map = [start, state.line]
    token.meta = {"candidate": found}
    state.push("question_close", "", -1)
    if found.inset:
        _outdent(state, state.line, end)
    if found.rest is not None:
        _cut_off(state, found.last - 1, _physical(state, found.last - 1) + found.rest)
        _go_on(state, found.last - 1, end)
    return True


def _outdent(state: StateBlock, first: int, end: int) -> None:
    """Move an answer that is indented below its question to the margin."""
    filled = (number for number in range(first, end) if not state.isEmpty(number))
    inset = min(next((state.sCount[number] for number in filled), 0), _WIDEST_INSET)
    if inset < 2:
        return
    for number in range(first, end):
        if number in plan_of(state).questions:
            return
        if state.isEmpty(number):
            continue
        if state.sCount[number] < 2 and state.isEmpty(number - 1):
            return
        removed = min(state.sCount[number], inset)
        state.sCount[number] -= removed
        spaces = min(removed, state.tShift[number])
        state.bMarks[number] += spaces
        state.tShift[number] -= spaces


def _physical(state: StateBlock, number: int) -> int:
    """Where a line begins, whatever has been taken from it."""
    return state.src.rfind("\n", 0, state.eMarks[number]) + 1


def _cut_off(state: StateBlock, number: int, position: int) -> None:
    """Let a line begin at a position of the source, at the indentation of the block it is in."""
    state.bMarks[number] = position
    state.tShift[number] = 0
    state.sCount[number] = state.blkIndent


def _go_on(state: StateBlock, number: int, end: int) -> None:
    """Read on with what is left of a line; nothing where nothing is."""
    if not state.isEmpty(number):
        state.line = number
        any(rule(state, number, end, False) for rule in state.md.block.ruler.getRules(""))


def _answer_mark(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    """The mark of an answer is dropped, and what stands behind it read."""
    plan = plan_of(state)
    if silent or start not in plan.marks or -start in plan.begun:
        return False
    behind = answer_mark(line_of(state, start))
    if behind is None:
        return False
    plan.begun.add(-start)
    position = min(state.bMarks[start] + state.tShift[start] + behind, state.eMarks[start])
    _cut_off(state, start, position)
    state.line = start + 1
    _go_on(state, start, end)
    return True


def _fold(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    """The tags of a fold are dropped, and `Answer` written on one with them; other words on it are bold."""
    line = line_of(state, start)
    if start not in plan_of(state).folds or state.is_code_block(start):
        return False
    match = _FOLD.fullmatch(line)
    if match is None or match["rest"] == line:
        return False
    if silent:
        return True
    state.line = start + 1
    words = match["words"]
    if words and not fold_mark(words):
        state.push("paragraph_open", "p", 1).map = [start, state.line]
        inline = state.push("inline", "", 0)
        inline.content, inline.map, inline.children = f"**{words.strip()}**", [start, state.line], []
        state.push("paragraph_close", "p", -1)
    if match["rest"]:
        _cut_off(state, start, state.eMarks[start] - len(match["rest"]))
        _go_on(state, start, end)
    return True


def _underlined(state: StateBlock, start: int, _end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    level = plan_of(state).underlined.get(start)
    if level is None or state.level:
        return False
    if silent:
        return True
    state.line = start + 2
    state.push("heading_open", f"h{level}", 1).map = [start, state.line]
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = line_of(state, start), [start, state.line], []
    state.push("heading_close", f"h{level}", -1)
    return True


def line_of(state: StateBlock, number: int) -> str:
    """A line's text without its indentation."""
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()
