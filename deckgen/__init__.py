"""Question-and-answer Markdown becomes Anki decks whose answers are proved: `read`, `verify` and `build`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deckgen.api import Deck, Effort, Ledgers, Reading, Report, Verdict, build, read, verify

__version__ = "0.1.0"
__all__ = ("Deck", "Effort", "Ledgers", "Reading", "Report", "Verdict", "build", "read", "verify")


def __getattr__(name: str) -> Any:
    """What the library offers is imported when it is asked for, so that the command line answers at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from deckgen import api

    return getattr(api, name)
