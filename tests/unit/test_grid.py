"""Cards times environments: a cell for every outcome, and names that tell environments apart."""

from __future__ import annotations

from typing import get_args

import pytest

from deckgen.proof import Environment, Outcome, Verdict
from deckgen.publishing import grid
from deckgen.publishing.grid import Cell
from deckgen.report import Report
from tests.unit import reports
from tests.unit.reports import ELSEWHERE, ENVIRONMENTS, FAILURES, HOLDS_TOO, PASSED, judged

OUTCOMES = {
    "passed": PASSED,
    **{outcome.name: outcome for _, outcome in FAILURES},
    "not claimed": ELSEWHERE,
    "not claimed, but holds": HOLDS_TOO,
}


def test_every_outcome_has_a_cell_of_its_own() -> None:
    assert {type(outcome) for outcome in OUTCOMES.values()} == set(get_args(Outcome))
    report = reports.report(*(judged(word, None, outcome) for word, outcome in OUTCOMES.items()))
    found = grid.of(report)
    assert [cells[0].word for _, cells in found.rows] == list(OUTCOMES)
    assert [cell.word for cell in found.seen] == list(OUTCOMES)
    assert {cell.word for cell in Cell} == {*OUTCOMES, "not run"}
    assert len({cell.sign for cell in Cell}) == len(Cell)


def test_a_card_that_was_tried_somewhere_claims_nothing_else_and_others_were_not_run() -> None:
    report = reports.report(judged("tried", Verdict.VERIFIED, PASSED), judged("no check", Verdict.UNCHECKED))
    tried, unchecked = (cells for _, cells in grid.of(report).rows)
    assert tried == (Cell.PASSED, *[Cell.NOT_CLAIMED] * 3)
    assert unchecked == (Cell.NOT_RUN,) * 4


def test_totals_count_the_cards_that_claim_the_environment() -> None:
    report = reports.report(
        judged("one", Verdict.VERIFIED, PASSED, HOLDS_TOO, PASSED),
        judged("two", Verdict.REFUTED, PASSED, PASSED, FAILURES[0][1]),
    )
    assert [(each.passed, each.claimed) for each in grid.of(report).columns] == [(2, 2), (1, 1), (1, 2), (0, 0)]


@pytest.mark.parametrize(
    ("environments", "names"),
    [
        (ENVIRONMENTS, ["2.0 sqlite", "2.0 postgresql 18", "2.1 sqlite", "2.1 postgresql 18"]),
        ([Environment("3.11.7", "2.0.1", "sqlite"), Environment("3.11.7", "2.0.2", "mariadb"),
          Environment("3.11.7", "2.0.2", "mariadb 11.4.2")],
         ["2.0.1 sqlite", "2.0.2 mariadb", "2.0.2 mariadb 11.4"]),
        ([Environment("3.11.7", "2.0.1", "sqlite"), Environment("3.12.1", "2.0.1", "sqlite")],
         ["py3.11 2.0 sqlite", "py3.12 2.0 sqlite"]),
    ],
    ids=["minor versions", "two of one minor version", "two Pythons"],
)  # fmt: skip
def test_names_are_short_and_tell_environments_apart(environments: list[Environment], names: list[str]) -> None:
    report: Report = reports.report(environments=tuple(environments))
    assert [each.name for each in grid.of(report).columns] == names
