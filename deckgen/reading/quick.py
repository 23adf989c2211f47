"""What a line begins with decides which rules of markdown-it are asked about it; most are plain words, and ask few."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.ruler import Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from deckgen.reading.questions import plan_of
from deckgen.reading.repairs import MAX_NESTING

# The characters with which the blocks of a rule can begin; what is not here may begin with any.
_BEGINNINGS = {
    "front_matter": "-",
    "fence": "`~",
    "blockquote": ">",
    "hr": "*-_",
    "list": "*+-0123456789",
    "lettered": "a",
    "reference": "[",
    "html_block": "<",
    "heading": "#",
    "math_block": "$",
}
_ELSEWHERE = ("table", "planned", "flattened", "code")  # known by what is around a line
_CHAINS = ("paragraph", "reference", "blockquote", "list")  # of the rules that may interrupt a block

_DASHES = frozenset("|-:")  # with which the line below the head of a table begins

_PLAIN = re.compile(r"[\w,.;'\"()/?-]+(?:[ \n][\w,.;'\"()/?-]+)*+")


def plugin(md: MarkdownIt) -> None:
    """Teach a parser, once it knows all its rules, to ask few of them; what it makes of a document is the same."""
    ruler = md.block.ruler
    names = dict(zip(ruler.getRules(), ruler.get_active_rules(), strict=True))
    md.block.ruler = Ruler()
    md.block.ruler.push("code", _asking(names, ruler.getRules()))  # the name by which it is asked whether code may be
    for chain in _CHAINS:
        md.block.ruler.push(f"interrupts {chain}", _asking(names, ruler.getRules(chain)), {"alt": [chain]})
    md.core.ruler.at("inline", _inline)


def _asking(names: Mapping[RuleFuncBlockType, str], rules: Sequence[RuleFuncBlockType]) -> RuleFuncBlockType:
    """One rule that is all of some: it asks those of them whose blocks can begin as a line does."""
    near = [rule for rule in rules if names[rule] not in _ELSEWHERE]
    first = {
        character: [rule for rule in near if character in _BEGINNINGS.get(names[rule], character)]
        for character in "".join(_BEGINNINGS.values())
    }
    other = [rule for rule in near if names[rule] not in _BEGINNINGS]

    def ask(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's protocol
        position = state.bMarks[start] + state.tShift[start]
        asked = first.get(state.src[position : position + 1], other) if _near(state, start) else rules
        for rule in asked:  # noqa: SIM110 - this is asked of every line, and a generator takes twice as long
            if rule(state, start, end, silent):
                return True
        return False

    return ask


def _near(state: StateBlock, number: int) -> bool:
    """Whether what a line is shows in it alone: nothing is planned for it, it is no code, and no head of a table."""
    if state.level >= MAX_NESTING or state.sCount[number] - state.blkIndent > 3 or not plan_of(state).free(number):
        return False
    if number + 1 >= state.lineMax:
        return True
    below = state.bMarks[number + 1] + state.tShift[number + 1]
    return state.src[below : below + 1] not in _DASHES or state.src[below : below + 2] == "- "


def plain(text: str) -> bool:
    """Whether a text is plain words, which show what they are; an underscore is a letter to a pattern alone."""
    return "_" not in text and bool(_PLAIN.fullmatch(text))


def _inline(state: StateCore) -> None:
    """markdown-it's own rule, but plain words are one piece of text for each line."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = token.children or []
        if plain(token.content):
            token.children += _texts(token.content)
        else:
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def _texts(content: str) -> list[Token]:
    first, *others = content.split("\n")
    tokens = [Token("text", "", 0, content=first)]
    for line in others:
        tokens += Token("softbreak", "br", 0), Token("text", "", 0, content=line)
    return tokens
