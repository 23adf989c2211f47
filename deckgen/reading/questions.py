"""Block rules for markdown-it-py: one for each way a question can be written, and a fence that ends where it should.

A rule that is registered before `list`, with the other blocks as its alternatives, interrupts a paragraph, a list or
a quote wherever the question stands, so that none is swallowed by what precedes it.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.fence import fence

QUESTION = "question"

_LABEL = re.compile(
    r"""(?P<bold>\*\*|__)?
        (?:question|ques|q) \s* (?P<before>[.:\#]?) \s*
        (?P<number>\d{1,5}) (?!\w)
        \s* (?P<after>[.:)\]]+ (?!\d) | [-\u2013\u2014] (?=\s) )? \s*
        (?P<close>\*\*|__)? \s*
        (?P<title>\S.*)""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSING = re.compile(r"[\s>]*(`{3,}|~{3,})[ \t]*")


def plugin(md: MarkdownIt) -> None:
    """Teach a parser to find questions and to recover from a fence that is never closed."""
    md.block.ruler.before("list", QUESTION, _labelled, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.block.ruler.at("fence", _fence, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def label_and_title(line: str) -> tuple[str, str] | None:
    """Label without punctuation (`Q11`) and title of a labelled question, None where the line is none.

    Without any punctuation around its number a label counts only before a title that ends with a question mark.
    """
    if line[:1] not in "Qq*_":
        return None
    match = _LABEL.fullmatch(line)
    if match is None:
        return None
    title = match["title"].strip()
    bold, closed = match["bold"], match["close"]
    if not (match["before"] or match["after"] or closed or title.endswith("?")):
        return None
    if bold and not closed:
        title = title.removesuffix(bold).rstrip() if title.endswith(bold) else bold + title
    elif closed and not bold:
        title = closed + title
    return f"Q{match['number']}", title


def _labelled(state: StateBlock, start: int, _end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's protocol
    if state.is_code_block(start) or (state.level and state.sCount[start] >= state.blkIndent):
        return False  # code, or a line that belongs to the list or quote around it
    begin = state.bMarks[start] + state.tShift[start]
    found = label_and_title(state.src[begin : state.eMarks[start]].rstrip())
    if found is None:
        return False
    if silent:
        return True
    label, title = found
    state.line = start + 1
    token = state.push("question_open", "", 1)
    token.map = [start, state.line]
    token.meta = {"label": label, "title": title, "column": state.tShift[start] + 1}
    state.push("question_close", "", -1)
    return True


def _fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's protocol
    """markdown-it's own rule, but a fence that is never closed ends before the next question and says so."""
    if not fence(state, start, end, silent):
        return False
    if silent:
        return True
    token = state.tokens[-1]
    closing = _CLOSING.fullmatch(_line(state, state.line - 1)) if state.line - 1 > start else None
    if closing and closing[1].startswith(token.markup):
        return True
    token.meta["unclosed"] = True
    for number in range(start + 1, state.line):
        if label_and_title(_line(state, number).strip()):
            token.content = state.getLines(start + 1, number, state.sCount[start], keepLastLF=True)
            token.map = [start, number]
            state.line = number
            break
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] : state.eMarks[number]]
