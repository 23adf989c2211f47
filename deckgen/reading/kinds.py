"""Lines of one kind, weighed together: whether they as a whole are questions, and how much speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from deckgen.reading.survey import Sight

LABELS = "labels"
NUMBERS = ("numbers", "bold numbers")


@dataclass(frozen=True, slots=True)
class Group:
    """The sights of one kind, and whether each is answered."""

    name: str
    sights: tuple[Sight, ...]
    answers: tuple[bool, ...]

    @property
    def asking(self) -> float:
        """The share that asks; what only begins as a question does counts for less."""
        return sum(1.0 if each.asks else 0.7 if each.begins else 0.0 for each in self.sights) / len(self.sights)

    @property
    def answered(self) -> float:
        """The share that has an answer."""
        return sum(self.answers) / len(self.sights)

    @property
    def numbered(self) -> float:
        """The share that has a number which goes on from the one before, or begins anew."""
        numbers = [each.what.number for each in self.sights]
        going_on = (one is not None and one in (1, (other or 0) + 1) for other, one in pairwise([0, *numbers]))
        return sum(going_on) / len(self.sights)

    @property
    def level(self) -> int:
        """How deep the sights are, if they are headings."""
        return self.sights[0].what.level

    @property
    def weight(self) -> float:
        """How much speaks for the sights to be questions, in sum; nothing where the kind as a whole does not."""
        if not self._eligible:
            return 0.0
        pairs = zip(self.sights, self.answers, strict=True)
        return sum(_weight(sight, answered=answered) for sight, answered in pairs)

    @property
    def bank(self) -> bool:
        """Whether the sights are a bank of questions, that ask one after the other and leave the answers open."""
        return self.strongly >= max(3, 0.5 * len(self.sights)) and self.answered < 0.5

    @property
    def dense(self) -> bool:
        """Whether most of the sights stand right below each other, as cards do of a line each, and code does not."""
        near = sum(other.what.line - one.what.line <= 2 for one, other in pairwise(self.sights))
        return len(self.sights) > 2 and near >= 0.5 * len(self.sights)

    @property
    def _eligible(self) -> bool:
        marked = sum(each.marked for each in self.sights) / len(self.sights)
        if self.name.endswith((" task", " code")):
            return self.asking >= 0.5 or (self.name == "labels task" and self._goes_on)
        if self.name.startswith(LABELS) or (marked >= 0.5 and self.asking):
            return True
        if self.name.startswith("question marks"):
            return self.asking >= 0.5 or (marked >= 0.5 and len(self.sights) > 1)
        if self.name.startswith("headings"):
            asking = self.asking >= 0.3 and (self.strongly > 0 or len(self.sights) > 1)
            return asking or (self.numbered >= 0.7 and len(self.sights) > 2 and self.answered >= 0.6)
        if self.name.endswith("pairs"):
            return self.dense if self.name.startswith("tight") else len(self.sights) > 1 or self.asking > 0
        return self.bank or self._listed

    @property
    def _listed(self) -> bool:
        """Whether lines that nothing but their form makes questions ask and are answered often enough."""
        asking = self.strongly
        if self.name in NUMBERS:
            return self.asking >= 0.3 and self.answered >= 0.3
        if self.name.endswith("letter"):
            return self.asking >= 0.5 and asking > 0 and self.answered >= 0.5
        if self.name in ("bold lines", "quotes", "folds"):
            return asking >= 1 and asking >= 0.2 * len(self.sights) and self.answered >= 0.5
        alone = len(self.sights) == 1 and self.name == "bullets"  # among others that are no questions
        return asking >= 0.5 * len(self.sights) and self.answered >= 0.5 and not alone

    @property
    def _goes_on(self) -> bool:
        """Whether the sights are numbered, answered, and tasks at least in part."""
        return len(self.sights) > 1 and self.numbered >= 0.5 and self.answered >= 0.5 and self.asking >= 0.2

    @property
    def strongly(self) -> int:
        """How many ask with a question mark."""
        return sum(each.asks for each in self.sights)


def _weight(sight: Sight, *, answered: bool) -> float:
    told = 1.0 if sight.asks else 0.6 if sight.begins else 0.3 if sight.what.number is not None else 0.0
    certain = sight.what.shape in ("labels", "pairs") or sight.marked
    return max(told, 0.6 if certain else 0.0) * (1.0 if answered or certain else 0.25)
