"""Annotations: what the runner reads out of a line is what was put into it."""

from __future__ import annotations

import re
from dataclasses import replace

from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.proof import Verdict
from deckgen.publishing.reports import FORMATS
from deckgen.report import Verb
from tests.unit.reports import EVERY_VERDICT, REFUTED, judged, report

ESCAPES = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}  # in the order in which the runner goes


def read(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Commands as the runner of GitHub Actions reads them: command, properties, message."""
    found = []
    for line in text.split("\n")[:-1]:
        _, head, message = line.split("::", 2)
        command, _, properties = head.partition(" ")
        pairs = (each.split("=", 1) for each in properties.split(","))
        found.append((command, {name: unescaped(value, 5) for name, value in pairs}, unescaped(message, 2)))
    return found


def unescaped(text: str, first: int) -> str:
    """A property knows all escapes, a message only those of line ends and per cent."""
    for escape, character in [*ESCAPES.items()][:first] + [*ESCAPES.items()][-1:]:
        text = text.replace(escape, character)
    return text


def test_a_failed_card_is_annotated_at_the_line_of_its_check() -> None:
    [_, annotation] = read(FORMATS["github"]([report(judged("Is it?", Verdict.REFUTED, REFUTED))]))
    assert annotation == (
        "error",
        {"file": "cards.md", "line": "9", "col": "1", "title": "refuted"},
        "Q1 Is it? (#is-it-)\nassert rows == 1\nexpected: 1\nobserved: <script>alert(1)</script>\n"
        "on: py3.11-sqlalchemy2.0.58-sqlite",
    )


def test_whatever_a_stranger_wrote_is_one_line_and_comes_back() -> None:
    hostile = "100%\r\n::error::x %0A %253A, a:b"
    found = Diagnostic("D012", Severity.NOTE, Location("a,b:c%3A\n.md", 7, 3), hostile, "answer it")
    text = FORMATS["github"]([report(verb=Verb.LINT, diagnostics=(found,))])
    assert text.count("\n") == 1
    properties = {"file": "a,b:c%3A\n.md", "line": "7", "col": "3", "title": "D012"}
    assert read(text) == [("notice", properties, f"{hostile}\nhint: answer it")]


def test_the_weight_of_a_problem_is_that_of_its_command() -> None:
    found = read(FORMATS["github"]([report(*EVERY_VERDICT)]))
    assert [(command, properties["title"]) for command, properties, _ in found] == [
        ("warning", "D055"),
        ("error", "refuted"),
        ("error", "refuted"),
        ("error", "broken"),
        ("error", "vacuous"),
        ("error", "crashed"),
        ("error", "timed-out"),
        ("warning", "unavailable"),
        ("warning", "not-claimed"),
    ]


def test_a_card_that_was_misread_is_annotated_once() -> None:
    found = Diagnostic("D020", Severity.ERROR, Location("cards.md", 5), "unknown fence role", "write check")
    broken = judged("Is it?", Verdict.BROKEN)
    broken = replace(broken, card=replace(broken.card, defects=(found,)), reason=found.message)
    [(_, properties, _)] = read(FORMATS["github"]([report(broken, diagnostics=(found,))]))
    assert properties["title"] == "D020"


def test_notes_are_for_those_who_only_read() -> None:
    note = replace(report().diagnostics[0], severity=Severity.NOTE)
    assert FORMATS["github"]([report(diagnostics=(note,))]) == ""
    assert re.match("::notice ", FORMATS["github"]([report(verb=Verb.LINT, diagnostics=(note,))]))
