"""What every note type has to show of a card."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Face:
    """A card as HTML: question, answer, the code of its checks, what it was verified on, and its origin.

    The answer of a cloze has its deletions marked; `typed` is what is to be typed, where anything is, and `report` the
    address at which the card is reported, where there is one.
    """

    question: str
    answer: str
    typed: str
    proof: str
    verified: str
    source: str
    id: str
    report: str
