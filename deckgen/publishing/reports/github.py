"""A report for a run of GitHub Actions: annotations at the lines that they are about."""

from __future__ import annotations

from collections.abc import Sequence

from deckgen.diagnostics import Diagnostic, Severity
from deckgen.publishing.reports.problem import Problem, misread, problems
from deckgen.report import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}

# What the runner turns back when it reads a command (ActionCommand.cs of actions/runner).
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(reports: Sequence[Report], unread: Sequence[Diagnostic] = ()) -> str:
    """The reports as workflow commands, a line for each thing that they complain of, and for each that was not read."""
    found = (*map(misread, unread), *(problem for report in reports for problem in problems(report)))
    return "".join(map(_annotation, found))


def _annotation(problem: Problem) -> str:
    place = problem.location
    properties = {"file": place.path, "line": place.line, "col": place.column, "title": problem.name}
    named = ",".join(f"{name}={str(value).translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{_COMMANDS[problem.severity]} {named}::{problem.message.translate(_DATA)}\n"
