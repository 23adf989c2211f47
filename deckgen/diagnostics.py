"""What deckgen says about a source: where, which code, what is wrong and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a diagnostic weighs: an error fails the run, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a source: its path as shown to the user, and line and column counted from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a source; `excerpt` is the line it points at, empty where there is none."""

    code: str
    severity: Severity
    location: Location
    message: str
    hint: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of diagnostic: code, severity, and the templates of its message and hint."""

    code: str
    severity: Severity
    message: str
    hint: str

    def at(self, location: Location, excerpt: str = "", **values: object) -> Diagnostic:
        """The diagnostic of this rule at a place, its templates filled with `values`."""
        return Diagnostic(
            code=self.code,
            severity=self.severity,
            location=location,
            message=self.message.format(**values),
            hint=self.hint.format(**values),
            excerpt=excerpt,
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A text and the path it is shown under; line ends are newlines, whatever they were in the file."""

    path: str
    lines: tuple[str, ...]

    @classmethod
    def of(cls, path: str, text: str) -> Source:
        """The source of a text; CRLF and CR end a line as LF does (CommonMark, section 2.1)."""
        return cls(path, tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))

    @property
    def text(self) -> str:
        """The whole text, its lines joined by newlines."""
        return "\n".join(self.lines)

    def line(self, number: int) -> str:
        """The text of a line counted from 1, empty beyond the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def at(self, line: int, column: int = 1) -> Location:
        """A location in this source."""
        return Location(self.path, line, column)

    def report(self, rule: Rule, line: int, column: int = 1, **values: object) -> Diagnostic:
        """A diagnostic of `rule` at a line and column of this source, with that line as its excerpt."""
        return rule.at(self.at(line, column), self.line(line), **values)


@dataclass(frozen=True, slots=True)
class Findings:
    """The diagnostics of one source, collected while it is read."""

    source: Source
    found: list[Diagnostic]

    def add(self, rule: Rule, line: int, column: int = 1, **values: object) -> None:
        """Collect a diagnostic of `rule` at a line and column of the source."""
        self.found.append(self.source.report(rule, line, column, **values))


def suggest(word: str, known: Iterable[str]) -> str:
    """Advice that names the known word nearest to a mistyped one, else all of them."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"did you mean `{close[0]}`?" if close else "known are " + ", ".join(f"`{name}`" for name in names)


def excerpt(diagnostic: Diagnostic, width: int = 100) -> str:
    """The line a diagnostic points at and a caret under its column; empty where it has no line.

    A long line is cut to `width` columns around the caret.
    """
    if not diagnostic.excerpt.strip():
        return ""
    column = min(diagnostic.location.column, len(diagnostic.excerpt) + 1)
    start = max(0, column - 1 - width // 2) if column > width else 0
    text = diagnostic.excerpt[start : start + width].replace("\t", " ").rstrip()
    number = str(diagnostic.location.line)
    return f"{number} | {text}\n{' ' * len(number)} | {' ' * (column - 1 - start)}^"
