"""Text becomes blocks with line spans: questions, sections, rendered prose, code fences, and what was lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Source
from deckgen.model import HTML_TAGS
from deckgen.reading import questions

MAX_NESTING = 60

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The text between the dashes at the head of a document, and the line its first line stands on."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question's line: label, and the rest of the line, attributes included."""

    label: str
    title: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the first or second level at the margin: it ends the answer above it. Deeper ones are prose."""

    title: str
    line: int


@dataclass(frozen=True, slots=True)
class Prose:
    """Rendered Markdown between two cuts; balanced only together with its neighbours when a fence stands in a list."""

    html: str
    line: int


@dataclass(frozen=True, slots=True)
class Code:
    """A code fence: its info string, its code, and the line the fence opens on."""

    info: str
    code: str
    line: int


Block = FrontMatter | Question | Section | Prose | Code


def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING, "xhtmlOut": False})
    md.enable(["table", "strikethrough"])
    md.disable("lheading")  # a line of dashes under a line of text separates cards far more often than it makes a title
    md.use(front_matter_plugin).use(questions.plugin)
    md.inline.ruler.before("escape", "math", _math)
    return md


def _math(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's protocol
    r"""Keep ``\(..\)`` and ``\[..\]`` as Anki's MathJax expects them; the escape rule would take the backslashes."""
    closing = {r"\(": r"\)", r"\[": r"\]"}.get(state.src[state.pos : state.pos + 2])
    end = state.src.find(closing, state.pos + 2, state.posMax) if closing else -1
    if end < 0:
        return False
    if not silent:
        state.push("text", "", 0).content = state.src[state.pos : end + 2]
    state.pos = end + 2
    return True


_MD = _parser()


def parse(source: Source) -> tuple[list[Block], list[Diagnostic]]:
    """The blocks of a document in order, and a diagnostic for everything that is not kept as written."""
    tokens = _MD.parse(source.text)
    losses = [loss for token in tokens for loss in _losses(source, token)]
    return list(_blocks(tokens)), losses


def inline(markdown: str, source: Source, line: int) -> tuple[str, list[Diagnostic]]:
    """The HTML of one line of Markdown, such as a title, and what was lost."""
    tokens = _MD.parseInline(markdown)
    losses = [
        loss for child in tokens[0].children or () for loss in _inline_losses(source, child, range(line, line + 1))
    ]
    return _render(tokens), losses


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    """Cut the tokens at questions, section headings and fences, and render what lies between."""
    prose: list[Token] = []
    stream = iter(tokens)
    for token in stream:
        block = _cut(token, stream)
        if block is None:
            prose.append(token)
            continue
        if prose:
            yield _prose(prose)
            prose = []
        yield block
    if prose:
        yield _prose(prose)


def _cut(token: Token, following: Iterator[Token]) -> Block | None:
    """The block that begins at a token and takes what it needs of the following, None where the token is prose."""
    match token.type:
        case "front_matter":
            return FrontMatter(token.content, _line(token) + 1)
        case "question_open":
            next(following)
            return Question(token.meta["label"], token.meta["title"], _line(token), token.meta["column"])
        case "heading_open" if token.level == 0 and token.tag in ("h1", "h2"):
            text = next(following).content
            next(following)
            return Section(text, _line(token))
        case "fence":
            return Code(token.info.strip(), token.content, _line(token))
        case _:
            return None


def _prose(tokens: list[Token]) -> Prose:
    line = next((_line(token) for token in tokens if token.map), 1)
    return Prose(_render(tokens), line)


def _render(tokens: list[Token]) -> str:
    return str(_MD.renderer.render(tokens, _MD.options, {})).strip()


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _losses(source: Source, token: Token) -> Iterator[Diagnostic]:
    line = _line(token)
    if token.level >= MAX_NESTING - 1 and token.type in ("blockquote_open", "list_item_open"):
        yield source.report(rules.TOO_DEEP, line, limit=MAX_NESTING)
    if token.type == "fence" and token.meta.get("unclosed"):
        yield source.report(rules.UNCLOSED_FENCE, line, marker=token.markup)
    lines = range(line, token.map[1] + 1 if token.map else line + 1)
    yield from _inline_losses(source, token, lines)
    for child in token.children or ():
        yield from _inline_losses(source, child, lines)


def _inline_losses(source: Source, token: Token, lines: range) -> Iterator[Diagnostic]:
    """Report raw HTML that will not be kept, and images; an image becomes its description."""
    if token.type == "image":
        target = str(token.attrs.get("src", ""))
        yield source.report(rules.IMAGE_NOT_PACKED, *_find(source, target, lines), target=target)
        token.type, token.tag = "text", ""
    elif token.type in ("html_inline", "html_block") and not token.content.startswith("<!--"):
        for tag in sorted({name.lower() for name in _TAG.findall(token.content)} - HTML_TAGS):
            yield source.report(rules.HTML_NOT_KEPT, *_find(source, f"<{tag}", lines), tag=tag)


def _find(source: Source, text: str, lines: range) -> tuple[int, int]:
    """Line and column of a text's first occurrence in some lines, else the beginning of the first of them."""
    for number in lines:
        column = source.line(number).lower().find(text.lower())
        if column >= 0:
            return number, column + 1
    return lines.start, 1
