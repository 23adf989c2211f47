"""Block rules for markdown-it-py that mend what people leave open, nest too deep or letter, so that nothing is lost."""

from __future__ import annotations

import re
import string
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.fence import fence
from markdown_it.rules_block.html_block import html_block

from deckgen.reading.questions import line_of, plan_of

MAX_NESTING = 60

# HTML blocks that end with a mark of their own (CommonMark, section 4.6)
_ENDS = {"<!--": "-->", "<![cdata[": "]]>", "<!": ">", "<?": "?>"}
_ENDS |= {f"<{tag}": f"</{tag}>" for tag in ("script", "pre", "style", "textarea")}


_FENCE = re.compile(r"`{3,}[^`]*$|~{3,}")
_LETTER = {
    letter: re.compile(rf"{letter}[.)]\s+(?=\S)" if letter == "a" else rf"{letter}[.)]\s*(?=\S)")
    for letter in string.ascii_lowercase
}


def plugin(md: MarkdownIt) -> None:
    """Teach a parser to lose nothing to what is never closed or nested too deep."""
    md.options["maxNesting"] = 10 * MAX_NESTING  # beyond it markdown-it drops text; ours comes first
    blocks: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    md.block.ruler.before("code", "flattened", _flattened)
    md.block.ruler.at("fence", _fence, blocks)
    md.block.ruler.before("list", "lettered", _lettered, blocks)
    md.block.ruler.at("html_block", _html_block, {"alt": ["paragraph", "reference", "blockquote"]})


def _fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's protocol
    """markdown-it's own rule, but a fence that is never closed ends before the next question and says so."""
    mark = _mark(state, start)
    never = plan_of(state).never
    if mark in never and not silent and not state.level:  # so that its end is not looked for from each of many
        end = _first_question(state, start + 1, end) or end
    if not fence(state, start, end, silent):
        return False
    if silent:
        return True
    token, last = state.tokens[-1], state.line - 1
    question = _first_question(state, start + 1, state.line)
    # What closes it may be the end of another block, whose beginning it has swallowed together with a question.
    swallowed = question is not None and any(_opens(state, each, token.markup) for each in range(question, last))
    closed = last > start and _closes(state, last, token.markup)
    if closed and not swallowed:
        return True
    token.meta["unclosed"] = True
    if not closed and not state.level:
        never.add(mark)
    if question is not None:
        token.content = state.getLines(start + 1, question, state.sCount[start], keepLastLF=True)
        token.map = [start, question]
        state.line = question
    return True


def _mark(state: StateBlock, number: int) -> str:
    """The mark of the fence that may open on a line."""
    position = state.bMarks[number] + state.tShift[number]
    return state.src[position : position + 3]


def _html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    """markdown-it's own rule, but what would go on to a blank line, or for ever, ends before a question or a fence."""
    text = line_of(state, start).lower()
    mark = next((_ENDS[opening] for opening in _ENDS if text.startswith(opening)), None)
    never = plan_of(state).never
    if mark in never and not silent and mark not in text:  # as above
        end = _first_question(state, start + 1, end) or end
    if not html_block(state, start, end, silent):
        return False
    if silent:
        return True
    token = state.tokens[-1]
    text = token.content.lower()
    questions = plan_of(state).questions
    if mark is None:
        stop = _first(start + 1, state.line, lambda number: number in questions or _FENCE.match(line_of(state, number)))
    else:
        stop = None if mark in text else _first_question(state, start + 1, state.line)
        if mark not in text and not state.level:
            never.add(mark)
    if stop is not None:
        token.content = state.getLines(start, stop, state.blkIndent, keepLastLF=True)
        token.map = [start, stop]
        state.line = stop
    return True


def _lettered(state: StateBlock, start: int, _end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    """Lines that begin with `a.`, `b.` and so on are a list, which markdown-it takes for text."""
    if state.is_code_block(start) or not _LETTER["a"].match(line_of(state, start)):
        return False
    if silent:
        return True
    items: list[tuple[int, int, str]] = []
    line = start
    for letter in string.ascii_lowercase:
        if line >= state.lineMax or not (match := _LETTER[letter].match(line_of(state, line))):
            break
        first, text = line, [line_of(state, line)[match.end() :]]
        line += 1
        while line < state.lineMax and not _ends_item(state, line, letter):
            text.append(line_of(state, line))
            line += 1
        items.append((first, line, "\n".join(text)))
    outer = state.push("ordered_list_open", "ol", 1)
    outer.attrs, outer.map = {"type": "a"}, [start, line]
    for item in items:
        _item(state, *item)
    state.push("ordered_list_close", "ol", -1)
    state.line = line
    return True


def _ends_item(state: StateBlock, number: int, letter: str) -> bool:
    """Whether a line begins the next lettered item, or another block."""
    following = chr(ord(letter) + 1)
    if state.isEmpty(number) or (following in _LETTER and _LETTER[following].match(line_of(state, number))):
        return True
    return any(rule(state, number, state.lineMax, True) for rule in state.md.block.ruler.getRules("paragraph"))


def _item(state: StateBlock, first: int, end: int, text: str) -> None:
    state.push("list_item_open", "li", 1).map = [first, end]
    opening = state.push("paragraph_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = text, [first, end], []
    closing = state.push("paragraph_close", "p", -1)
    opening.hidden = closing.hidden = True
    state.push("list_item_close", "li", -1)


def _flattened(state: StateBlock, start: int, _end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    """A line that is nested too deep is text, whatever it is; markdown-it would drop it with all that follows."""
    if silent or state.level < MAX_NESTING:
        return False
    state.line = start + 1
    token = state.push("paragraph_open", "p", 1)
    token.map, token.meta = [start, state.line], {"deep": True}
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = line_of(state, start), [start, state.line], []
    state.push("paragraph_close", "p", -1)
    return True


def _first_question(state: StateBlock, first: int, end: int) -> int | None:
    """The first line of some that is a question, None where there is none."""
    return _first(first, end, plan_of(state).questions.__contains__)


def _first(first: int, end: int, holds: Callable[[int], object]) -> int | None:
    return next((number for number in range(first, end) if holds(number)), None)


def _closes(state: StateBlock, number: int, markup: str) -> bool:
    """Whether a line closes a fence that was opened with some markup (CommonMark, section 4.5)."""
    line = line_of(state, number)
    return not state.is_code_block(number) and line.startswith(markup) and not line.strip(markup[0])


def _opens(state: StateBlock, number: int, markup: str) -> bool:
    """Whether a line would open a fence of some markup with a language, if it did not stand in one."""
    line = line_of(state, number)
    return not state.is_code_block(number) and line.startswith(markup) and bool(line.strip(markup[0] + " \t"))
