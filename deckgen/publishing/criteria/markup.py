"""Fields that run nothing, and are not taken for commands of Anki's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deckgen.publishing.criteria.finding import Finding
from deckgen.publishing.snapshot import Snapshot

_RUNS = re.compile(
    r"<(?:script|iframe|object|embed|link|base|form|meta)\b|<[^>]*\son\w+\s*=|<[^>]*=\s*[\"']?\s*javascript:",
    re.IGNORECASE,
)
_MAY_RUN = re.compile(r"<[silobefm]|\son\w+\s*=|javascript:", re.IGNORECASE)  # what is quick to rule out
_LATEX = re.compile(r"\[latex\]|\[\$\$?\]", re.IGNORECASE)


def nothing_runs(snapshot: Snapshot) -> Iterator[Finding]:
    """A card is text and pictures."""
    for note in snapshot.package.notes:
        if any(_RUNS.search(field) for field in note.fields if _MAY_RUN.search(field)):
            yield Finding("A025", f"note {note.guid} holds a script, a frame or a form")


def no_command(snapshot: Snapshot) -> Iterator[Finding]:
    """Anki takes `[latex]` and `[$]` for LaTeX, which no phone can make."""
    for note in snapshot.package.notes:
        if any(map(_LATEX.search, note.fields)):
            yield Finding("A026", f"note {note.guid} uses LaTeX instead of MathJax")
