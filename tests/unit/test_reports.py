"""Reports: the JSON has the keys that programs rely on, and the text says what an author needs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.model import Card, Claims, Deck, Document, Html
from deckgen.proof import Broken, Environment, Judgement, NotClaimed, Outcome, Passed, Refuted, Result, Verdict
from deckgen.publishing.reports import FORMATS
from deckgen.report import Report, Shipped, Verb

HERE = Environment("3.11.7", "2.1.9", "sqlite 3.40.1", ("rlimits",))
ROTTEN = Refuted("assert 1 == 2", Location("cards.md", 9), "2", "1")


def judgement(card_id: str, verdict: Verdict | None, *outcomes: Outcome) -> Judgement:
    location = Location("cards.md", 3)
    card = Card(card_id, "Q1", "What is `it`?", "", (Html("x"),), (), location, "cards.md", ("t",), Claims(">=2.0"))
    return Judgement(card, verdict, tuple(Result(card, HERE, outcome, 0.0312) for outcome in outcomes))


def report(verb: Verb, *judgements: Judgement, package: Shipped | None = None) -> Report:
    cards = tuple(each.card for each in judgements)
    deck = Deck("small", "Small", "", None, (Document("cards.md", "", cards),), ())
    found = (
        Diagnostic("D012", Severity.ERROR, Location("cards.md", 49), "question has no answer", "answer it", "Q1. x"),
        Diagnostic("D013", Severity.NOTE, Location("cards.md", 3), "no id", "give it one"),
    )
    packed = frozenset(each.card.id for each in judgements if package and each.verdict is Verdict.VERIFIED)
    return Report(verb, deck, judgements, (HERE,), found, packed, package, 2.0999)


GOOD = judgement("good", Verdict.VERIFIED, Passed(2))
BAD = judgement("bad", Verdict.REFUTED, ROTTEN)


def test_json_of_a_build() -> None:
    built = report(Verb.BUILD, GOOD, BAD, package=Shipped("small.apkg", "0" * 64, 1, 0))
    found = json.loads(FORMATS["json"]([built]))
    assert list(found) == [
        "schema", "deckgen", "deck", "environments", "summary", "cards", "diagnostics", "package",
    ]  # fmt: skip
    assert found["schema"] == 1
    assert found["deck"] == {"id": "small", "name": "Small"}
    assert found["environments"] == [
        {
            "id": "py3.11-sqlalchemy2.1.9-sqlite",
            "python": "3.11.7",
            "sqlalchemy": "2.1.9",
            "database": "sqlite 3.40.1",
            "confinement": ["rlimits"],
        }
    ]
    assert found["summary"] == {
        "cards": 2, "verified": 1, "refuted": 1, "broken": 0, "vacuous": 0, "crashed": 0, "timed-out": 0,
        "unavailable": 0, "not-claimed": 0, "unchecked": 0, "unanswered": 0, "cached": 0, "seconds": 2.1,
    }  # fmt: skip
    assert found["package"] == {"path": "small.apkg", "sha256": "0" * 64, "notes": 1, "media": 0}
    good, bad = found["cards"]
    assert good == {
        "id": "good", "label": "Q1", "question": "What is `it`?", "tags": ["t"], "path": "cards.md", "line": 3,
        "claims": {"sqlalchemy": ">=2.0", "database": ["sqlite"]}, "verdict": "verified", "packed": True,
        "results": [
            {
                "environment": "py3.11-sqlalchemy2.1.9-sqlite", "outcome": "passed", "expectations": 2,
                "seconds": 0.031, "cached": False, "message": None, "path": None, "line": None,
                "expected": None, "observed": None,
            }
        ],
    }  # fmt: skip
    assert (bad["verdict"], bad["packed"]) == ("refuted", False)
    [result] = bad["results"]
    assert result["outcome"] == "refuted"
    assert (result["message"], result["path"], result["line"]) == ("assert 1 == 2", "cards.md", 9)
    assert (result["expected"], result["observed"]) == ("2", "1")
    assert found["diagnostics"][0] == {
        "code": "D012", "severity": "error", "path": "cards.md", "line": 49, "column": 1,
        "message": "question has no answer", "hint": "answer it",
    }  # fmt: skip


def test_json_of_lint_and_verify_leave_out_what_they_do_not_know() -> None:
    linted = json.loads(FORMATS["json"]([report(Verb.LINT, judgement("good", None))]))
    assert "package" not in linted
    assert linted["cards"][0]["verdict"] is None
    assert not {"results", "packed"} & linted["cards"][0].keys()
    verified = json.loads(FORMATS["json"]([report(Verb.VERIFY, GOOD)]))
    assert "package" not in verified
    assert "packed" not in verified["cards"][0]
    assert verified["cards"][0]["results"][0]["outcome"] == "passed"


def test_json_of_several_decks_is_a_list() -> None:
    both = json.loads(FORMATS["json"]([report(Verb.LINT, GOOD), report(Verb.LINT, BAD)]))
    assert [deck["cards"][0]["id"] for deck in both] == ["good", "bad"]


def test_text_shows_expected_and_observed_at_the_line_of_the_check() -> None:
    assert FORMATS["text"]([report(Verb.VERIFY, GOOD, BAD)]) == (
        "cards.md:49:1: D012 error: question has no answer\n"
        "  49 | Q1. x\n"
        "     | ^\n"
        "  hint: answer it\n"
        "\n"
        "cards.md:9:1: refuted: Q1 What is `it`? (#bad)\n"
        "  assert 1 == 2\n"
        "  expected: 2\n"
        "  observed: 1\n"
        "  on: py3.11-sqlalchemy2.1.9-sqlite\n"
        "\n"
    )


def test_text_of_lint_has_the_notes_too() -> None:
    assert "D013 note: no id" in FORMATS["text"]([report(Verb.LINT, GOOD)])


def test_text_shows_each_way_in_which_a_card_failed_with_its_environments() -> None:
    old, new = replace(HERE, sqlalchemy="1.4.54"), replace(HERE, sqlalchemy="2.0.58")
    outcomes: dict[Environment, Outcome] = {old: ROTTEN, new: Broken("NameError"), HERE: ROTTEN}
    card = BAD.card
    results = tuple(Result(card, environment, outcome) for environment, outcome in outcomes.items())
    found = FORMATS["text"]([report(Verb.BUILD, Judgement(card, Verdict.REFUTED, results))])
    first, second = found.split("\n\n")[1:3]
    assert first.endswith("  observed: 1\n  on: py3.11-sqlalchemy1.4.54-sqlite, py3.11-sqlalchemy2.1.9-sqlite")
    assert second == (
        "cards.md:3:1: broken: Q1 What is `it`? (#bad)\n  NameError\n  on: py3.11-sqlalchemy2.0.58-sqlite"
    )


@pytest.mark.parametrize("outcome", [NotClaimed("the card does not say so"), NotClaimed("so it is", holds=True)])
def test_no_report_takes_a_trial_elsewhere_for_a_result(outcome: NotClaimed) -> None:
    mixed = judgement("good", Verdict.VERIFIED, outcome, Passed(2))
    [card] = json.loads(FORMATS["json"]([report(Verb.VERIFY, mixed)]))["cards"]
    assert [result["outcome"] for result in card["results"]] == ["passed"]
    assert "#good" not in FORMATS["text"]([report(Verb.VERIFY, mixed)])


@pytest.mark.parametrize("tried", [[], [NotClaimed("the card does not say so")]])
def test_a_card_that_claims_nothing_here_says_so(tried: list[Outcome]) -> None:
    found = FORMATS["text"]([report(Verb.VERIFY, judgement("elsewhere", Verdict.NOT_CLAIMED, *tried))])
    assert "not-claimed: Q1 What is `it`? (#elsewhere)\n  it claims no environment of this run" in found
