"""Which of the lines that may be questions are: told from what the document shows, never by a switch.

The lines of one kind are weighed together: how many of them ask, how many have an answer, whether their numbers go
on. The kind that weighs most is how the document is written; where its numbers have a gap, or a section has none of
it, another kind may fill in.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from deckgen.reading.chain import chained
from deckgen.reading.kinds import LABELS, NUMBERS, Group
from deckgen.reading.shapes.beginnings import bids
from deckgen.reading.shapes.candidate import Candidate
from deckgen.reading.shapes.words import contents, furniture
from deckgen.reading.survey import Sight, Survey

_STATED = re.compile(r"[^\W\d]{2}[.!] .{20}")  # a sentence that is none of a question
_WORDS_OF_A_TASK = 5  # in bold, what is shorter is the heading of a part of an answer


@dataclass(frozen=True, slots=True)
class Choice:
    """The questions of a document by their lines, how they are written, and the depth of the headings between them."""

    questions: Mapping[int, Candidate] = field(default_factory=dict)
    form: str = ""
    depth: int = 2


def choose(seen: Survey, wanted: str = "") -> Choice:
    """The questions among what is seen; those of the form that is wanted, where there are any."""
    outside = [each for each in seen.sights if not each.in_code]
    chosen = _as_wanted(seen, outside, wanted) if wanted else []
    if chosen:
        return _choice(seen, chosen, wanted)
    groups = _grouped(seen, outside)
    first = _first(seen, groups)
    if first is None:
        return Choice()
    chosen = _filled(seen, outside, first, _accepted(seen, first, groups))
    kinds = Counter(_name(each.what) for each in chosen)
    return _choice(seen, chosen, " and ".join(name for name, _ in kinds.most_common(2)), {first.name})


def _choice(seen: Survey, chosen: Sequence[Sight], form: str, names: Collection[str] = ()) -> Choice:
    """What was chosen, and what stands in code that may have swallowed questions of some kinds, else of all chosen."""
    names = names or {each.what.group for each in chosen}
    hidden = [each for each in seen.sights if each.in_code and each.what.group in names]
    return Choice({each.what.line: each.what for each in [*hidden, *chosen]}, form, _depth(chosen))


def _as_wanted(seen: Survey, sights: Iterable[Sight], wanted: str) -> list[Sight]:
    """All lines of a form: who says how questions are written means it, so that nothing else has to speak for them.

    Of headings those of the level that has most, of bullets the outermost, of numbers those that count.
    """
    alike = [each for each in sights if wanted in (each.what.shape, _name(each.what))]
    if wanted.endswith("headings"):
        levels = Counter(each.what.level for each in alike)
        level = max(levels, key=lambda level: (levels[level], level), default=0)
        return [each for each in alike if each.what.level == level and not contents(each.words)]
    if wanted == "bullets":
        return _outermost(alike)
    alike = [each for each in alike if each.what.group == wanted] or alike
    return chained(seen, alike) if wanted in NUMBERS else alike


def _outermost(sights: Sequence[Sight]) -> list[Sight]:
    """Those nearest to the margin; below them are answers."""
    margin = min((each.what.indent for each in sights), default=0)
    return [each for each in sights if each.what.indent <= margin]


def _name(candidate: Candidate) -> str:
    numbered = candidate.shape == "headings" and candidate.number is not None
    return "numbered headings" if numbered else candidate.shape


def _grouped(seen: Survey, sights: Iterable[Sight]) -> dict[str, Group]:
    groups: defaultdict[str, list[Sight]] = defaultdict(list)
    for each in sights:
        groups[each.what.group].append(each)
    for name in groups.keys() & set(NUMBERS):  # lists in answers say nothing about the questions
        groups[name] = chained(seen, groups[name])
    return {name: _group(seen, name, members) for name, members in groups.items() if members}


def _group(seen: Survey, name: str, members: Sequence[Sight]) -> Group:
    behind = [*(each.what.line for each in members[1:]), len(seen.lines) + 1]
    ends = [
        min(end, seen.heading_behind(each.what.last, each.what.level or 2))
        for each, end in zip(members, behind, strict=True)
    ]
    answers = [
        seen.says(each.what.last + 1, end - 1) or each.what.rest is not None
        for each, end in zip(members, ends, strict=True)
    ]
    return Group(name, tuple(members), tuple(answers))


def _first(seen: Survey, groups: Mapping[str, Group]) -> Group | None:
    """The kind in which a document is written, None where nothing speaks for any."""
    weighed = sorted((group for group in groups.values() if group.weight), key=lambda group: -group.weight)
    if not weighed:
        return None
    labels = groups.get(LABELS)
    if labels and 4 * len(labels.sights) >= len(weighed[0].sights):
        return labels
    best = weighed[0]
    if best.name != "paragraphs" and best.level:
        return _outer(seen, best, [group for group in weighed if group.level])
    structured = [group for group in weighed if group.name not in ("paragraphs", "bullets")]
    if best.name in ("paragraphs", "bullets") and structured and structured[0].weight >= 0.3 * best.weight:
        best = structured[0]
    return best


def _outer(seen: Survey, best: Group, levels: Sequence[Group]) -> Group:
    """The headings around the best ones, where they ask and are answered: then those are parts of answers."""
    for group in sorted(levels, key=lambda group: group.level):
        if group.level >= best.level:
            break
        strongly = [
            each for each in group.sights if each.asks or (each.what.number is not None and group.numbered > 0.7)
        ]
        direct = [each for each in strongly if _direct(seen, each)]
        if len(strongly) >= 0.6 * len(group.sights) and len(direct) >= 0.5 * len(strongly) and len(group.sights) > 1:
            return group
    return best


def _direct(seen: Survey, sight: Sight) -> bool:
    """Whether something is said between a heading and the next one, however deep."""
    return seen.says(sight.what.last + 1, seen.heading_behind(sight.what.last) - 1)


def _accepted(seen: Survey, first: Group, groups: Mapping[str, Group]) -> list[Sight]:
    """The members of the first kind that are questions, and of others those that are certain."""
    if first.name == LABELS:
        return list(first.sights)
    labels = groups.get(LABELS)
    certain = list(labels.sights) if labels else []
    if first.name.startswith("headings"):
        own = [
            each
            for each, answered in zip(first.sights, first.answers, strict=True)
            if _heading(first, each, answered=answered)
        ]
        above = [
            each
            for name, group in groups.items()
            if name.startswith("headings") and group.level < first.level
            for each in group.sights
            if each.asks and _direct(seen, each) and not _holds(seen, each, own)
        ]
        return sorted([*certain, *own, *above], key=lambda each: each.what.line)
    if first.name in NUMBERS:
        own = list(first.sights)
    else:
        own = [
            each
            for each, answered in zip(first.sights, first.answers, strict=True)
            if _plainly(first, each, answered=answered)
        ]
    if first.name.endswith("bullets"):
        own = _outermost(own)
    if first.name == "paragraphs":
        own = [each for each in own if each.what.line not in _told_below(first)]
    if first.name == "pairs" and "tight pairs" in groups and groups["tight pairs"].dense:
        own += groups["tight pairs"].sights
    if first.name == "tight pairs" and "pairs" in groups:
        own += groups["pairs"].sights
    return sorted([*certain, *own], key=lambda each: each.what.line)


def _told_below(group: Group) -> set[int]:
    """The lines of paragraphs that end with a question of their own but answer the one right above them."""
    following = zip(pairwise(group.sights), group.answers, strict=False)
    return {
        each.what.line
        for (_, each), answer in following
        if not answer and not each.begins and _STATED.search(each.words)
    }


def _heading(group: Group, sight: Sight, *, answered: bool) -> bool:
    if sight.asks or (sight.what.number is not None and group.numbered >= 0.5):
        return True
    if furniture(sight.words) or group.numbered >= 0.7:
        return sight.begins and not furniture(sight.words)
    return sight.begins or (answered and group.asking >= 0.3)


def _holds(seen: Survey, sight: Sight, members: Sequence[Sight]) -> bool:
    """Whether some members stand below a heading, before the next one as high."""
    lines = [each.what.line for each in members]
    end = seen.heading_behind(sight.what.last, sight.what.level)
    return bisect_right(lines, end - 1) > bisect_right(lines, sight.what.line)


def _plainly(group: Group, sight: Sight, *, answered: bool) -> bool:
    if sight.what.shape in ("folds", "pairs", "labels") or sight.marked:
        return True
    if sight.what.shape == "answer marks":
        return bool(sight.asks or sight.begins or sight.what.group.startswith("question marks"))
    if sight.what.shape == "bold lines" and not sight.asks:
        told = sight.begins or (group.asking >= 0.6 and len(sight.words.split()) >= _WORDS_OF_A_TASK)
        may_be_open = group.asking >= 0.6 and bids(sight.words)  # a task among questions
        return (
            told
            and sight.blank_above
            and (answered or may_be_open)
            and sight.what.rest is None
            and not sight.words.endswith(":")
        )
    return sight.asks or (sight.begins and (group.asking >= 0.6 or group.name.endswith("letter")))


def _filled(seen: Survey, sights: Sequence[Sight], first: Group, chosen: list[Sight]) -> list[Sight]:
    """What is chosen, and what fills gaps in its numbers or stands in sections that have none of it."""
    sights = [each for each in sights if not each.what.group.startswith("labels behind")]
    found = [*chosen, *_gaps(sights, chosen)]
    found.sort(key=lambda each: each.what.line)
    lines = [each.what.line for each in found]
    # Behind the last one any heading ends its answer, and may begin what is written in another way.
    rest = 1 if first.level else seen.heading_behind(lines[-1])
    bounds = [1, rest, *(each.line for each in seen.headings if each.level <= _section(first)), len(seen.lines) + 1]
    bounds = sorted(set(bounds) - set(lines))
    seen_at = [each.what.line for each in sights]
    for start, end in pairwise(bounds):
        if bisect_right(lines, end - 1) > bisect_right(lines, start - 1):
            continue
        inside = sights[bisect_right(seen_at, start - 1) : bisect_right(seen_at, end - 1)]
        if inside and inside[0].what.line == start:
            if furniture(inside[0].words):
                continue
            if start not in (1, rest):
                inside = inside[1:]
        found += _filling(first, _grouped(seen, inside).values())
    return sorted(found, key=lambda each: each.what.line)


def _filling(first: Group, groups: Collection[Group]) -> list[Sight]:
    """The questions of a section that has none of the first kind: those of its weightiest, if that as a whole asks."""
    best = max(groups, key=lambda group: group.weight, default=None)
    if best and best.weight and best.name == "pairs" and len(best.sights) > 2:
        return list(best.sights)
    if best and best.weight and len(best.sights) > 1 and best.asking >= 0.7 and best.answered >= 0.6:
        if best.level:
            return [
                each
                for each, answered in zip(best.sights, best.answers, strict=True)
                if _heading(best, each, answered=answered)
            ]
        tasks = best.name not in ("paragraphs", "bullets", "bold lines")
        return [each for each in best.sights if each.asks or (tasks and each.begins)]
    if first.bank:
        listed = [each for each in groups if each.name in (*NUMBERS, "bullets", "bold bullets")]
        return [each for group in listed if group.asking >= 0.7 for each in group.sights if each.asks or each.begins]
    return []


def _section(first: Group) -> int:
    return first.level - 1 if first.name.startswith("headings") and first.level > 1 else 2


def _gaps(sights: Sequence[Sight], chosen: Sequence[Sight]) -> list[Sight]:
    """The questions of other kinds whose numbers are missing between two that are chosen."""
    lines = [each.what.line for each in sights]
    taken = {each.what.line for each in chosen}
    found: list[Sight] = []
    for one, other in pairwise(chosen):
        low, high = one.what.number, other.what.number
        if low is None or high is None or not low + 1 < high:
            continue
        between = sights[bisect_right(lines, one.what.line) : bisect_right(lines, other.what.line - 1)]
        expected = low + 1
        for each in between:
            if each.what.number == expected < high and each.what.line not in taken and (each.asks or each.begins):
                found.append(each)
                expected += 1
    return found


def _depth(chosen: Sequence[Sight]) -> int:
    """The deepest heading that ends an answer."""
    levels = Counter(each.what.level for each in chosen if each.what.level)
    return levels.most_common(1)[0][0] if levels else 2
