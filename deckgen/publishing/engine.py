"""The official engine, without a screen: a scratch collection, and an import as a double click does it.

The engine is the `anki` package of the extra `audit`; it is imported only when it is asked for.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deckgen.errors import InputError, SurroundingsError

if TYPE_CHECKING:
    from anki.collection import Collection
    from anki.import_export_pb2 import ImportResponse

EXTRA = "audit"
_ISOLATES = re.compile("[\u2068\u2069]")
_INLINE = re.compile(r"</?(?:a|abbr|b|code|del|em|i|kbd|mark|s|small|span|strong|sub|sup|u)\b[^>]*>")  # parts no words
_MARKUP = re.compile(r"<style.*?</style>|<[^>]*>", re.DOTALL)


class EngineMissingError(SurroundingsError):
    """The official engine is not installed."""


class RefusedError(InputError):
    """The engine does not import a package."""


@contextmanager
def scratch() -> Iterator[Collection]:
    """An empty collection of the engine that is gone afterwards; raises EngineMissingError."""
    try:
        import anki.lang
        from anki.collection import Collection
    except ImportError as error:
        raise EngineMissingError(f"the official engine is missing: install deckgen-verified[{EXTRA}]") from error
    logging.getLogger("anki").setLevel(logging.ERROR)
    anki.lang.set_lang("en")
    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(str(Path(folder) / "collection.anki2"))
        try:
            yield collection
        finally:
            collection.close()


def imported(collection: Collection, path: Path) -> ImportResponse.Log:
    """Import a package as a double click would; raises RefusedError."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
    try:
        return collection.import_anki_package(request).log
    except Exception as error:  # the engine's own errors have no common base that is public
        raise RefusedError(plain(error)) from error


def rows(collection: Collection) -> Callable[[str], Sequence[Any]]:
    """What answers a query to the collection's database."""
    assert collection.db is not None
    return collection.db.all


def plain(error: Exception) -> str:
    """What the engine says, without its marks for the direction of text and its markup."""
    return _ISOLATES.sub("", visible(str(error)))


def visible(html: str) -> str:
    """The text of some HTML, its white space folded."""
    return " ".join(_MARKUP.sub(" ", _INLINE.sub("", html)).split())
