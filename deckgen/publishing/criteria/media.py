"""Pictures and sounds that every device has once it has the package."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from deckgen import signatures, svg
from deckgen.diagnostics import Severity
from deckgen.publishing.criteria.finding import Finding
from deckgen.publishing.snapshot import Snapshot

_TAG = re.compile(r"<(?:img|source|audio|video|image|use|a)\b[^>]*>|<[^>]*\burl\([^>]*>", re.IGNORECASE)
_FILE = r"[^\"'\s>)]+\.(?:png|jpe?g|gif|svg|webp|avif|mp3|ogg|opus|wav|mp4|webm)\b"
_UNSEEN = re.compile(rf"srcset\s*=|url\(\s*[\"']?{_FILE}|\bhref\s*=\s*[\"']?(?![a-z]+:){_FILE}", re.IGNORECASE)
_SOURCE = re.compile(r"\bsrc\s*=\s*[\"']?\s*([^\"'\s>]*)", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"^[a-z][a-z0-9+.-]*:|[/\\%]|^\.", re.IGNORECASE)
_SAFE_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_ALSO_CALLED = {"jpeg": "jpg"}


def references(snapshot: Snapshot) -> Iterator[Finding]:
    """Anki brings a file along only where `src` names it, and finds it by nothing but its name."""
    for note in snapshot.package.notes:
        for tag in (tag for field in note.fields for tag in _TAG.findall(field)):
            source = _SOURCE.search(tag)
            if _UNSEEN.search(tag):
                yield Finding("A027", f"note {note.guid} refers to a file in a way that Anki does not see: {tag[:80]}")
            if source and _NOT_A_NAME.search(source[1]):
                yield Finding("A028", f"note {note.guid} refers to {source[1][:80]}, which is no name of a file")


def names(snapshot: Snapshot) -> Iterator[Finding]:
    """A name is one file on every device, also where upper case is not told from lower."""
    for name, times in Counter(name.lower() for name, _ in snapshot.package.media).items():
        if times > 1:
            yield Finding("A029", f"{times} media files are called {name}")
    for name, _ in snapshot.package.media:
        if not _SAFE_NAME.fullmatch(name):
            yield Finding("A030", f"media file {name!r} has a name that not every device can have")


def contents(snapshot: Snapshot) -> Iterator[Finding]:
    """A file is what its name says, arrives as it was, and runs and loads nothing."""
    for name, data in snapshot.package.media:
        suffix = name.rpartition(".")[2].lower()
        suffix = _ALSO_CALLED.get(suffix, suffix)
        if suffix in signatures.SUFFIXES and signatures.suffix(data) != suffix:
            yield Finding("A031", f"media file {name} is not what its name says")
        elif suffix == "svg" and (reason := svg.unsafe(data)):
            yield Finding("A032", f"media file {name} {reason}")
        if snapshot.media.get(name, data) != data:
            yield Finding("A033", f"media file {name} does not arrive as it was")


def collection(snapshot: Snapshot) -> Iterator[Finding]:
    """Nothing is missing, nothing is there for no card, and the collection is sound."""
    for name in snapshot.missing_media:
        yield Finding("A016", f"media file {name} is missing")
    for name, _ in snapshot.package.media:
        if name not in snapshot.media:  # the engine takes what a note refers to
            yield Finding("A034", f"media file {name} is on no card", Severity.WARNING)
    if not snapshot.sound:
        yield Finding("A017", "the collection is damaged by the import")
