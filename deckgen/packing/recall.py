"""What becomes of cards that a learner may have already: one that is refuted is withdrawn, one that is gone retired.

A package that leaves a card out changes nothing for who has it. So whatever was recalled once is carried by every
package from then on, in the same words, until the card is proved again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.model import Deck
from deckgen.notes import Packable, Retirement, Withdrawal
from deckgen.packing.ledger import Entry, Ledger, State
from deckgen.packing.notetypes import KINDS
from deckgen.packing.render import finding
from deckgen.proof import Admitted, Judgement, Refuted, Verdict


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes into a package, in study order, and what is to be said of released cards."""

    packables: tuple[Packable, ...]
    diagnostics: tuple[Diagnostic, ...]


def deliver(deck: Deck, judgements: Sequence[Judgement], admitted: Sequence[Admitted], released: Ledger) -> Delivery:
    """The admitted cards, and behind them all that is to be recalled of those in the released ledger."""
    changed = {each.card.id: diagnostic for each in admitted if (diagnostic := _other_note_type(each, released))}
    found = list(changed.values())
    packables: list[Packable] = [each for each in admitted if each.card.id not in changed]
    judged = {each.card.id: each for each in reversed(judgements)}
    complete = not any(each.severity is Severity.ERROR and _misreads(each) for each in deck.diagnostics)
    for card in sorted(released.notes.keys() - {each.card.id for each in admitted} | changed.keys()):
        entry = released.notes[card]
        recall = _recall(card, entry, judged.get(card), complete=complete)
        packables += [recall] if recall else []
        found += [] if card in changed else _said(deck, card, entry, judged.get(card), recall)
    return Delivery(tuple(packables), tuple(found))


def _other_note_type(admitted: Admitted, released: Ledger) -> Diagnostic | None:
    card = admitted.card
    entry, name = released.notes.get(card.id), KINDS[card.note_type].note_type.name
    if entry is None or entry.note_type == name:
        return None
    return rules.NOTE_TYPE_CHANGED.at(card.location, card.line, id=card.id, released=entry.note_type, found=name)


def _misreads(error: Diagnostic) -> bool:
    """Whether an error may hide a card that is there."""
    return error.code != rules.UNANSWERED.code


def _recall(card: str, entry: Entry, judgement: Judgement | None, *, complete: bool) -> Withdrawal | Retirement | None:
    """What every package has to say of a released card that is not admitted; None where nothing is proved against it.

    A card that is not there is gone only if the deck was read completely.
    """
    if entry.state is State.WITHDRAWN:
        return Withdrawal(card, entry.note_type, entry.question, entry.deletions, entry.answer)
    if judgement is not None and judgement.verdict is Verdict.REFUTED:
        return Withdrawal(card, entry.note_type, entry.question, entry.deletions, _finding(judgement))
    if entry.state is State.RETIRED or (judgement is None and complete):
        return Retirement(card, entry.note_type, entry.question, entry.deletions)
    return None


def _finding(judgement: Judgement) -> str:
    refuted = [(each, each.outcome) for each in judgement.claimed if isinstance(each.outcome, Refuted)]
    return finding(refuted[-1][1], [result for result, _ in refuted])


def emptied(deck: Deck, released: Ledger, written: Ledger) -> Iterator[Diagnostic]:
    """The clozes without a number that they were released with, whose card an import leaves where it is."""
    cards = {card.id: card for card in reversed(deck.cards)}
    for name, entry in sorted(released.notes.items()):
        if gone := set(entry.deletions) - set(written.notes[name].deletions):
            numbers = ", ".join(f"c{number}" for number in sorted(gone))
            yield rules.DELETION_GONE.at(cards[name].location, cards[name].line, id=name, numbers=numbers)


def _said(
    deck: Deck, card: str, entry: Entry, judgement: Judgement | None, recall: Withdrawal | Retirement | None
) -> list[Diagnostic]:
    """What an author has to know: the first time that a card is recalled, and each time that it is left out."""
    place, line = (judgement.card.location, judgement.card.line) if judgement else (Location(deck.ledger or ""), "")
    match recall:
        case Withdrawal():
            return [] if entry.state is State.WITHDRAWN else [rules.WITHDRAWN.at(place, line, id=card)]
        case Retirement():
            return [] if entry.state is State.RETIRED else [rules.RETIRED.at(place, line, id=card)]
        case None:
            verdict = judgement and judgement.verdict
            rule = rules.LEFT_OUT if judgement else rules.NOT_RETIRED
            return [rule.at(place, line, id=card, verdict=verdict)]
