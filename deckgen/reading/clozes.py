"""Deletions of a cloze, `{{c1::text}}` or `{{c1::text::hint}}`: an inline rule for markdown-it, and the same for code.

Whether a card is a cloze is not known where its Markdown is parsed: what has deletions is marked, and `unmarked` takes
the marks back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from deckgen.model import Card, Gap, Html
from deckgen.reading.math import FORMULAS

_LARGEST = 500  # the engine refuses a package with a larger number
_LONGEST = 4000  # characters; the end of one that is never closed is not looked for any further
_OPENING = re.compile(r"\{\{\s*c\s*(\d[\d,\s]*)::?", re.IGNORECASE)
_MARKED = re.compile(f"{Gap.OPEN}(\\d+){Gap.TEXT}")
_CODE = ("code_inline", "code_block", *FORMULAS)


@dataclass(frozen=True, slots=True)
class Deletion:
    """A deletion: how it opens in the source, and what keeps it from being one, if anything does."""

    opening: str
    problem: str = ""

    @property
    def number(self) -> int:
        """Which card it makes; only that of a deletion without a problem means anything."""
        return int(self.opening.removeprefix("{{c").removesuffix("::"))

    @property
    def mark(self) -> str:
        """What stands for the opening in HTML and code."""
        return self.opening if self.problem else f"{Gap.OPEN}{self.number}{Gap.TEXT}"


def plugin(md: MarkdownIt) -> None:
    """Teach a parser to find deletions, and to mark them in what it renders."""
    md.inline.ruler.before("escape", "deletion", _deletion)
    md.core.ruler.push("deletions", _settle)


def marked(code: str) -> tuple[str, list[Deletion]]:
    """Code with its deletions marked, and the deletions in order. In code `::` is no hint, and braces stay together."""
    parts: list[str] = []
    found: list[Deletion] = []
    position = 0
    while match := _OPENING.search(code, position):
        end = _end_in_code(code, match.end())
        deletion = _judged(match[0], None if end is None else code[match.end() : end])
        found.append(deletion)
        parts += code[position : match.start()], deletion.mark
        position = match.end()
        if not deletion.problem and end is not None:
            parts += code[match.end() : end], Gap.CLOSE
            position = end + 2
    return "".join([*parts, code[position:]]), found


def unmarked(text: str) -> str:
    """A text as it was before its deletions were marked."""
    opened = _MARKED.sub(lambda match: f"{{{{c{match[1]}::", text)
    return opened.replace(Gap.HINT, "::").replace(Gap.CLOSE, "}}")


def filled(code: str) -> str:
    """Code without the marks of its deletions, as it runs."""
    return _MARKED.sub("", code).replace(Gap.CLOSE, "")


def numbers(card: Card) -> set[int]:
    """The numbers of the deletions in an answer, each of which is a card in Anki."""
    parts = [each.text if isinstance(each, Html) else each.display or "" for each in card.answer]
    return {int(found[1]) for part in parts for found in _MARKED.finditer(part)}


def _judged(opening: str, text: str | None) -> Deletion:
    """The deletion of a text, None where it has no end."""
    number = re.fullmatch(r"\{\{c([1-9]\d{0,8})::", opening)
    if number is None:
        return Deletion(opening, "is not written as {{c1::, with a number from 1")
    if int(number[1]) > _LARGEST:
        return Deletion(opening, f"has a number over {_LARGEST}")
    if text is None:
        return Deletion(opening, "is not closed by }} before the next one, or at all")
    return Deletion(opening, "" if text.strip() else "is empty")


def _end_in_code(code: str, start: int) -> int | None:
    """Where the braces close that end a deletion: braces of its own are closed first, if they can be."""
    following = _OPENING.search(code, start)
    stop = min(following.start() if following else len(code), start + _LONGEST)
    return _end((at, code[at : min(at + 2, stop)]) for at in range(start, stop))


def _end(places: Iterator[tuple[int, str]]) -> int | None:
    """The end among places and the two characters at each; the first that might be one where braces do not match."""
    depth, first = 0, None
    for at, pair in places:
        if pair == "}}" and depth == 0:
            return at
        if pair[0] == "{":
            depth += 1
        elif pair[0] == "}":
            depth = max(0, depth - 1)
        if pair == "}}" and first is None:
            first = at
    return first


# ---------------------------------------------------------------- in prose


def _deletion(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's protocol
    match = _OPENING.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    end, hint = _extent(state, match.end())
    deletion = _judged(match[0], None if end is None else state.src[match.end() : hint or end])
    if deletion.problem or end is None:
        if not silent:
            _mark(state, deletion.mark).meta = {"deletion": deletion}
        state.pos = match.end()
        return True
    if not silent:
        first = len(state.tokens) + bool(state.pending)
        text = _piece(state, deletion.mark, match.end(), end if hint is None else hint)
        if hint is not None:
            _piece(state, Gap.HINT, hint + 2, end)
        _mark(state, Gap.CLOSE)
        state.tokens[first].meta = {"deletion": deletion if _visible(text) else Deletion(match[0], "is empty")}
    state.pos = end + 2
    return True


def _mark(state: StateInline, mark: str, nesting: Literal[-1, 0, 1] = 0) -> Token:
    token = state.push("gap", "", nesting)
    token.content = mark
    return token


def _piece(state: StateInline, mark: str, start: int, end: int) -> list[Token]:
    """A mark and the tokens of what follows it up to an end, which are returned; emphasis does not reach out of it."""
    _mark(state, mark, 1)
    first = len(state.tokens)
    position, limit = state.pos, state.posMax
    state.pos, state.posMax = start, end
    state.md.inline.tokenize(state)
    state.pos, state.posMax = position, limit
    _mark(state, "", -1)
    return state.tokens[first:-1]


def _visible(tokens: Sequence[Token]) -> bool:
    """Whether some tokens show anything."""
    return any(token.type == "image" or (token.type != "html_inline" and token.content.strip()) for token in tokens)


def _extent(state: StateInline, start: int) -> tuple[int | None, int | None]:
    """Where a deletion ends whose text begins at a place, and where its hint opens; None for what there is not."""
    places = list(_places(state, start))
    end = _end(iter(places))
    hint = next((at for at, pair in places if pair == "::" and (end is None or at < end)), None)
    return end, hint


def _places(state: StateInline, start: int) -> Iterator[tuple[int, str]]:
    """Where tokens could begin up to the next deletion, and two characters at each; code and formulas are one token."""
    position, stop = state.pos, min(state.posMax, start + _LONGEST)
    state.pos = start
    while state.pos < stop and not _OPENING.match(state.src, state.pos, stop):
        yield state.pos, state.src[state.pos : min(state.pos + 2, state.posMax)]
        state.md.inline.skipToken(state)
    state.pos = position


# ---------------------------------------------------------------- what is found


def _settle(state: StateCore) -> None:
    """Mark what the inline rule and the code of all tokens hold; a token's meta then lists its deletions."""
    for token in state.tokens:
        if "{{" not in token.content:
            continue
        found = [deletion for each in token.children or [token] for deletion in _settled(each)]
        if found:
            token.meta = {**token.meta, "deletions": found}


def _settled(token: Token) -> list[Deletion]:
    """The deletions of a token, which is then rendered with their marks."""
    if token.type in _CODE:
        token.content, found = marked(token.content)
        return found
    if token.type in ("html_inline", "html_block"):
        return [Deletion(match[0], "stands in HTML") for match in _OPENING.finditer(token.content)]
    if token.type == "image":
        return [Deletion(match[0], "describes an image") for match in _OPENING.finditer(token.content)]
    if token.type == "gap":
        token.type = "text"
    return [token.meta["deletion"]] if "deletion" in token.meta else []
