"""Pages as bytes, and the folder in which they are kept from one run to the next.

A page is kept under a name for all that it was made from: what a document and its sidecar hold, where they stand, and
the code that reads them. Its images are not kept but found anew, and are to be what they were.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from deckgen import files
from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.model import Card, Claims, Fence, Html, Medium, Role
from deckgen.reading.document import FrontMatter, Section
from deckgen.reading.grammar import Page
from deckgen.reading.media import Find, Remembering

_KEPT_DAYS = 30
_DAY = 24 * 60 * 60
_DIGEST = 32
_hash = partial(hashlib.blake2b, digest_size=_DIGEST)
_NOUNS = (Page, Card, Html, Fence, Claims, Diagnostic, Location, FrontMatter, Section)
_LIBRARIES = ("markdown-it-py", "mdit-py-plugins", "mdurl", "packaging", "PyYAML")


def name(*parts: object) -> str:
    """A name for everything that a page is made from, and for the code that makes it."""
    digest = _hash(_own_code())
    for part in parts:
        data = b"b" + part if isinstance(part, bytes) else repr(part).encode("utf-8", "surrogatepass")
        digest.update(b"%d\n" % len(data) + data)
    return digest.hexdigest()


@cache
def _own_code() -> bytes:
    """What names the code that reads, and what it reads with."""
    home = Path(__file__).parents[1]
    code = files.digest(home, (*home.glob("reading/**/*.py"), *home.glob("*.py")))
    return "\n".join((code, sys.version, *map(version, _LIBRARIES))).encode()


def recall(path: Path, find: Find) -> Page | Diagnostic | None:
    """The page in a file, None where there is none, or not the one that was written."""
    try:
        with path.open("rb") as file:
            digest, packed = file.read(_DIGEST), file.read()
    except OSError:
        return None
    with suppress(OSError):  # it may be another's to change
        if path.stat().st_mtime < time.time() - _DAY:
            os.utime(path)
    if digest != _hash(packed).digest():
        return None
    try:
        return unpack(packed, find)
    except Exception:
        return None


def keep(path: Path, packed: bytes) -> None:
    """Write a page into a file, whole or not at all; where its folder is not, it is read anew the next time."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        try:
            temporary.write_bytes(_hash(packed).digest() + packed)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def forget(folder: Path) -> None:
    """Remove what nobody has asked for in a month."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.stat().st_mtime < time.time() - _KEPT_DAYS * _DAY:
                path.unlink(missing_ok=True)


def pack(page: Page | Diagnostic, asked: Mapping[str, str]) -> bytes:
    """A page as bytes, with the digests of the images that it asked for."""
    file = io.BytesIO()
    _Pickler(file).dump(asked)
    _Pickler(file).dump(page)
    return file.getvalue()


def unpack(packed: bytes, find: Find) -> Page | Diagnostic | None:
    """The page in some bytes, None where its images are no longer what they were."""
    file = io.BytesIO(packed)
    asked = _Unpickler(file).load()
    found = Remembering(find)
    media = {target: found(target) for target in asked}
    if found.asked != asked:
        return None
    page = _Unpickler(file, Medium=media.__getitem__).load()
    return page if isinstance(page, Page | Diagnostic) else None


def _by_fields(noun: type[Any]) -> Callable[[Any], tuple[type[Any], tuple[Any, ...]]]:
    names = [field.name for field in fields(noun)]
    return lambda each: (noun, tuple([getattr(each, name) for name in names]))


def _from_fields(noun: type[Any]) -> Callable[..., Any]:
    """What makes a noun of the values of its fields, in half the time that its own frozen `__init__` takes.

    Written out and compiled, as dataclasses do themselves: most of the time is not to be spent on a loop.
    """
    names = [field.name for field in fields(noun)]
    known = {"_new": object.__new__, "_noun": noun, **{f"_put_{name}": getattr(noun, name).__set__ for name in names}}
    lines = [
        f"def make({', '.join(names)}):",
        "_made = _new(_noun)",
        *(f"_put_{name}(_made, {name})" for name in names),
    ]
    exec("\n    ".join([*lines, "return _made"]), known)
    make: Callable[..., Any] = known["make"]
    return make


class _Pickler(pickle.Pickler):
    """Nouns are made anew from their fields, and media from what the source calls them."""

    dispatch_table = {noun: _by_fields(noun) for noun in _NOUNS} | {Medium: lambda each: (Medium, (each.target,))}


# Functions, so that no class is handed out, which a pickle could change for all others.
_MAKERS = {
    **{noun.__qualname__: _from_fields(noun) for noun in _NOUNS},
    **{kind.__qualname__: partial(kind) for kind in (Role, Severity)},
}


class _Unpickler(pickle.Unpickler):
    """Makes nouns and nothing else, since what it is given may have been written by anybody."""

    def __init__(self, file: io.BytesIO, **others: Callable[..., object]) -> None:
        super().__init__(file)
        self._kinds = {**_MAKERS, **others}

    def find_class(self, _module: str, name: str) -> Any:
        """The noun of a name. Raises UnpicklingError for any other."""
        if name not in self._kinds:
            raise pickle.UnpicklingError(f"{name} is no part of a page")
        return self._kinds[name]
