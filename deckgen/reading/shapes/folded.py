"""`<details><summary>question</summary> answer </details>`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deckgen.reading.shapes.answers import fold_mark
from deckgen.reading.shapes.candidate import Candidate, Peeled, peel

_OPENING = re.compile(r"[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(?:<details[^<>]*>\s*)?<summary[^<>]*>", re.IGNORECASE)
_CLOSING = re.compile(r"</summary\s*>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:b|strong|em|i|h[1-6]|p|font|span|big|u)\b[^<>]*>", re.IGNORECASE)
_CODE = re.compile(r"<code>([^<>`]+)</code>", re.IGNORECASE)
_MOST_LINES = 6


def find(lines: Sequence[str], at: int, _peeled: Peeled) -> Candidate | None:
    """What is written on a fold, on one line or some; what says `Answer` is no question."""
    opening = _OPENING.match(lines[at])
    if opening is None:
        return None
    text = lines[at][opening.end() :]
    last = at
    while not (end := _CLOSING.search(text)):
        last += 1
        if last >= min(at + _MOST_LINES, len(lines)):
            return None
        text += " " + lines[last].strip()
    words = _CODE.sub(r"`\1`", _TAG.sub("", text[: end.start()])).strip()
    if not words or fold_mark(words):
        return None
    peeled = peel(words)
    closing = _CLOSING.search(lines[last])
    rest = closing.end() if closing and lines[last][closing.end() :].strip() else None
    column = len(lines[at]) - len(lines[at].lstrip()) + 1
    return Candidate("folds", "folds", at + 1, column, peeled.title, last + 1, peeled.label, peeled.number, rest=rest)
