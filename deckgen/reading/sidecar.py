"""`NAME.checks.py` beside `NAME.md`: check and refute functions for its cards, so that a document is left as it is.

The file is cut up by its tokens and never compiled here: it is an author's code, and hostile nesting can bring a
compiler down. Compiling is left to the process that runs it.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Source, suggest
from deckgen.model import Card, Fence, Role

_ROLES = {"check": Role.CHECK, "refute": Role.REFUTE}
_LAYOUT = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE, tokenize.ENDMARKER}
_SAYS_NOTHING = re.compile(r"\.\.\.|[rR]?[\"'].*", re.DOTALL)
_WIDEST = 100  # columns of a question above its empty check
_HEAD = """\
# The checks of the document beside this file, each below the question whose answer it is to prove. Assertions go in the
# place of `...`; until then it counts as none. What stands at the margin runs before each of them.
"""


@dataclass(frozen=True, slots=True)
class _Function:
    """A check or refute function at the margin: its name and the lines it occupies, counted from 1.

    One whose body is a docstring or `...` and no more is still to be `written`.
    """

    name: str
    first: int
    last: int
    written: bool

    @property
    def role(self) -> Role:
        return _ROLES[self.name.split("_", 1)[0]]

    @property
    def target(self) -> str:
        return self.name.split("_", 1)[1]


def attach(cards: Sequence[Card], source: Source, document: str) -> tuple[list[Card], list[Diagnostic]]:
    """The cards of a document with the functions of its sidecar added to their fences, and what did not fit.

    A function that is still to be written is none.
    """
    try:
        functions = list(_functions(source))
    except (tokenize.TokenError, SyntaxError) as error:
        line, column = error.args[1][:2] if isinstance(error, tokenize.TokenError) else (error.lineno, error.offset)
        line = min(line or 1, len(source.text.rstrip().split("\n")))  # an end that is missing is missed behind the last
        return list(cards), [source.report(rules.BAD_SIDECAR, line, max(column or 1, 1), reason=error.args[0])]
    found: list[Diagnostic] = []
    attached = list(cards)
    by_id = _places(identifier(card.id) for card in cards)
    by_label = _places(card.label.lower() for card in cards)
    seen: set[str] = set()
    for function in functions:
        if function.name in seen:
            found.append(source.report(rules.FUNCTION_TWICE, function.first, function=function.name))
            continue
        seen.add(function.name)
        match by_id.get(function.target) or by_label.get(function.target.lower(), []):
            case [_] if not function.written:
                pass
            case [index]:
                fence = _fence(source, functions, function)
                attached[index] = replace(attached[index], fences=(*attached[index].fences, fence))
            case []:
                found.append(_unmatched(source, function, cards, document))
            case several:
                found.append(_ambiguous(source, function, [cards[index] for index in several]))
    return attached, found


def _places(names: Iterable[str]) -> dict[str, list[int]]:
    """Where each of some names stands among them."""
    found: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        found.setdefault(name, []).append(index)
    return found


def identifier(card_id: str) -> str:
    """A card's id as it stands in the name of a function; different ids may share one."""
    return re.sub(r"\W", "_", card_id)


def empty(cards: Sequence[Card]) -> str:
    """A sidecar with an empty check for each answer of a document that has none; no text at all where each has one.

    Nor is there one for an id that is no name in Python, or the same name as another.
    """
    names = [f"check_{identifier(card.id)}" for card in cards]
    often = Counter(names)
    wanting = [
        f"\n\n# {_words(card)}\ndef {name}():\n    ...\n"
        for name, card in zip(names, cards, strict=True)
        if card.answered and not card.checked and often[name] == 1 and name.isidentifier()
    ]
    return "".join([_HEAD, *wanting]) if wanting else ""


def _words(card: Card) -> str:
    """A question as a comment that nothing in it can end or show in another order."""
    text = "".join(each if each.isprintable() else " " for each in f"{card.label} {card.question}")
    return " ".join(text.split())[:_WIDEST]


def _ambiguous(source: Source, function: _Function, cards: Sequence[Card]) -> Diagnostic:
    names = dict.fromkeys(f"`{function.role}_{identifier(card.id)}`" for card in cards)
    if len(names) < len(cards):
        advice = "give each question an id of its own"
    else:
        advice = f"name it after the card's id: {', '.join(names)}"
    return source.report(
        rules.SEVERAL_QUESTIONS, function.first, function=function.name, count=len(cards), advice=advice
    )


def _unmatched(source: Source, function: _Function, cards: Sequence[Card], document: str) -> Diagnostic:
    known = [f"{function.role}_{name}" for card in cards for name in (card.label.lower(), identifier(card.id))]
    advice = suggest(function.name, known) if len(known) < 20 else "name it after a label, or after a card's id"
    return source.report(
        rules.NO_SUCH_QUESTION, function.first, function=function.name, document=document, advice=advice
    )


def _fence(source: Source, functions: Sequence[_Function], function: _Function) -> Fence:
    """The whole file with every other check blanked out, so that lines keep their numbers."""
    lines = list(source.lines)
    for other in functions:
        if other is not function:
            lines[other.first - 1 : other.last] = [""] * (other.last - other.first + 1)
    return Fence(
        role=function.role,
        language="python",
        code="\n".join(lines),
        location=source.at(1),
        entry=function.name,
        display="\n".join(source.lines[function.first - 1 : function.last]).strip() + "\n",
    )


def _functions(source: Source) -> Iterator[_Function]:
    """The check and refute functions, each with its decorators and up to the last line of its body."""
    decorated: int | None = None
    for first, last, words in _statements(source.text):
        if words[0] == "@":
            decorated = decorated or first
            continue
        name = re.match(r"(?:async )?def ((?:check|refute)_\w+) \(", " ".join(words[:4]))
        if name:
            body = _body(words)
            written = not body or not all(map(_SAYS_NOTHING.fullmatch, body))
            yield _Function(name[1], decorated or first, last, written)
        decorated = None


def _body(words: Sequence[str]) -> Sequence[str]:
    """The words of a compound statement behind the colon that ends its head."""
    depth = 0
    for index, word in enumerate(words):
        depth += (word in ("(", "[", "{")) - (word in (")", "]", "}"))
        if word == ":" and not depth:
            return words[index + 1 :]
    return ()


def _statements(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """First line, last line and words of every statement at the margin."""
    depth, first, last = 0, 0, 0
    words: list[str] = []
    complete = False
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        depth += (token.type == tokenize.INDENT) - (token.type == tokenize.DEDENT)
        if token.type in _LAYOUT:
            complete = complete or token.type == tokenize.NEWLINE
            continue
        if depth == 0 and complete and words:
            yield first, last, words
            words = []
        if depth == 0:
            first = first if words else token.start[0]
            complete = False
        if depth == 0 or words:
            words.append(token.string)
        last = token.end[0]
    if words:
        yield first, last, words
