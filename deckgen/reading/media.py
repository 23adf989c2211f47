"""Images and sounds that a document names: read from the folder of its deck, and from nowhere else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from deckgen import rules, signatures, svg
from deckgen.diagnostics import Rule, suggest
from deckgen.model import Medium
from deckgen.reading.pixels import pixels

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 50_000_000  # 200 MB where they are shown

_REMOTE = re.compile(r"https?:|//", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)  # that of a drive as well


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot be had: a rule and the values of its message."""

    rule: Rule
    values: dict[str, object] = field(default_factory=dict)


Find = Callable[[str], Medium | Refusal]


class Remembering:
    """A way to find images that remembers for what it was asked, and a digest of what it found."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self.asked: dict[str, str] = {}

    def __call__(self, target: str) -> Medium | Refusal:
        """What a target is found to be."""
        found = self._find(target)
        told = found.suffix.encode() + found.data if isinstance(found, Medium) else repr(found).encode()
        self.asked[target] = hashlib.sha256(told).hexdigest()
        return found


def nowhere(target: str) -> Medium | Refusal:
    """What a document finds that stands in no folder, such as standard input."""
    return Refusal(rules.REMOTE_IMAGE) if _REMOTE.match(target) else _refused("has no folder to be found in")


def beside(root: Path, document: Path) -> Find:
    """What a document finds: files of the deck's folder `root`, named from where the document stands inside it."""

    def find(target: str) -> Medium | Refusal:
        path = inside(document.parent.parts, target)
        return path if isinstance(path, Refusal) else _read(root, path, target)

    return find


def _refused(reason: str) -> Refusal:
    return Refusal(rules.OUTSIDE_DECK, {"reason": reason})


def inside(folder: tuple[str, ...], target: str) -> tuple[str, ...] | Refusal:
    """The names that lead from the deck's folder to a target, or why none do."""
    if _REMOTE.match(target):
        return Refusal(rules.REMOTE_IMAGE)
    try:
        name = unquote(target, errors="strict")
    except UnicodeDecodeError:
        return _refused("is not UTF-8 once it is decoded")
    if _SCHEME.match(name) or name.startswith("/"):
        return _refused("is no path that begins in the deck's folder")
    if "\\" in name or not name.isprintable():
        return _refused("holds a character that is in no path here; / separates folders")
    parts = list(folder)
    for part in name.split("/"):
        if part == ".." and not parts:
            return _refused("leads out of the deck's folder")
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return tuple(parts)


def _read(root: Path, path: tuple[str, ...], target: str) -> Medium | Refusal:
    place = root
    for part in path:
        known = _names(place)
        if part not in known:  # asked of the folder, since some file systems find `A.png` as `a.png`
            advice = suggest(part, known) if known else "the folder that it names is not there"
            return Refusal(rules.NO_SUCH_FILE, {"advice": advice})
        place /= part
        if place.is_symlink():
            return _refused("is reached by a symbolic link")
    if not place.is_file():
        return Refusal(rules.NO_SUCH_FILE, {"advice": "it is no file"})
    try:
        return _medium(place, target)
    except OSError as error:
        return Refusal(rules.NO_SUCH_FILE, {"advice": f"it cannot be read: {error.strerror}"})


def _names(folder: Path) -> list[str]:
    """What is in a folder, but for what no target can name."""
    try:
        return [entry.name for entry in folder.iterdir() if entry.name.isprintable()]
    except OSError:
        return []


def _medium(place: Path, target: str) -> Medium | Refusal:
    """The file at a place, if Anki can show it. Raises OSError."""
    size = place.stat().st_size
    if size > MOST_BYTES:
        return Refusal(rules.MEDIUM_TOO_LARGE, {"size": size, "unit": "bytes", "limit": MOST_BYTES})
    return admitted(place.read_bytes(), target)


def admitted(data: bytes, target: str) -> Medium | Refusal:
    """Some bytes as what they are, if that can be shown and is safe to be."""
    suffix = signatures.suffix(data)
    if suffix is None:
        return Refusal(rules.NOT_A_MEDIUM)
    if (size := pixels(data)) > MOST_PIXELS:
        return Refusal(rules.MEDIUM_TOO_LARGE, {"size": size, "unit": "pixels", "limit": MOST_PIXELS})
    reason = svg.unsafe(data) if suffix == "svg" else None
    return Medium(target, suffix, data) if reason is None else Refusal(rules.UNSAFE_SVG, {"reason": reason})
