"""The one thing to do next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deckgen.diagnostics import Location
from deckgen.model import Deck, Unchecked
from deckgen.proof import Judgement, Verdict
from deckgen.publishing.advice import next_step
from deckgen.report import Report, Verb
from deckgen.rules import NO_ID, UNANSWERED
from tests.unit.cards import card, deck

DECK = replace(deck(), path="source/small")


def report(*verdicts: Verdict | None, verb: Verb = Verb.VERIFY, of: Deck = DECK) -> Report:
    judged = [Judgement(card(f"c{number}"), verdict) for number, verdict in enumerate(verdicts)]
    return Report(verb, of, tuple(judged))


def test_the_first_card_of_the_worst_kind_is_proved_again() -> None:
    found = report(Verdict.VACUOUS, Verdict.REFUTED, Verdict.UNCHECKED, Verdict.REFUTED)
    assert next_step(found) == f"2 refuted: deckgen verify {card('c1').location.path}::c1"


def test_a_name_with_a_blank_can_be_copied_into_a_shell() -> None:
    failed = replace(card("c1"), location=Location("my notes.md"))
    assert next_step(Report(Verb.VERIFY, DECK, (Judgement(failed, Verdict.BROKEN),))).endswith("'my notes.md::c1'")


def test_an_error_is_explained_before_what_lacks() -> None:
    error, note = UNANSWERED.at(Location("cards.md", 7), ""), NO_ID.at(Location("cards.md", 1), "", id="a")
    found = replace(report(Verdict.UNANSWERED, Verdict.UNCHECKED), diagnostics=(note, error))
    assert next_step(found) == "D012 at cards.md:7:1: deckgen explain D012"


@pytest.mark.parametrize(
    ("found", "step"),
    [
        (report(Verdict.UNCHECKED, Verdict.UNAVAILABLE), "1 unavailable: deckgen explain unavailable"),
        (report(Verdict.UNCHECKED, Verdict.VERIFIED), "1 unchecked: deckgen explain unchecked"),
        (report(Verdict.UNCHECKED, of=replace(DECK, unchecked=Unchecked.MARK)), ""),
        (report(None, verb=Verb.LINT), "nothing was run: deckgen verify source/small"),
        (report(Verdict.VERIFIED, Verdict.NOT_CLAIMED), ""),
        (report(verb=Verb.LINT), ""),
    ],
)
def test_what_else_is_advised(found: Report, step: str) -> None:
    assert next_step(found) == step
