"""Text becomes blocks with line spans: questions, sections, rendered prose, code fences, and what was lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from deckgen import rules
from deckgen.config import WRITTEN, parse_front_matter
from deckgen.diagnostics import Diagnostic, Source
from deckgen.model import HTML_TAGS, UNSAFE_TEX
from deckgen.reading import clozes, math, planning, questions, quick, repairs
from deckgen.reading.choice import choose
from deckgen.reading.clozes import Deletion
from deckgen.reading.cursor import Cursor
from deckgen.reading.outlines import flattened, left_out
from deckgen.reading.questions import Plan
from deckgen.reading.repairs import MAX_NESTING
from deckgen.reading.shapes.labelled import label_and_title
from deckgen.reading.survey import survey

_PATIENCE = 10_000_000  # characters of a document that are looked at for the ends of links; many times those of any
_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9-]*|[!?][A-Za-z\[]*)")
_COMMENT = re.compile(r"<!--.*?(-->|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The text between the dashes at the head of a document, and the line its first line stands on."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question: label, and its words, attributes included; and its level, if it is a heading."""

    label: str
    title: str
    line: int
    column: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A heading at the margin that ends the answer above it; deeper ones are prose."""

    title: str
    line: int
    level: int


@dataclass(frozen=True, slots=True)
class Found:
    """A deletion of a cloze, and where it stands."""

    what: Deletion
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Image:
    """What an image, or a sound that is written as one, is called, and where it stands."""

    target: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Prose:
    """Rendered Markdown between two cuts; balanced only together with its neighbours when a fence stands in a list.

    The deletions of a cloze are marked in it.
    """

    html: str
    line: int
    deletions: tuple[Found, ...] = ()
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A code fence: its info string, its code, and the line the fence opens on."""

    info: str
    code: str
    line: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """The blocks of a document in order, what was lost of it, and how its questions are written."""

    blocks: list[Block]
    losses: list[Diagnostic]
    form: str = ""


Block = FrontMatter | Question | Section | Prose | Code


def _parser(*plugins: Callable[[MarkdownIt], None]) -> MarkdownIt:
    md = MarkdownIt("commonmark", {"xhtmlOut": False})
    md.enable(["table", "strikethrough"])
    md.disable("lheading")  # a line of dashes under a line of text separates cards far more often than it makes a title
    for plugin in (*plugins, repairs.plugin, questions.plugin, math.plugin, clozes.plugin, quick.plugin):
        md.use(plugin)
    md.inline.ruler.at("link", _bounded(link))
    md.inline.ruler.at("image", _bounded(image))
    return md


def _bounded(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    """A rule that looks for the end of a link and calls itself on the way, kept from exhausting stack and patience.

    What it would find beyond either is text.
    """

    def bounded(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's protocol
        start = state.pos
        if state.level >= MAX_NESTING or state.env.setdefault("patience", _PATIENCE) <= 0:
            return False
        found = rule(state, silent)
        state.env["patience"] -= (state.pos if found else state.posMax) - start
        return found

    return bounded


_MD = _parser(front_matter_plugin)
_MD_WITHOUT_FRONT_MATTER = _parser()


def parse(source: Source) -> Parsed:
    """The blocks of a document, and a diagnostic for everything that is not kept as written."""
    head = _front_matter(source)
    first = head[0].content.count("\n") + 3 if head else 0
    wanted = _wanted(source, head[0].content) if head else ""
    flat = flattened(source.lines, source.text, first)
    text = source.text if flat is source.lines else "\n".join(flat)
    seen = survey(flat, first, wanted)
    choice = choose(seen, wanted)
    parser = _MD if head else _MD_WITHOUT_FRONT_MATTER
    tokens = parser.parse(text, {"plan": planning.plan(seen, choice)})
    losses = [*left_out(source, flat)]
    losses += [loss for token in tokens if _may_lose(token) for loss in _losses(source, token)]
    return Parsed(list(_blocks(source, tokens, planning.sections(seen, choice), choice.depth)), losses, choice.form)


def _wanted(source: Source, head: str) -> str:
    """How its front matter says that the questions of a document are written; nothing where it does not."""
    if WRITTEN not in head:
        return ""
    values, _ = parse_front_matter(source, head, 2, (WRITTEN,))
    return str(values.get(WRITTEN) or "")


def _front_matter(source: Source) -> list[Token]:
    """The front matter as its token; none without dashes, or with dashes around questions."""
    if source.line(1).rstrip() != "---":
        return []
    last = next((number for number, line in enumerate(source.lines[1:], 2) if line.rstrip() in ("---", "...")), 0)
    tokens = _MD.parse("\n".join(source.lines[:last]), {"plan": Plan({})})
    lines = tokens[0].content.split("\n") if tokens and tokens[0].type == "front_matter" else ["Q1. ?"]
    return [] if any(map(label_and_title, lines)) else tokens[:1]


def inline(markdown: str, source: Source, line: int) -> tuple[Prose, list[Diagnostic]]:
    """One line of Markdown, such as a title, and what was lost."""
    if quick.plain(markdown):
        return Prose(escapeHtml(markdown), line), []
    tokens = _MD.parseInline(markdown, {})
    tokens[0].map = [line - 1, line]
    losses = list(_losses(source, tokens[0]))
    return _prose(source, tokens), losses


def _blocks(source: Source, tokens: list[Token], sections: Collection[int], depth: int) -> Iterator[Block]:
    """Cut the tokens at questions, section headings and fences, and render what lies between."""
    prose: list[Token] = []
    stream = iter(tokens)
    for token in stream:
        block = _cut(source, token, stream, sections, depth)
        if block is None:
            prose.append(token)
            continue
        if prose:
            yield _prose(source, prose)
            prose = []
        yield block
    if prose:
        yield _prose(source, prose)


def _cut(
    source: Source, token: Token, following: Iterator[Token], sections: Collection[int], depth: int
) -> Block | None:
    """The block that begins at a token and takes what it needs of the following, None where the token is prose."""
    match token.type:
        case "front_matter":
            return FrontMatter(token.content, _line(token) + 1)
        case "question_open":
            next(following)
            found = token.meta["candidate"]
            inset = len(source.line(found.line)) - len(source.line(found.line).lstrip())  # that an outline has
            return Question(found.label, found.title, found.line, max(found.column, inset + 1), found.level)
        case "heading_open" if token.level == 0 and (int(token.tag[1]) <= depth or _line(token) in sections):
            text = next(following).content
            next(following)
            return Section(text, _line(token), int(token.tag[1]))
        case "fence":
            return Code(token.info.strip(), token.content, _line(token))
        case _:
            return None


def _prose(source: Source, tokens: list[Token]) -> Prose:
    line = next((_line(token) for token in tokens if token.map), 1)
    deletions = [each for token in tokens if "deletions" in token.meta for each in _deletions(source, token)]
    images = [each for token in tokens if "![" in token.content for each in _images(source, token)]
    return Prose(_render(tokens), line, tuple(deletions), tuple(images))


def _deletions(source: Source, token: Token) -> Iterator[Found]:
    cursor = _cursor(source, token)
    for deletion in token.meta["deletions"]:
        yield Found(deletion, *cursor.find(deletion.opening))


def _images(source: Source, token: Token) -> Iterator[Image]:
    cursor = _cursor(source, token)
    for child in token.children or ():
        if child.type == "image":
            target = str(child.attrs.get("src", ""))
            yield Image(target, *cursor.find(target))


def _render(tokens: list[Token]) -> str:
    return str(_MD.renderer.render(tokens, _MD.options, {})).strip()


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _may_lose(token: Token) -> bool:
    """Whether a token can be one of which something is lost; of text only what holds a tag or a formula is."""
    if token.type == "inline":
        return "<" in token.content or "$" in token.content or "\\" in token.content
    return bool(token.meta) or token.type in _LOSSY


def _losses(source: Source, token: Token) -> Iterator[Diagnostic]:
    line = _line(token)
    if token.meta.get("deep"):
        yield source.report(rules.TOO_DEEP, line, limit=MAX_NESTING)
    if token.type == "fence" and token.meta.get("unclosed"):
        yield source.report(rules.UNCLOSED_FENCE, line, marker=token.markup)
    lossy = [child for child in token.children or [token] if child.type in _LOSSY]
    if lossy:
        cursor = _cursor(source, token)
        for child in lossy:
            yield from _not_kept(source, child, cursor)


_LOSSY = frozenset({"html_inline", "html_block", *math.FORMULAS})


def _not_kept(source: Source, token: Token, cursor: Cursor) -> Iterator[Diagnostic]:
    """Report a formula that may not be, and raw HTML that will not be kept, each tag of a block once."""
    if token.type in math.FORMULAS:
        for command in dict.fromkeys(UNSAFE_TEX.findall(clozes.filled(token.content))):
            yield source.report(rules.UNSAFE_FORMULA, *cursor.find(command), command=command)
        return
    for tag in dict.fromkeys(_tags(token)):
        yield source.report(rules.HTML_NOT_KEPT, *cursor.find(f"<{tag}"), tag=tag.lower())


def _tags(token: Token) -> list[str]:
    """The opening tags of raw HTML, comments aside, that are not kept; declarations and the like among them."""
    return [tag for tag in _TAG.findall(_COMMENT.sub("", token.content)) if tag.lower() not in HTML_TAGS]


def _cursor(source: Source, token: Token) -> Cursor:
    """A cursor at the beginning of a token's lines."""
    first, last = token.map or (0, 1)
    return Cursor(source, first + 1, last)
