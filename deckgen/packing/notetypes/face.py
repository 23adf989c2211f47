"""What every note type has to show of a card."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Face:
    """A card as HTML: question, answer, the code of its checks, what it was verified on, and its origin."""

    question: str
    answer: str
    proof: str
    verified: str
    source: str
    id: str
