r"""Formulas, written `\(..\)`, `\[..\]`, `$..$` or `$$..$$`, become what Anki's MathJax looks for.

A dollar opens a formula only before what is no space, and closes it only behind what is none and before no digit, so
that prices are text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin

FORMULAS = ("math_inline", "math_inline_double", "math_block")

_OLD_MARK = re.compile(r"\[/?\$\$?\]")  # of Anki's own LaTeX; MathJax has taken its place
_LONGEST = 2000  # characters; the end of a formula that is never closed is not looked for any further
_BACKSLASHED = {r"\(": (r"\)", "math_inline"), r"\[": (r"\]", "math_inline_double")}


def plugin(md: MarkdownIt) -> None:
    """Teach a parser to find formulas; the content of their tokens is TeX."""
    md.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    md.inline.ruler.before("escape", "math", _backslashed)
    md.inline.ruler.before("escape", "old_mark", _old_mark)
    md.add_render_rule("math_inline", _inline)
    md.add_render_rule("math_inline_double", _display)
    md.add_render_rule("math_block", _block)


def _backslashed(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's protocol
    """Without this rule that of escapes would take the backslashes."""
    closing, kind = _BACKSLASHED.get(state.src[state.pos : state.pos + 2], ("", ""))
    end = state.src.find(closing, state.pos + 2, min(state.posMax, state.pos + _LONGEST)) if closing else -1
    if end < 0:
        return False
    if not silent:
        state.push(kind, "", 0).content = state.src[state.pos + 2 : end]
    state.pos = end + 2
    return True


def _old_mark(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's protocol
    """Its dollar opens no formula."""
    match = _OLD_MARK.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("text", "", 0).content = match[0]
    state.pos = match.end()
    return True


def _inline(_: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    return escapeHtml(rf"\({tokens[index].content}\)")


def _display(_: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    return escapeHtml(rf"\[{tokens[index].content}\]")


def _block(_: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    return rf"<p>\[{escapeHtml(tokens[index].content)}\]</p>" + "\n"
