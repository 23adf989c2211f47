"""What a package says of released cards: withdrawn where refuted, retired where gone, and nothing without a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Location
from deckgen.notes import Packable, Retirement, Withdrawal
from deckgen.packing.ledger import Entry, Ledger, State
from deckgen.packing.recall import Delivery, deliver, emptied
from deckgen.proof import (
    Admitted,
    Broken,
    Environment,
    Judgement,
    Passed,
    Refuted,
    Result,
    Unavailable,
    Verdict,
    VerifiedCard,
)
from tests.unit.cards import CHECK, HERE, card, deck

PLACES = [Environment("3.11.7", release, "sqlite 3.40.1") for release in ("2.0.58", "2.1.9", "2.2.1")]
REFUTED = Refuted("assert rows == 1", HERE, "1", "[sound:x] <b>")
ENTRY = Entry("guid", 1, "deckgen basic", "What is <b>a</b>?", "hash", 1_000)
WITHDRAWN = replace(ENTRY, state=State.WITHDRAWN, answer="what was found")
RETIRED = replace(ENTRY, state=State.RETIRED)


def judged(verdict: Verdict, *outcomes: Passed | Refuted | Broken | Unavailable) -> Judgement:
    asked = card("a", CHECK)
    results = (Result(asked, place, outcome) for place, outcome in zip(PLACES, outcomes, strict=False))
    return Judgement(asked, verdict, tuple(results))


VERIFIED = judged(Verdict.VERIFIED, Passed(1))
JUDGED_REFUTED = judged(Verdict.REFUTED, Passed(1), REFUTED, REFUTED)
BROKEN = judged(Verdict.BROKEN, Broken("NameError"))


def delivered(entry: Entry | None, judgement: Judgement | None, diagnostics: Sequence[Diagnostic] = ()) -> Delivery:
    """What is delivered of a deck whose only card has this entry and this judgement, or is gone."""
    judgements = [judgement] if judgement else []
    admitted: list[Admitted] = [VerifiedCard(each.card, each.results) for each in judgements if each is VERIFIED]
    read = deck(*(each.card for each in judgements), ledger="deck/ledger.json", diagnostics=tuple(diagnostics))
    return deliver(read, judgements, admitted, Ledger("deck", {"a": entry} if entry else {}))


def kinds(packables: Sequence[Packable]) -> list[type]:
    return [type(each) for each in packables]


@pytest.mark.parametrize(
    ("entry", "judgement", "kind", "code"),
    [
        (None, VERIFIED, VerifiedCard, None),
        (None, JUDGED_REFUTED, None, None),
        (None, BROKEN, None, None),
        (ENTRY, VERIFIED, VerifiedCard, None),
        (ENTRY, JUDGED_REFUTED, Withdrawal, "D062"),
        (ENTRY, None, Retirement, "D063"),
        (ENTRY, BROKEN, None, "D064"),
        (ENTRY, judged(Verdict.TIMED_OUT), None, "D064"),
        (ENTRY, judged(Verdict.UNAVAILABLE, Unavailable("no server")), None, "D064"),
        (ENTRY, judged(Verdict.UNCHECKED), None, "D064"),
        (WITHDRAWN, VERIFIED, VerifiedCard, None),
        (WITHDRAWN, JUDGED_REFUTED, Withdrawal, None),
        (WITHDRAWN, BROKEN, Withdrawal, None),
        (WITHDRAWN, None, Withdrawal, None),
        (RETIRED, VERIFIED, VerifiedCard, None),
        (RETIRED, JUDGED_REFUTED, Withdrawal, "D062"),
        (RETIRED, BROKEN, Retirement, None),
        (RETIRED, None, Retirement, None),
    ],
)
def test_what_becomes_of_a_card(
    entry: Entry | None, judgement: Judgement | None, kind: type | None, code: str | None
) -> None:
    found = delivered(entry, judgement)
    assert kinds(found.packables) == ([kind] if kind else [])
    assert [each.code for each in found.diagnostics] == ([code] if code else [])


def test_a_withdrawal_keeps_the_question_and_says_where_and_what_was_found() -> None:
    [withdrawal] = delivered(ENTRY, JUDGED_REFUTED).packables
    assert withdrawal == Withdrawal(
        "a",
        "deckgen basic",
        "What is <b>a</b>?",
        (),
        '<p class="withdrawn">No longer holds on SQLAlchemy 2.1, 2.2 with SQLite: expected <code>1</code>, '
        "observed <code>&#91;sound:x] &lt;b&gt;</code></p>",
    )


def test_a_withdrawal_is_said_in_the_words_of_the_first_time() -> None:
    """Else a value that differs from run to run would rewrite the note with every release."""
    [withdrawal] = delivered(WITHDRAWN, JUDGED_REFUTED).packables
    assert isinstance(withdrawal, Withdrawal)
    assert withdrawal.answer == "what was found"


def test_nothing_is_retired_that_may_only_be_misread() -> None:
    error = rules.NOT_UTF8.at(Location("deck/other.md"), reason="byte 0xff")
    found = delivered(ENTRY, None, [error])
    assert (found.packables, [each.code for each in found.diagnostics]) == ((), ["D065"])
    unanswered = rules.UNANSWERED.at(HERE)
    assert kinds(delivered(ENTRY, None, [unanswered]).packables) == [Retirement]


def test_of_two_cards_with_one_id_the_first_is_the_one_that_was_released() -> None:
    """The other one is a mistake, which keeps it from running."""
    found = deliver(deck(JUDGED_REFUTED.card), [JUDGED_REFUTED, BROKEN], [], Ledger("deck", {"a": ENTRY}))
    assert kinds(found.packables) == [Withdrawal]


def test_a_released_card_cannot_change_its_note_type() -> None:
    """D067: Anki would not take it, and who has the card would be told of a conflict."""
    found = delivered(replace(ENTRY, note_type="deckgen cloze"), VERIFIED)
    assert (found.packables, [each.code for each in found.diagnostics]) == ((), ["D067"])


@pytest.mark.parametrize(("entry", "kind"), [(WITHDRAWN, Withdrawal), (RETIRED, Retirement)])
def test_a_recalled_card_that_is_back_with_another_note_type_stays_recalled(entry: Entry, kind: type) -> None:
    found = delivered(replace(entry, note_type="deckgen cloze"), VERIFIED)
    assert kinds(found.packables) == [kind]
    assert [each.code for each in found.diagnostics] == ["D067"]


def test_whatever_is_recalled_keeps_the_numbers_of_its_deletions() -> None:
    cloze = replace(ENTRY, note_type="deckgen cloze", deletions=(1, 3))
    found = [delivered(cloze, each).packables for each in (JUDGED_REFUTED, None)]
    assert [each.deletions for [each] in found if isinstance(each, Retirement)] == [(1, 3), (1, 3)]


def test_a_number_that_is_gone_is_reported_and_one_that_is_new_is_not() -> None:
    cloze = replace(ENTRY, note_type="deckgen cloze", deletions=(1, 2, 3))
    ledgers = Ledger("deck", {"a": cloze}), Ledger("deck", {"a": replace(cloze, deletions=(2, 4))})
    [found] = emptied(deck(VERIFIED.card), *ledgers)
    assert found.code == "D069"
    assert "`a` was released with the deletion c1, c3, which is gone" in found.message
    assert list(emptied(deck(VERIFIED.card), ledgers[0], ledgers[0])) == []


def test_recalled_cards_come_last() -> None:
    """Who gets the deck for the first time studies what is true first."""
    gone = {"0": ENTRY, "z": ENTRY}
    admitted = [VerifiedCard(VERIFIED.card, VERIFIED.results)]
    found = deliver(deck(VERIFIED.card), [VERIFIED], admitted, Ledger("deck", gone))
    assert kinds(found.packables) == [VerifiedCard, Retirement, Retirement]
