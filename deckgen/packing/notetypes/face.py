"""What every note type has to show of a card."""

from __future__ import annotations

from dataclasses import dataclass

from deckgen.notes import Field

_EVIDENCE = ("Proof", "Verified", "Source", "Id", "Report", "Spare2", "Spare3", "Spare4")


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

    @property
    def evidence(self) -> tuple[str, ...]:
        """The fields that every note type ends with, of which the spare ones are empty."""
        return (self.proof, self.verified, self.source, self.id, self.report, "", "", "")


def fields(first: int, *names: str) -> tuple[Field, ...]:
    """The fields of a note type, with ids from the first on: some of its own, and those of the evidence."""
    return tuple(Field(name, first + number) for number, name in enumerate((*names, *_EVIDENCE)))
