"""The templates and the style sheet that note types are made of."""

from __future__ import annotations

from importlib.resources import files

_FOLDER = files("deckgen.packing") / "theme"


def read(*names: str) -> str:
    """The files of the theme with some names, one behind the other."""
    return "".join((_FOLDER / name).read_text("utf-8") for name in names)
