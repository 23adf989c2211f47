"""`{#id .tag key="value"}` at the end of a question: who the card is, and where and for how long it is proved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mdit_py_plugins.attrs.parse import ParseError, parse
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from deckgen import rules
from deckgen.diagnostics import Findings, Source, suggest
from deckgen.model import NOTE_TYPES, Claims, Database
from deckgen.reading.document import Question

_OPENING = re.compile(r"\{(?=\s*(?:[#.]|[\w:-]+=))")
_ID = re.compile(r"\{#([A-Za-z0-9-]+)(?=[ }])")
_claims = lru_cache(Claims)  # one noun for all that claim the same, which most do
_EVERYWHERE = _claims(None, ())
_BELOW = 5  # lines that a label and marks may take above the words of a question
_KEYS = ("sqlalchemy", "database", "type", "timeout")


@dataclass(frozen=True, slots=True)
class Attributes:
    """What the braces say; `id` is empty where they give none."""

    id: str = ""
    tags: tuple[str, ...] = ()
    claims: Claims = _EVERYWHERE
    note_type: str = "basic"
    timeout: float | None = None


def split(question: Question, findings: Findings) -> tuple[str, Attributes]:
    """A question's text without the attributes at its end, and the attributes; braces in the text itself stay."""
    text = question.title
    match _at_end(text):
        case None:
            return text, Attributes()
        case ParseError() as problem:
            start = text.rindex("{")
            reason = str(problem).split(" at position")[0]
            findings.add(rules.BAD_ATTRIBUTES, *_place(text[start:], question, findings.source), reason=reason)
            return text[:start].rstrip(), Attributes()
        case start, values:
            place = _place(text[start:], question, findings.source)
            return text[:start].rstrip(), _Reader(values, *place, findings).attributes()


def _place(attributes: str, question: Question, source: Source) -> tuple[int, int]:
    """The line and column of a question's attributes, which may stand below its label; its own if they are wrapped."""
    for number in range(question.line, min(question.line + _BELOW, len(source.lines)) + 1):
        if (found := source.line(number).rfind(attributes)) >= 0:
            return number, found + 1
    return question.line, question.column


def opening(title: str) -> int | None:
    """Where the attributes at the end of a title open, None where it has none that can be read."""
    found = _at_end(title)
    return found[0] if isinstance(found, tuple) else None


def _at_end(text: str) -> tuple[int, dict[str, str]] | ParseError | None:
    """Where the attributes at the end of a text open and their values, or what is wrong with them."""
    if not text.endswith("}"):
        return None
    problem = None
    for match in _OPENING.finditer(text):
        try:
            end, values = _parsed(text[match.start() :])
        except ParseError as error:
            problem = error
            continue
        if match.start() + end == len(text) - 1:
            return match.start(), values
    return problem


def _parsed(text: str) -> tuple[int, dict[str, str]]:
    """Where the attributes that a text opens with close, and their values; what follows an id is often the same.

    Raises ParseError.
    """
    if (id_ := _ID.match(text)) is None:
        return parse(text)
    end, values = _parsed_behind_id("{" + text[id_.end() :])
    return id_.end() - 1 + end, {"id": id_[1]} | values


@lru_cache(maxsize=1000)
def _parsed_behind_id(text: str) -> tuple[int, dict[str, str]]:
    return parse(text)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes the values one by one; what is left over in the end is unknown."""

    values: dict[str, str]
    line: int
    column: int
    findings: Findings

    def attributes(self) -> Attributes:
        found = Attributes(
            id=self.values.pop("id", ""),
            tags=tuple(dict.fromkeys(self.values.pop("class", "").split())),
            claims=_claims(self._sqlalchemy(), self._databases()),
            note_type=self._note_type(),
            timeout=self._timeout(),
        )
        for key in self.values:
            self.findings.add(rules.UNKNOWN_ATTRIBUTE, self.line, self.column, key=key, advice=suggest(key, _KEYS))
        return found

    def _sqlalchemy(self) -> str | None:
        versions = self.values.pop("sqlalchemy", None)
        try:
            SpecifierSet(versions or "")
        except InvalidSpecifier:
            self._bad("sqlalchemy", f"`{versions}` is not a version range", 'write a range such as ">=2.0"')
            return None
        return versions

    def _databases(self) -> tuple[str, ...]:
        names = self.values.pop("database", "").split()
        for name in names:
            if name not in set(Database):
                self._bad("database", f"unknown database `{name}`", suggest(name, list(Database)))
        return tuple(name for name in names if name in set(Database))

    def _note_type(self) -> str:
        name = self.values.pop("type", "basic")
        if name not in NOTE_TYPES:
            self._bad("type", f"unknown note type `{name}`", suggest(name, NOTE_TYPES))
            return "basic"
        return name

    def _timeout(self) -> float | None:
        text = self.values.pop("timeout", None)
        if text is None:
            return None
        if re.fullmatch(r"\d+(\.\d+)?", text) and 0 < float(text) <= 3600:
            return float(text)
        self._bad("timeout", f"`{text}` is not a number of seconds", "write more than 0 and at most 3600")
        return None

    def _bad(self, key: str, reason: str, advice: str) -> None:
        self.findings.add(rules.BAD_ATTRIBUTE_VALUE, self.line, self.column, key=key, reason=reason, advice=advice)
