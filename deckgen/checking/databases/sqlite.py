"""SQLite, in memory or in the scratch folder of a check: it comes with Python and needs no server."""

from __future__ import annotations

from deckgen.checking.interpreters import Interpreter


def describe(interpreter: Interpreter) -> str:
    """Name and version, such as `sqlite 3.40.1`."""
    return f"sqlite {interpreter.sqlite}"
