"""What was observed takes the place of what a fence expected, in the card and in the bytes of its document."""

from __future__ import annotations

import difflib
import doctest
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Location, Source
from deckgen.model import CHECK_ROLES, Card, Document, Fence, Html, Role
from deckgen.proof import Refuted
from deckgen.reading import grammar
from deckgen.reading.edits import Edit, Line, Revision, apply, lines
from deckgen.reading.sources import decode

ACCEPTABLE = CHECK_ROLES - {Role.CHECK}
_NOTHING = "(nothing)"
_LONGEST = 32 * 1024  # what is longer was cut
_NO_ERROR = "no error"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A fence of a card, and the same fence with what was observed in it."""

    card: Card
    before: Fence
    after: Fence

    @property
    def diff(self) -> str:
        """What changes, as a unified diff without its head."""
        before, after = (fence.code.splitlines() for fence in (self.before, self.after))
        return "".join(f"{line}\n" for line in list(difflib.unified_diff(before, after, lineterm="", n=9))[3:])


def accepted(card: Card, outcome: Refuted) -> Acceptance | None:
    """The fence that an outcome refutes, with what was observed in it; None where that is no text to be taken."""
    observed, place = outcome.observed, outcome.location
    if observed is None or place is None or len(observed) >= _LONGEST:
        return None
    text = "" if observed == _NOTHING else observed
    for fence in card.fences:
        if fence.location.path != place.path:
            continue
        if fence.role in (Role.OUTPUT, Role.EMITTED) and fence.location.line == place.line:
            return Acceptance(card, fence, replace(fence, code=text + "\n" if text else ""))
        if fence.role is Role.PYCON and 0 <= place.line - fence.location.line <= fence.code.count("\n"):
            code = _answered(fence.code, place.line - fence.location.line, text)
            return None if code is None else Acceptance(card, fence, replace(fence, code=code))
    return None


def _answered(code: str, line: int, text: str) -> str | None:
    """A transcript with a text below the example whose answer is looked for at a line, counted from 0."""
    for example in doctest.DocTestParser().get_examples(code):
        source, shown = example.source.count("\n"), example.want.count("\n")
        below = example.lineno + source
        if line != (below if example.want else example.lineno):
            continue
        if example.exc_msg is not None and text == _NO_ERROR:
            return None  # what it printed instead is not known
        if example.exc_msg is not None:
            text = "Traceback (most recent call last):\n" + text
        rows = code.split("\n")
        answer = [" " * example.indent + (row or "<BLANKLINE>") for row in text.split("\n")] if text else []
        return "\n".join([*rows[:below], *answer, *rows[below + shown :]])
    return None


def replaced(card: Card, acceptance: Acceptance) -> Card:
    """The card with the accepted fence in the place of the other."""

    def new(fence: Fence) -> Fence:
        return acceptance.after if fence == acceptance.before else fence

    answer = tuple(part if isinstance(part, Html) else new(part) for part in card.answer)
    return replace(card, answer=answer, fences=tuple(map(new, card.fences)))


def revise(document: Document, acceptances: Sequence[Acceptance]) -> Revision | Diagnostic:
    """The file of a document with what was accepted in it; it must then be read as the cards that were proved.

    Every acceptance is of a fence as the file has it. Raises OSError.
    """
    path = Path(acceptances[0].card.location.path)
    before = path.read_bytes()
    source = decode(before, path.as_posix())
    if isinstance(source, Diagnostic):
        return source
    spans = lines(before)
    after = apply(before, [edit for each in acceptances for edit in _edits(each, source, spans)])
    again = decode(after, path.as_posix())
    if isinstance(again, Diagnostic):
        return again
    wanted = {each.card.location: card for each in acceptances for card in [each.card]}
    for each in acceptances:
        wanted[each.card.location] = replaced(wanted[each.card.location], each)
    expected = [wanted.get(card.location, card) for card in grammar.read(source, document.path).cards]
    if list(map(_content, expected)) != list(map(_content, grammar.read(again, document.path).cards)):
        return rules.WOULD_READ_DIFFERENTLY.at(Location(path.as_posix()))
    return Revision(path, before, after)


def _edits(acceptance: Acceptance, source: Source, spans: Sequence[Line]) -> Iterator[Edit]:
    """The lines of a fence that change, each run of them in one edit, with the marks and line ends around them."""
    first = acceptance.before.location.line  # of the code, counted from 1; the fence opens above it
    old, new = (fence.code.split("\n")[:-1] for fence in (acceptance.before, acceptance.after))
    opening = source.line(first - 1)
    prefix = opening[: len(opening) - len(opening.lstrip(" \t>"))]
    ending = spans[first - 2].ending.decode()
    for tag, start, end, low, high in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            text = "".join(f"{prefix}{line}".rstrip() + ending for line in new[low:high])
            yield Edit(spans[first - 1 + start].start, spans[first - 1 + end].start, text)


def _content(card: Card) -> object:
    """What a card says and runs, wherever its lines stand."""
    shown = [part if isinstance(part, Html) else _meaning(part) for part in card.answer]
    runs = [_meaning(fence) for fence in card.fences if fence.entry is None]
    return card.id, card.label, card.heading, card.tags, card.claims, card.timeout, shown, runs


def _meaning(fence: Fence) -> object:
    return fence.role, fence.language, fence.code, sorted(fence.attributes.items())
