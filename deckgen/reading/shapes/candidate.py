"""A line that may be a question, and the marks around its words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from deckgen.reading.shapes.words import ATTRIBUTES, DIFFICULTY, EMOJI, QUESTION, SPEAKER, asks

_HEAD = re.compile(
    r"""[ \t]* (?P<quote>(?:>[ \t]?)+)?
        (?: (?P<hashes>\#{1,6})(?:[ \t]+|(?=[^\s\#!/])) | (?P<bullet>[-*+\u2022][ \t]+(?:\[[ xX]\][ \t]+)?) )?
        (?:<a\s[^<>]*>(?:\s*</a>)?\s*)*""",
    re.VERBOSE,
)
_ORNAMENT = re.compile(rf"(?:\s|{EMOJI}|{DIFFICULTY})*", re.IGNORECASE)
_BOLD = re.compile(r"(?:\*{1,3}|_{1,3})(?=[^\s*_])")
_NUMBER = re.compile(
    r"""(?: [\[(]?(?:\#|\u2116\s?)?(?P<number>\d{1,4}(?:\.\d{1,3})*)
            (?: \\?[.)\]:\uff0e\u3001]+(?!\d) | /(?=\s) | \s+[.)](?=\s) | \s?[-\u2013\u2014](?=\s) | (?<=\.\d)(?=\s)
              | (?=\*\*|__) )
          | (?P<keycap>\d{1,2})\ufe0f?\u20e3 )
        \s*""",
    re.VERBOSE,
)
_CLOSE = re.compile(r"(?:\*{1,3}|_{1,3})\s?[.):]?\s*")
_HEADING = re.compile(r"\#{1,6}\s+")
_LINKED = re.compile(r"(?P<before>\s*\#{1,6}\s+)\[(?P<words>(?:[^\[\]]|\[[^\[\]]*\])+)\]\([^()]*\)(?P<behind>.*)")
_HTML = re.compile(
    r"""\s*(?:<(?:p|div|center|li|font|span)\b[^<>]*>\s*)*
        <(?P<tag>b|strong|h[1-6])(?:\s[^<>]*)?>(?P<words>.+?)</(?P=tag)\s*>
        (?P<behind>(?:</?(?:p|div|center|br|font|span|a|li)\b[^<>]*>|\s)*)""",
    re.IGNORECASE | re.VERBOSE,
)
_TAG = re.compile(r"</?(?:b|strong|em|i|a|u|font|span|big)\b[^<>]*>", re.IGNORECASE)
_CODE = re.compile(r"</?code>", re.IGNORECASE)
_MARK = re.compile(rf"(?:{QUESTION})(?:\s?[:.\uff1a]\s*(?:\*\*|__)?[.:]?|(?:\*\*|__)\s?[:.\uff1a])\s*", re.IGNORECASE)
_CLOSED = re.compile(r"(\*\*\*|\*\*|__|\*|_)(?=[^\s*_])((?:`[^`]*`|`(?![^`]*`)|(?!\1(?![*_]))[^`])+?)\1(?![*_\w])")
_DECORATION = re.compile(rf"(?:\s|[.:?!\\*_]|{EMOJI}|{DIFFICULTY}|\{{[^{{}}]*\}}|<br\s*/?>)*", re.IGNORECASE)
_ATTRIBUTES = re.compile(ATTRIBUTES)
_GOES_ON = re.compile(r"\s+[^\W\d_A-Z]")
_DASH = re.compile(r"\s*(?:-+>|=+>|[\u2192\u21d2]|[-\u2013\u2014:]+|<br\s*/?>)?\s*", re.IGNORECASE)
_TAB = 4  # CommonMark 2.2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question as one shape sees it; lines and columns are counted from 1.

    `title` is Markdown with the attributes at its end, `group` what the others of its kind share, `last` the last line
    that belongs to the question, and `rest` the offset in it where an answer on the same line begins. `inset` says
    that the answer may be indented, as in a list.
    """

    shape: str
    group: str
    line: int
    column: int
    title: str
    last: int
    label: str = ""
    number: int | None = None
    level: int = 0
    indent: int = 0
    inset: bool = False
    rest: int | None = None


@dataclass(frozen=True, slots=True)
class Peeled:
    """The words of a line and what surrounds them; `text` is the line as it is read."""

    text: str
    indent: int
    quote: bool
    level: int
    bullet: bool
    label: str
    number: int | None
    mark: bool
    bold: bool
    title: str
    rest: int | None


def peel(text: str) -> Peeled:
    """A line without the marks before and behind its words."""
    written = text.rstrip()
    text = marked_down(written)
    head = _HEAD.match(text)
    assert head
    end = len(text.rstrip())
    if head["hashes"]:
        end = len(text[:end].rstrip("#").rstrip()) if text[:end].endswith(" " + "#" * _closing(text[:end])) else end
    position = _ornament(text, head.end())
    bold = _BOLD.match(text, position)
    position = bold.end() if bold else position
    opened = bold[0].strip() if bold else ""
    number = _NUMBER.match(text, position)
    level = len(head["hashes"] or "")
    if number and number.end() < end:
        position = number.end()
        close = _CLOSE.match(text, position) if opened else None
        heading = _HEADING.match(text, position)
        if close:
            position, opened = close.end(), ""
        elif heading:
            position = heading.end()
    else:
        number = None
    mark = _MARK.match(text, _ornament(text, position)) or (not head["quote"] and SPEAKER.match(text, head.end()))
    if mark and mark.end() <= end:
        position = mark.end()
        opened = "" if opened and opened in mark[0] else opened
    position = max(position, _ornament(text, position)) if position < end else position
    title, closed, rest = _unwrapped(opened + text[position:end], len(written) - len(text) + position - len(opened))
    if level and rest is not None:  # all of a heading is its title
        title, closed, rest = opened + text[position:end], False, None
    digits = (number["number"] or number["keycap"]) if number else ""
    return Peeled(
        text=written,
        indent=len(text[: len(text) - len(text.lstrip())].expandtabs(_TAB)),
        quote=bool(head["quote"]),
        level=level,
        bullet=bool(head["bullet"]),
        label=digits,
        number=int(digits.rsplit(".", 1)[-1]) if digits else None,
        mark=bool(mark),
        bold=closed,
        title=title,
        rest=rest,
    )


def listed(shape: str, group: str, at: int, peeled: Peeled) -> Candidate:
    """The words behind a number or a bullet, with an answer that may be indented below them."""
    return Candidate(
        shape,
        group,
        at + 1,
        peeled.indent + 1,
        peeled.title,
        at + 1,
        peeled.label,
        peeled.number,
        indent=peeled.indent,
        inset=True,
        rest=peeled.rest,
    )


def marked_down(text: str) -> str:
    """A line that begins with bold words or a heading as HTML, in Markdown, and a heading that is a link without it."""
    html = _HTML.match(text) if text.lstrip()[:1] == "<" else None
    if html:
        words = _CODE.sub("`", _TAG.sub("", html["words"])).replace("&amp;", "&").strip()
        behind = text[html.end() :]
        if html["tag"][0] in "hH":
            return f"{'#' * int(html['tag'][1])} {words}" if not behind else text
        return f"**{words}**{behind}"
    linked = _LINKED.fullmatch(text)
    return f"{linked['before']}{linked['words']}{linked['behind']}" if linked else text


def _closing(text: str) -> int:
    return len(text) - len(text.rstrip("#"))


def _ornament(text: str, position: int) -> int:
    match = _ORNAMENT.match(text, position)
    return match.end() if match else position


def _unwrapped(text: str, offset: int) -> tuple[str, bool, int | None]:
    """A title, whether all of it is bold, and where in the line an answer behind bold words begins."""
    match = _CLOSED.match(text)
    if match is None:
        return text, False, None
    behind = text[match.end() :]
    if len(match[1]) == 1 and behind.strip() and not _ATTRIBUTES.fullmatch(behind):
        return text, False, None
    if _DECORATION.fullmatch(behind):
        return text, True, None
    own = _ATTRIBUTES.match(behind)
    end = own.end() if own else 0
    gap = _DASH.match(behind, end)
    if asks(text) and not asks(match[2]) and _GOES_ON.match(behind):
        return text, False, None
    return match[2] + behind[:end].rstrip(), True, offset + match.end() + (gap.end() if gap else end)
