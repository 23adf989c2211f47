"""What each note type asks of a card: deletions of a cloze, a short text where one is typed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deckgen import rules
from deckgen.diagnostics import Findings
from deckgen.model import DIAGRAMS, HIDDEN_ROLES, Card, Fence, Html
from deckgen.reading import clozes
from deckgen.reading.clozes import Deletion
from deckgen.reading.cursor import Cursor
from deckgen.reading.document import Found, Prose

_MOST_CARDS = 19  # Anki's ids are milliseconds, and a note's cards have theirs before the next note's
_LONGEST_TYPED = 60
_ADVICE = "write {{c1::text}} or {{c1::text::hint}}, in the answer, one beside the other"
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_CODE = re.compile(r"<code>([^<]*)</code>")


def fitted(card: Card, heading: Prose, blocks: Sequence[object], findings: Findings) -> Card:
    """The card of a heading and some blocks as its note type has it, and a diagnostic for all that it lacks."""
    found = [each for block in blocks if isinstance(block, Prose) for each in block.deletions]
    found += [each for part in card.answer if isinstance(part, Fence) for each in _in_code(part, findings)]
    if heading.deletions:
        card = replace(card, heading=clozes.unmarked(card.heading))
    if card.answered and card.note_type == "cloze":
        return _cloze(card, heading, found, findings)
    if found:
        card = replace(card, answer=tuple(_unmarked(part) for part in card.answer))
    if not card.answered:
        return card
    if first := next((each for each in (*heading.deletions, *found) if not each.what.problem), None):
        opening = first.what.opening
        findings.add(rules.NOT_A_CLOZE, first.line, first.column, opening=opening, type=card.note_type)
    return _typed(card, findings) if card.note_type == "type-in" else card


def _unmarked(part: Html | Fence) -> Html | Fence:
    return Html(clozes.unmarked(part.text)) if isinstance(part, Html) else part


def _cloze(card: Card, heading: Prose, found: Sequence[Found], findings: Findings) -> Card:
    titled = [replace(each, what=Deletion(each.what.opening, "stands in the question")) for each in heading.deletions]
    deletions = [*titled, *found]
    for each in deletions:
        if each.what.problem:
            values = {"opening": each.what.opening, "problem": each.what.problem, "advice": _ADVICE}
            findings.add(rules.BAD_DELETION, each.line, each.column, **values)
    numbers = {each.what.number for each in deletions if not each.what.problem}
    line, column = card.location.line, card.location.column
    if not deletions:
        findings.add(rules.NO_DELETION, line, column)
    if len(numbers) > _MOST_CARDS:
        findings.add(rules.TOO_MANY_CARDS, line, column, count=len(numbers), limit=_MOST_CARDS)
    return replace(
        card,
        answer=tuple(_gapped(part) if isinstance(part, Fence) else part for part in card.answer),
        fences=tuple(fence if fence.role in HIDDEN_ROLES else _gapped(fence) for fence in card.fences),
    )


def _gapped(fence: Fence) -> Fence:
    """A fence that shows its deletions, and runs as if there were none."""
    code, found = clozes.marked(fence.code)
    return replace(fence, code=clozes.filled(code), display=code) if found else fence


def _in_code(fence: Fence, findings: Findings) -> Iterator[Found]:
    first = fence.location.line
    cursor = Cursor(findings.source, first, first + fence.code.count("\n"))
    for deletion in clozes.marked(fence.code)[1]:
        drawn = replace(deletion, problem="stands in a diagram") if fence.language in DIAGRAMS else deletion
        yield Found(drawn, *cursor.find(deletion.opening))


def _typed(card: Card, findings: Findings) -> Card:
    """The card with what is to be typed: the first paragraph of its answer."""
    first = card.answer[0] if card.answer else None
    paragraph = _PARAGRAPH.match(first.text) if isinstance(first, Html) else None
    text = paragraph[1] if paragraph else ""
    code = _CODE.fullmatch(text)
    typed = html.unescape(code[1] if code else text)
    problem = _problem(text, typed) if paragraph else "is missing"
    if problem:
        findings.add(rules.NOTHING_TO_TYPE, card.location.line, card.location.column, problem=problem)
    return replace(card, typed=typed)


def _problem(text: str, typed: str) -> str:
    """What keeps a text, as HTML and as it would be typed, from being typed; empty if nothing does."""
    if "\n" in text:
        return "has more than one line"
    if "<" in text and not _CODE.fullmatch(text):
        return "is more than plain words or one piece of code"
    if r"\(" in text or r"\[" in text:
        return "holds a formula"
    if len(typed) > _LONGEST_TYPED:
        return f"has {len(typed)} characters; {_LONGEST_TYPED} are enough for a phone"
    return "" if typed.strip() else "shows nothing"
