"""What most lines are, read without asking every rule of markdown-it: a paragraph of plain words.

A line that begins with a letter begins no other block, but for those of a `Plan`, lettered lists and tables.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.paragraph import paragraph
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from deckgen.reading.questions import plan_of

_BEGINS_LIST = re.compile(r"a[.)]\s")
_PLAIN = re.compile(r"(?:[\w,.;'\"()/?-]|(?<=\S) (?=\S)|(?<=[^\s\\])\n(?=\S))+")


def plugin(md: MarkdownIt) -> None:
    """Teach a parser to know plain words at a glance; what it makes of a document is the same."""
    md.block.ruler.before("table", "plain_paragraph", _plain_paragraph)
    md.core.ruler.at("inline", _inline)


def _plain_paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's
    if silent or state.sCount[start] - state.blkIndent > 3 or not _letter(state, start) or state.level >= _DEEP:
        return False
    if start + 1 >= end or state.isEmpty(start + 1):
        return _alone(state, start)
    return _no_table(state, start + 1) and paragraph(state, start, end, silent)


_DEEP = 50  # where nesting is bounded, other rules come first


def _letter(state: StateBlock, number: int) -> bool:
    """Whether a line begins with a letter, and nothing else."""
    position = state.bMarks[number] + state.tShift[number]
    if not state.src[position].isalpha() or not plan_of(state).free(number):
        return False
    return not _BEGINS_LIST.match(state.src, position)


def _no_table(state: StateBlock, number: int) -> bool:
    """Whether a line cannot be the one of dashes below the head of a table."""
    position = state.bMarks[number] + state.tShift[number]
    return state.src[position] not in "|-:"


def _alone(state: StateBlock, start: int) -> bool:
    """A paragraph of one line."""
    state.line = start + 1
    state.push("paragraph_open", "p", 1).map = [start, state.line]
    inline = state.push("inline", "", 0)
    text = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    inline.content, inline.map, inline.children = text.strip(), [start, state.line], []
    state.push("paragraph_close", "p", -1)
    return True


def _inline(state: StateCore) -> None:
    """markdown-it's own rule, but plain words are one piece of text for each line."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = token.children or []
        if _PLAIN.fullmatch(token.content):
            token.children += _texts(token.content)
        else:
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def _texts(content: str) -> list[Token]:
    first, *others = content.split("\n")
    tokens = [Token("text", "", 0, content=first)]
    for line in others:
        tokens += Token("softbreak", "br", 0), Token("text", "", 0, content=line)
    return tokens
