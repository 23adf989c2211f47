"""SARIF: results that point at lines, and stay the same results when lines move."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.proof import Judgement, Refuted, Verdict
from deckgen.publishing.reports import FORMATS
from deckgen.report import Report, Verb
from deckgen.rules import RULES
from tests.unit.reports import EVERY_VERDICT, REFUTED, judged, report


def run(*reports: Report) -> Any:
    [found] = json.loads(FORMATS["sarif"](reports))["runs"]
    return found


def result(*reports: Report) -> Any:
    [found] = run(*reports)["results"]
    return found


def diagnostic(
    line: int, code: str = "D012", severity: Severity = Severity.ERROR, path: str = "cards.md"
) -> Diagnostic:
    return Diagnostic(code, severity, Location(path, line, 5), "what is wrong", "what to do")


def asked(name: str, line: int) -> Judgement:
    found = judged(name, Verdict.VERIFIED)
    return replace(found, card=replace(found.card, location=Location("cards.md", line)))


def fingerprints(*reports: Report) -> list[str]:
    return [found["partialFingerprints"]["cardAndRule/v1"] for found in run(*reports)["results"]]


def test_a_failed_card_is_a_result_at_the_line_of_its_check() -> None:
    assert result(report(judged("Is it?", Verdict.REFUTED, REFUTED), diagnostics=())) == {
        "ruleId": "refuted",
        "ruleIndex": len(RULES),
        "level": "error",
        "message": {
            "text": "Q1 Is it? (#is-it-)\nassert rows == 1\nexpected: 1\nobserved: <script>alert(1)</script>\n"
            "on: py3.11-sqlalchemy2.0.58-sqlite"
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "cards.md"},
                    "region": {"startLine": 9, "startColumn": 1},
                }
            }
        ],
        "partialFingerprints": {"cardAndRule/v1": "deck/is-it-/refuted:1"},
    }


def test_rules_are_all_described_whether_or_not_there_is_a_result() -> None:
    rules = {rule["id"]: rule for rule in run()["tool"]["driver"]["rules"]}
    assert RULES.keys() < rules.keys()
    described = rules["D012"]
    assert described["shortDescription"]["text"] == "A question without an answer"
    assert described["fullDescription"]["text"].startswith("Nothing stands between this question and")
    assert "````" not in described["help"]["text"]
    assert described["help"]["markdown"].startswith("# D012: A question without an answer\n")
    assert described["defaultConfiguration"] == {"level": "error"}
    assert rules["unavailable"]["defaultConfiguration"] == {"level": "warning"}


def test_several_decks_are_one_run_the_gravest_first() -> None:
    note = diagnostic(1, "D013", Severity.NOTE)
    found = run(report(diagnostics=(note,), verb=Verb.LINT), report(*EVERY_VERDICT))["results"]
    assert [each["level"] for each in found] == ["error"] * 6 + ["warning"] * 3 + ["note"]
    assert [each["ruleId"] for each in found[-4:]] == ["D055", "unavailable", "not-claimed", "D013"]


def test_a_result_is_the_same_when_its_lines_move() -> None:
    def at(line: int) -> list[str]:
        cards = asked("Is it?", line), asked("What is it?", line + 10)
        found = diagnostic(line), diagnostic(line + 12), diagnostic(line + 13), diagnostic(line + 14, "D016")
        return fingerprints(report(*cards, diagnostics=found))

    assert at(3) == at(40) == [
        "deck/is-it-/D012:1", "deck/what-is-it-/D012:1", "deck/what-is-it-/D012:2", "deck/what-is-it-/D016:1",
    ]  # fmt: skip


def test_what_is_above_all_cards_is_about_none() -> None:
    elsewhere = diagnostic(7, path="cards.checks.py")
    found = report(asked("Is it?", 3), diagnostics=(diagnostic(2), elsewhere))
    assert fingerprints(found) == ["deck//D012:1", "deck//D012:2"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a folder/100% é.md", "a%20folder/100%25%20%C3%A9.md"),
        ("../notes.md", "../notes.md"),
        ("a:b#c?.md", "a%3Ab%23c%3F.md"),
        ("/home/a b/notes.md", "file:///home/a%20b/notes.md"),
        ("not\udcff.md", "not%FF.md"),
    ],
)
def test_a_path_is_a_uri(path: str, uri: str) -> None:
    found = result(report(diagnostics=(diagnostic(7, path=path),)))
    assert found["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": uri},
        "region": {"startLine": 7, "startColumn": 5},
    }


def test_what_a_stranger_wrote_is_no_link() -> None:
    told = Refuted("see [here](javascript:x) and handlers[0](1)")
    text = result(report(judged("Is it?", Verdict.REFUTED, told), diagnostics=()))["message"]["text"]
    assert "see [here] (javascript:x) and handlers[0] (1)\n" in text


def test_more_results_than_github_takes_are_left_out_and_counted() -> None:
    warnings = tuple(diagnostic(line, "D055", Severity.WARNING) for line in range(1, 25_002))
    found = run(report(diagnostics=(*warnings, diagnostic(1))))
    assert len(found["results"]) == 25_000
    assert found["results"][0]["ruleId"] == "D012"
    [told] = found["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"] == "2 results are left out, since there are more than 25000"
    assert run(report())["invocations"][0]["toolExecutionNotifications"] == []
