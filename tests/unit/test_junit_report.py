"""JUnit XML: a suite for each deck, a case for each card, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.proof import Judgement, Refuted, Unavailable, Verdict
from deckgen.publishing.reports import FORMATS
from deckgen.report import Report, Verb
from tests.unit.cards import deck
from tests.unit.reports import EVERY_VERDICT, PASSED, REFUTED, judged, report

UNANSWERED = Diagnostic("D012", Severity.ERROR, Location("cards.md", 3), "question has no answer", "answer it")
MISREAD = Diagnostic("D020", Severity.ERROR, Location("cards.md", 5, 4), "unknown fence role", "write check")
NO_QUESTION = Diagnostic("D011", Severity.ERROR, Location("empty.md", 1), "no question found", "write one")


def suites(*reports: Report) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(FORMATS["junit"](reports)))


def outcomes(suite: ElementTree.Element) -> list[tuple[str, str, str]]:
    """Of each case its name, and of what became of it the kind and the type, empty where all is well."""
    return [
        (case.get("name", ""), *((case[0].tag, case[0].get("type", "")) if len(case) else ("", ""))) for case in suite
    ]


def test_each_verdict_is_a_failure_an_error_or_skipped() -> None:
    [suite] = suites(report(*EVERY_VERDICT, diagnostics=(UNANSWERED,)))
    assert outcomes(suite) == [
        ("good-", "", ""),
        ("weak-", "", ""),
        ("bad-0-", "failure", "refuted"),
        ("bad-1-", "failure", "refuted"),
        ("bad-2-", "error", "broken"),
        ("bad-3-", "failure", "vacuous"),
        ("bad-4-", "failure", "crashed"),
        ("bad-5-", "failure", "timed-out"),
        ("bad-6-", "skipped", "unavailable"),
        ("elsewhere-", "skipped", "not-claimed"),
        ("no-check-", "skipped", "unchecked"),
        ("no-answer-", "failure", "unanswered"),
        ("not-run-", "skipped", "not-run"),
    ]
    counts = {"tests": "13", "failures": "6", "errors": "1", "skipped": "4"}
    assert suite.attrib == {"name": "Deck", "time": "2.500", **counts}


def test_a_failure_says_what_the_report_for_people_says() -> None:
    [suite] = suites(report(judged("Is it?", Verdict.REFUTED, PASSED, REFUTED)))
    [case] = suite
    assert case.attrib == {"classname": "cards.md", "name": "is-it-", "time": "0.250"}
    assert case[0].attrib == {"type": "refuted", "message": "assert rows == 1"}
    assert case[0].text == (
        "cards.md:9:1: refuted: Q1 Is it? (#is-it-)\n  assert rows == 1\n  expected: 1\n"
        "  observed: <script>alert(1)</script>\n  on: py3.11-sqlalchemy2.0.58-postgresql"
    )


def test_the_message_is_that_of_the_verdict() -> None:
    [suite] = suites(report(judged("Is it?", Verdict.REFUTED, Unavailable("no server"), REFUTED)))
    assert suite[0][0].get("message") == "assert rows == 1"
    assert "unavailable: Q1 Is it? (#is-it-)\n  no server" in (suite[0][0].text or "")


def test_what_is_only_read_is_well_unless_it_was_misread() -> None:
    cards = [judged(name, None) for name in ("Read?", "Misread?")]
    cards[1] = Judgement(replace(cards[1].card, defects=(MISREAD,)), Verdict.UNCHECKED)
    [suite] = suites(report(*cards, verb=Verb.LINT, diagnostics=(MISREAD,)))
    assert outcomes(suite) == [("read-", "", ""), ("misread-", "error", "D020")]
    assert suite[1][0].text == "cards.md:5:4: D020 error: unknown fence role\n  hint: write check"


def test_an_error_on_no_card_is_a_case_of_its_own() -> None:
    [suite] = suites(report(diagnostics=(NO_QUESTION,), verb=Verb.LINT))
    assert suite[0].attrib == {"classname": "empty.md", "name": "D011 in line 1"}
    assert outcomes(suite) == [("D011 in line 1", "error", "D011")]
    assert suite.get("errors") == "1"


def test_each_deck_is_a_suite() -> None:
    both = suites(report(deck=deck(name="One")), report(deck=deck(name="Two & <more>")))
    assert [suite.get("name") for suite in both] == ["One", "Two & <more>"]


def test_characters_that_xml_cannot_hold_are_shown() -> None:
    told = Refuted("a\0b\x1b\ufffe\ud800\U0001f600", Location("cards.md", 9))
    [suite] = suites(report(judged("Is it?", Verdict.REFUTED, told)))
    assert suite[0][0].get("message") == "a\\x00b\\x1b\\ufffe\\ud800\U0001f600"
