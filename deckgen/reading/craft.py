"""What can be told of a card from its text: whether its check is about what its answer says."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterable, Iterator

from deckgen import rules
from deckgen.diagnostics import Diagnostic
from deckgen.model import CHECK_ROLES, Card, Html

_SPAN = re.compile(r"<code>(.*?)</code>", re.DOTALL)
_NAME = re.compile(r"[^\W\d]\w+")
_LONGEST_VALUE = 80


def weigh(card: Card) -> Iterator[Diagnostic]:
    """Warnings about a card with a check: it names nothing of the card's code, or not a value that the answer names."""
    if not card.checked or card.defects:
        return
    spans = _spans(card)
    talked = {name for span in [*_SPAN.findall(card.heading), *spans] for name in _NAME.findall(html.unescape(span))}
    runs = " ".join(fence.code for fence in card.fences)
    if talked and not _folded(talked) & _folded(_NAME.findall(runs)):
        names = ", ".join(f"`{name}`" for name in sorted(talked)[:3])
        yield rules.UNRELATED_CHECK.at(card.location, card.line, names=names)
    expected = "\n".join(fence.code for fence in card.fences if fence.role in CHECK_ROLES)
    for span in dict.fromkeys(spans):
        value = _value(html.unescape(span))
        if value is not None and not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", expected):
            yield rules.VALUE_NOT_EXPECTED.at(card.location, card.line, value=html.unescape(span))


def _folded(names: Iterable[str]) -> set[str]:
    """Names whatever their case: an answer says `INSERT` where its check says `insert()`."""
    return {name.casefold() for name in names}


def _spans(card: Card) -> list[str]:
    """The inline code of an answer, as HTML; a block that is shown is no span, since it runs."""
    return [span for part in card.answer if isinstance(part, Html) for span in _SPAN.findall(part.text)]


def _value(span: str) -> str | None:
    """The text by which an expectation would mention a value, None for what is no literal."""
    if len(span) > _LONGEST_VALUE:
        return None
    try:
        value = ast.literal_eval(span)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if value is None:
        return None  # it names a type as often as a value
    return value or None if isinstance(value, str) else span
