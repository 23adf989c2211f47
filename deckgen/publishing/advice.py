"""The one thing to do next, as a command to be copied. Pure."""

from __future__ import annotations

import shlex

from deckgen.diagnostics import Severity
from deckgen.model import Unchecked
from deckgen.proof import Judgement, Verdict
from deckgen.publishing.reports.problem import FAILED
from deckgen.report import Report, Verb

_WRONG = [verdict for verdict in Verdict if FAILED.get(verdict) is Severity.ERROR]  # worst first


def next_step(report: Report) -> str:
    """What to do about the worst that a run has found, empty where all is well."""
    for verdict in _WRONG:
        if found := [each for each in report.judgements if each.verdict is verdict]:
            return _command(f"{len(found)} {verdict}", "verify", _target(found[0]))
    if error := next((each for each in report.diagnostics if each.severity is Severity.ERROR), None):
        return _command(f"{error.code} at {error.location}", "explain", error.code)
    quiet = [Verdict.UNAVAILABLE, *([Verdict.UNCHECKED] if report.deck.unchecked is Unchecked.LEAVE_OUT else [])]
    for verdict in quiet:
        if count := report.count(verdict):
            return _command(f"{count} {verdict}", "explain", verdict)
    if report.verb is Verb.LINT and report.judgements:
        return _command("nothing was run", "verify", report.deck.path)
    return ""


def _target(judgement: Judgement) -> str:
    location = judgement.card.location
    return f"{location.path}::{judgement.card.id}"


def _command(why: str, *words: str) -> str:
    return f"{why}: {shlex.join(('deckgen', *words))}"
