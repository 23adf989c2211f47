"""`Q1. What ..`, `Q6 .What`, `Question 6: ..`, `**Q5.** ..`, `### Q12. ..`: a label, whatever its punctuation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deckgen.reading.shapes.candidate import Candidate, Peeled, marked_down
from deckgen.reading.shapes.words import DIFFICULTY, EMOJI, QUESTION

_INITIALS = frozenset("*_" + "".join(word[0] + word[0].upper() for word in QUESTION.split("|")))
_LABEL = re.compile(
    rf"""(?P<bold>\*\*|__)?
        (?:{QUESTION}) \s*+ (?P<before>[.:\#-]?) \s*+
        (?P<number>\d{{1,5}}) (?![^\W_])
        \s*+ (?P<inner>\*\*|__)?
        \s*+ (?P<after>[.:)\]\uff1a\uff0e\u3001]++ (?!\d) | [-\u2013\u2014] (?=\s|\*\*|__) )?
        \s*+ (?P<outer>\*\*|__)?
        \s*+ (?P<title>\S.*)""",
    re.IGNORECASE | re.VERBOSE,
)
_ASKS = re.compile(r"\?\s*+(\{[^{}]*\})?$")  # at the end of a title, attributes or not
_LEAD = re.compile(
    rf"[ \t]*(?P<place>>[ \t]?|[-*+][ \t]+|\d{{1,4}}[.)][ \t]+|\#{{1,6}}[ \t]*)?(?:\s|{EMOJI}|{DIFFICULTY})*",
    re.IGNORECASE,
)
_WHOLE_WORD = 5  # letters: `Question 6` needs no mark, `Q6` might be anything
_ALONE = re.compile(
    rf"""[ \t]*(?P<hashes>\#{{1,6}}[ \t]*)?(?:{EMOJI}\s*)*
        (?P<bold>\*\*|__)?(?P<word>{QUESTION})\s*+[.:\#-]?\s*+(?P<number>\d{{1,5}})\s?(?P<mark>[.:)]*)
        (?:\*\*|__)?\s?:?[ \t\#]*""",
    re.IGNORECASE | re.VERBOSE,
)


def label_and_title(line: str) -> tuple[str, str] | None:
    """Label without punctuation (`Q11`) and title of a labelled question, None where the line is none.

    Without any punctuation around its number a label counts only before a title that ends with a question mark.
    """
    if line[:1] not in _INITIALS:
        return None
    match = _LABEL.fullmatch(line)
    if match is None:
        return None
    title = match["title"].strip()
    bold, closed = match["bold"], match["inner"] or match["outer"]
    marked = match["before"].strip("-") or match["after"] or closed
    if not marked and not (line[match.start("title") - 1].isspace() and _ASKS.search(title)):
        return None
    if bold and not closed:
        title = title.removesuffix(bold).rstrip() if title.endswith(bold) else bold + title
    elif closed and not bold:
        title = closed + title
    alone = not title or title in ".:)#"  # `Q.3.` and `Question #3 :`, whose words stand below
    return None if alone else (f"Q{match['number']}", title)


def plain(found: tuple[str, str], at: int) -> Candidate:
    """The question of a label at the margin."""
    return Candidate("labels", "labels", at + 1, 1, found[1], at + 1, found[0], int(found[0][1:]))


def find(lines: Sequence[str], at: int, peeled: Peeled) -> Candidate | None:
    """The labelled question on a line, or one whose label stands above it by itself."""
    line = marked_down(peeled.text)
    lead = _LEAD.match(line)
    place = (lead["place"] or "").strip() if lead else ""
    if lead and peeled.level:
        line = re.sub(r"\s#+$", "", line)
    start = lead.end() if lead else 0
    found = label_and_title(line[start:])
    group = "labels" if not place or place.startswith("#") else f"labels behind {place[:1]}"
    if found and lead:
        column = peeled.indent if place else start
        return Candidate(
            "labels", group, at + 1, column + 1, found[1], at + 1, found[0], int(found[0][1:]), peeled.level
        )
    return _alone(lines, at, peeled.text)


def _alone(lines: Sequence[str], at: int, text: str) -> Candidate | None:
    label = _ALONE.fullmatch(text)
    below = next((each for each in range(at + 1, min(at + 4, len(lines))) if lines[each].strip()), None)
    if not label or below is None or lines[below].lstrip()[0] in "#`~|<":
        return None
    told = label["mark"] or (len(label["word"]) >= _WHOLE_WORD and below == at + 1)
    if not (label["hashes"] or label["bold"] or (told and not (at and lines[at - 1].strip()))):
        return None
    level = len((label["hashes"] or "").strip())
    number = label["number"]
    title = lines[below].strip().lstrip("> ")
    return Candidate(
        "labels",
        "labels",
        at + 1,
        len(text) - len(text.lstrip()) + 1,
        title,
        below + 1,
        f"Q{number}",
        int(number),
        level,
    )
