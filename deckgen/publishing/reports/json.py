"""A report for programs: one object per deck, in a list where there are several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from deckgen import __version__
from deckgen.diagnostics import Diagnostic
from deckgen.proof import Environment, Judgement, Mutation, Passed, Refuted, Result, Verdict
from deckgen.report import Report, Verb

_COUNTED = sorted(Verdict, key=lambda verdict: verdict is not Verdict.VERIFIED)  # the good news first


def render(reports: Sequence[Report]) -> str:
    """The reports as JSON of schema 1, which `report.schema.json` describes."""
    objects = [as_dict(report) for report in reports]
    # In ASCII, since what is printed shows a terminal's commands in a way of its own, which is no JSON.
    return json.dumps(objects[0] if len(objects) == 1 else objects, indent=1) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """One report as plain data; which keys it has depends on the command it is about."""
    found: dict[str, Any] = {
        "schema": 1,
        "deckgen": __version__,
        "deck": {"id": report.deck.id, "name": report.deck.name},
        "environments": [_environment(environment) for environment in report.environments],
        "summary": _summary(report),
        "cards": [_card(report, judgement) for judgement in report.judgements],
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in report.diagnostics],
    }
    if report.verb is Verb.BUILD:
        package = report.package
        found["package"] = package and {
            "path": package.path,
            "sha256": package.sha256,
            "notes": package.notes,
            "media": package.media,
        }
    return found


def _environment(environment: Environment) -> dict[str, Any]:
    return {
        "id": environment.id,
        "python": environment.python,
        "sqlalchemy": environment.sqlalchemy,
        "database": environment.database,
        "confinement": list(environment.confinement),
    }


def _summary(report: Report) -> dict[str, Any]:
    counts: dict[str, Any] = {verdict.value: report.count(verdict) for verdict in _COUNTED}
    return {"cards": len(report.judgements), **counts, "cached": report.cached, "seconds": round(report.seconds, 3)}


def _card(report: Report, judgement: Judgement) -> dict[str, Any]:
    card = judgement.card
    found: dict[str, Any] = {
        "id": card.id,
        "label": card.label,
        "question": card.question,
        "tags": list(card.tags),
        "path": card.location.path,
        "line": card.location.line,
        "claims": {
            "sqlalchemy": card.claims.sqlalchemy,
            "database": list(report.deck.databases_of(card)),
        },
        "verdict": judgement.verdict,
    }
    if report.verb is Verb.BUILD:
        found["packed"] = card.id in report.packed and not card.defects
    if report.verb is not Verb.LINT:
        found["results"] = [_result(result) for result in judgement.claimed]
    return found


def _result(result: Result) -> dict[str, Any]:
    outcome = result.outcome
    location = None if isinstance(outcome, Passed) else outcome.location
    return {
        "environment": result.environment.id,
        "outcome": outcome.name,
        "expectations": outcome.expectations if isinstance(outcome, Passed) else 0,
        "seconds": round(result.seconds, 3),
        "cached": result.cached,
        **(_mutation(outcome.mutation) if isinstance(outcome, Passed) and outcome.mutation else {}),
        "message": None if isinstance(outcome, Passed) else outcome.message,
        "path": location and location.path,
        "line": location and location.line,
        "expected": outcome.expected if isinstance(outcome, Refuted) else None,
        "observed": outcome.observed if isinstance(outcome, Refuted) else None,
    }


def _mutation(mutation: Mutation) -> dict[str, Any]:
    return {"mutants": mutation.mutants, "killed": mutation.mutants - len(mutation.survivors)}


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "path": diagnostic.location.path,
        "line": diagnostic.location.line,
        "column": diagnostic.location.column,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    }
