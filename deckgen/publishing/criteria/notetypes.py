"""Note types that can be renamed later, show on every device, and load nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deckgen.publishing.criteria.finding import Finding
from deckgen.publishing.snapshot import Snapshot

_ELSEWHERE = re.compile(
    r"@import|url\(\s*['\"]?\s*(?:[a-z]+:|//)|<script|\b(?:src|href)\s*=\s*['\"]?\s*(?:[a-z]+:|//)", re.I
)
_ANSWER_MARK = re.compile(r"""\bid\s*=\s*["']?answer\b""")


def templates(snapshot: Snapshot) -> Iterator[Finding]:
    """The engine accepts every template, and the back says where the answer begins, since clients scroll there."""
    for name in snapshot.bad_templates:
        yield Finding("A012", f"bad template: {name}")
    for note_type in _used(snapshot):
        for template in note_type["tmpls"]:
            if not _ANSWER_MARK.search(template["afmt"]):
                yield Finding("A021", f"the back of {_name(note_type)} has no <hr id=answer>")


def ids(snapshot: Snapshot) -> Iterator[Finding]:
    """A field or template without an id cannot be renamed later: every learner's note would conflict."""
    for note_type in _used(snapshot):
        for part in (*note_type["flds"], *note_type["tmpls"]):
            if not part.get("id"):
                yield Finding("A022", f"{part['name']} of {_name(note_type)} has no id")


def style(snapshot: Snapshot) -> Iterator[Finding]:
    """Night is a class of Anki's, whatever the system prefers; and nothing is loaded from elsewhere."""
    for note_type in _used(snapshot):
        if "prefers-color-scheme" in note_type["css"]:
            yield Finding("A023", f"the style of {_name(note_type)} asks for the system's colours")
        texts = [note_type["css"], *(each[side] for each in note_type["tmpls"] for side in ("qfmt", "afmt"))]
        if any(map(_ELSEWHERE.search, texts)):
            yield Finding("A024", f"{_name(note_type)} runs or loads something")


def _used(snapshot: Snapshot) -> Iterator[Mapping[str, Any]]:
    used = {note.note_type for note in snapshot.package.notes}
    return (each for key, each in snapshot.package.note_types.items() if key in used)


def _name(note_type: Mapping[str, Any]) -> str:
    return f"note type {note_type['name']}"
