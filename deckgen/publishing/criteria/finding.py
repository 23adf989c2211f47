"""What a criterion finds."""

from __future__ import annotations

from dataclasses import dataclass

from deckgen.diagnostics import Severity

CODES = tuple(f"A{number:03}" for number in range(1, 35) if number != 8)  # A007 says what A008 said


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is held against a package; an error keeps it from being written."""

    code: str
    message: str
    severity: Severity = Severity.ERROR
