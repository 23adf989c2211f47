"""Numbered lines: which of them count the questions, and which belong to a list inside an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from deckgen.reading.survey import Sight, Survey

_WIDEST_GAP = 5  # no list of an answer begins so far on


def chained(seen: Survey, sights: Sequence[Sight]) -> list[Sight]:
    """The questions among numbered lines.

    A line that asks is one, unless it goes on a list that has begun inside an answer; a line that does not ask is one
    where its number goes on from the question before, and no list of the answer has come as far.
    """
    indents = Counter(each.what.indent for each in sights if each.asks or each.begins)
    indent = indents.most_common(1)[0][0] if indents else 0
    found: list[Sight] = []
    inner: Sight | None = None
    for at, each in enumerate(sights):
        if each.what.indent > indent + 1:
            continue
        last = found[-1] if found else None
        if _question(seen, each, sights[at + 1 : at + 2], last, inner):
            found.append(each)
            inner = None
        else:
            inner = each
    return found


def _question(seen: Survey, each: Sight, following: Sequence[Sight], last: Sight | None, inner: Sight | None) -> bool:
    number = each.what.number or 0
    told = each.asks or each.begins
    if last is None:
        return told or number == 1
    expected = number == (last.what.number or 0) + 1
    goes_on = inner is not None and number == (inner.what.number or 0) + 1
    if expected and (told or not goes_on):
        return True
    if 1 < number == last.what.number and inner is None:  # written twice by mistake, as no list begins so far on
        return True
    section = seen.heading_behind(last.what.last) < each.what.line
    if number == 1 and not expected:
        answered = _answered(seen, each, following)
        begins = section and any(other.asks and other.what.number == 2 for other in following)
        return (told and (section or answered)) or (begins and answered)
    if goes_on:
        return each.asks and _answered(seen, each, following) and number > (last.what.number or 0)
    ahead = number - (last.what.number or 0)
    return each.asks or (told and ahead > 0) or (inner is None and 0 < ahead <= _WIDEST_GAP)


def _answered(seen: Survey, sight: Sight, following: Sequence[Sight]) -> bool:
    end = following[0].what.line - 1 if following else len(seen.lines)
    return sight.what.rest is not None or seen.says(sight.what.last + 1, end)
