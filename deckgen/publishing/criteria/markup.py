"""Fields that run nothing, and are not taken for commands of Anki's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from deckgen.publishing.criteria.finding import Finding
from deckgen.publishing.snapshot import Snapshot

_ACTIVE = frozenset({"script", "iframe", "object", "embed", "link", "base", "form", "meta"})
_IGNORED = re.compile(r"[\0-\x20]+")  # a browser reads a scheme without them
_MAY_RUN = re.compile(r"<[silobefm]|\son\w+\s*=|script", re.IGNORECASE)  # what is quick to rule out
_LATEX = re.compile(r"\[latex\]|\[\$\$?\]", re.IGNORECASE)


class _Reader(HTMLParser):
    """Listens for what a browser would run."""

    found = False

    @classmethod
    def runs(cls, field: str) -> bool:
        """Whether anything in a field runs."""
        reader = cls()
        reader.feed(field)
        reader.close()
        return reader.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = (_IGNORED.sub("", value or "").lower() for _, value in attrs)
        self.found |= tag in _ACTIVE or any(name.startswith("on") for name, _ in attrs)
        self.found |= any(value.startswith("javascript:") for value in values)


def nothing_runs(snapshot: Snapshot) -> Iterator[Finding]:
    """A card is text and pictures."""
    for note in snapshot.package.notes:
        if any(_Reader.runs(field) for field in note.fields if _MAY_RUN.search(field)):
            yield Finding("A025", f"note {note.guid} holds a script, a frame or a form")


def no_command(snapshot: Snapshot) -> Iterator[Finding]:
    """Anki takes `[latex]` and `[$]` for LaTeX, which no phone can make."""
    for note in snapshot.package.notes:
        if any(map(_LATEX.search, note.fields)):
            yield Finding("A026", f"note {note.guid} uses LaTeX instead of MathJax")
