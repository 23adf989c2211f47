"""A title as a learner reads it: without emoji, marks of difficulty, bold all over, and a colon at its end."""

from __future__ import annotations

import re

from deckgen.reading.shapes.words import CARD, DIFFICULTY, EMOJI

_BEFORE = re.compile(rf"(?:\s|{EMOJI}|{DIFFICULTY}|<a\s[^<>]*>\s*</a>)+", re.IGNORECASE)
_BEHIND = re.compile(
    rf"(?:\s|(?<!:)[:\uff1a]|\\|<br\s*/?>|{EMOJI}|<a\s[^<>]*>\s*</a>|{DIFFICULTY}|(?<=\s){CARD})+$", re.IGNORECASE
)
_WRAPPED = re.compile(r"(\*\*\*|\*\*|__|\*|_|<b>|<strong>|<em>|<i>)(?=[^\s*_])(?P<words>.*\S)(?:\1|</\w+>)")
_OF_PAGE = re.compile(r"\[(?P<words>[^\[\]]+)\]\(#[^()\s]*\)")
_PLAIN = re.compile(r"[^\W_][\w ,.'?-]*(?:[^\W_]|[.?])")
_LONGEST = 2000  # what is longer is no title that anybody decorated


def cleaned(title: str) -> str:
    """The words of a title; code in it is kept, and so are links that lead out of the document."""
    if _PLAIN.fullmatch(title):
        return title
    before = None
    while title != before and len(title) < _LONGEST:
        before = title
        found = _BEFORE.match(title)
        title = title[found.end() :] if found else title
        found = _BEHIND.search(title)
        title = title[: found.start()] if found else title
        wrapped = _WRAPPED.fullmatch(title)
        if wrapped and wrapped[1] not in wrapped["words"]:
            title = wrapped["words"]
        link = _OF_PAGE.fullmatch(title)
        title = link["words"] if link else title
    return title.strip()
