"""Where deckgen keeps what it makes, under the current directory."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

OUT = Path("build")
CACHE = OUT / ".cache"
VERDICTS = CACHE / "verdicts.sqlite"
PAGES = CACHE / "pages"
FAILED = CACHE / "failed.json"


def pages() -> Path:
    """The folder of pages that were read before, made where it is not; what only looks at decks makes none."""
    with suppress(OSError):
        PAGES.mkdir(parents=True, exist_ok=True)
    return PAGES
