"""`Q: ..` and `A: ..`: a question without a number, known by its mark or by the mark of its answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deckgen.reading.shapes.aliases import beside
from deckgen.reading.shapes.answers import answer_mark, marks_answer
from deckgen.reading.shapes.candidate import Candidate, Peeled

_SAME_LINE = re.compile(r"[?.]\s+(?:\*\*|__)?(?:A|Ans|Answer)(?:\*\*|__)?\s?[:.]")


def find(lines: Sequence[str], at: int, peeled: Peeled) -> Candidate | None:
    """The line behind the mark of a question, the one below such a mark, or one right above that of an answer."""
    if peeled.mark and not peeled.quote:
        return _behind_mark(lines, at, peeled)
    below = _below(lines, at)
    if below is None or not marks_answer(lines[below].strip(), lines[at]) or answer_mark(lines[at].strip()) is not None:
        return None
    if not _plain(peeled) or (at and lines[at - 1].strip() and "?" not in peeled.title):
        return None
    return Candidate("answer marks", "answer marks", at + 1, peeled.indent + 1, peeled.title, at + 1)


def _behind_mark(lines: Sequence[str], at: int, peeled: Peeled) -> Candidate | None:
    last, title = at, peeled.title
    if not title.strip("*_: "):
        below = _below(lines, at)
        if below is None or lines[below].lstrip()[0] in "#`~|<":
            return None
        last, title = below, lines[below].strip().lstrip("> ")
    split = _SAME_LINE.search(lines[last])
    initial = beside(lines[last])
    rest = split.start() + 1 if split else initial if initial else peeled.rest
    if split or initial:
        title = title[: len(title) - (len(lines[last].rstrip()) - rest)].rstrip("*_ ") if rest else title
    return Candidate(
        "answer marks",
        f"question marks {peeled.level}",
        at + 1,
        peeled.indent + 1,
        title.rstrip(),
        last + 1,
        peeled.label,
        peeled.number,
        peeled.level,
        inset=peeled.number is not None or peeled.bullet,
        rest=rest,
    )


def _plain(peeled: Peeled) -> bool:
    marked = peeled.level or peeled.quote or peeled.bullet or peeled.bold or peeled.number is not None
    return bool(peeled.title) and not marked and peeled.title[0] not in "|`~<=-#"


def _below(lines: Sequence[str], at: int) -> int | None:
    return next((each for each in range(at + 1, min(at + 3, len(lines))) if lines[each].strip()), None)
