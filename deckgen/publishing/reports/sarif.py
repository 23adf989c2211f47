"""A report for code scanning: SARIF 2.1.0, in what GitHub reads of it."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from deckgen import __version__
from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.explanations import explanation
from deckgen.publishing.reports.problem import FAILED, Problem, misread, problems
from deckgen.report import Report
from deckgen.rules import RULES

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LIMIT = 25_000  # GitHub refuses a run that has more results


def render(reports: Sequence[Report], unread: Sequence[Diagnostic] = ()) -> str:
    """The reports as one run of SARIF, since GitHub takes one of each tool; the gravest results come first.

    Where a deck could not be read, the run was no success: what was found in it before may still be there.
    """
    found = [(report.deck.id, problem) for report in reports for problem in problems(report)]
    found += [(each.location.path, misread(each)) for each in unread]
    found.sort(key=lambda each: list(Severity).index(each[1].severity))
    run = {
        "tool": {"driver": {"name": "deckgen", "version": __version__, "rules": _rules()}},
        "invocations": [
            {"executionSuccessful": not unread, "toolExecutionNotifications": _left_out(len(found) - _LIMIT)}
        ],
        "columnKind": "unicodeCodePoints",
        "results": _results(found[:_LIMIT]),
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


@cache
def _rules() -> list[dict[str, Any]]:
    """All that a result can be of, whether or not one is: what has been mended is described as well."""
    weights = [*((rule.code, rule.severity) for rule in RULES.values()), *FAILED.items()]
    return [_rule(name, severity) for name, severity in weights]


def _rule(name: str, severity: Severity) -> dict[str, Any]:
    page = explanation(name)
    title, _, text = page.removeprefix(f"# {name}: ").partition("\n\n")
    prose = text.partition("\n\n````")[0]
    return {
        "id": name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": prose.partition("\n\n")[0].replace("\n", " ")},
        "help": {"text": prose, "markdown": page},
        "defaultConfiguration": {"level": severity},
    }


def _left_out(number: int) -> list[dict[str, Any]]:
    text = f"{number} results are left out, since there are more than {_LIMIT}"
    return [{"level": "warning", "message": {"text": text}}] if number > 0 else []


def _results(found: Sequence[tuple[str, Problem]]) -> list[dict[str, Any]]:
    places = {rule["id"]: place for place, rule in enumerate(_rules())}
    before: Counter[str] = Counter()
    results = []
    for deck, problem in found:
        identity = "/".join((deck, problem.card.id if problem.card else "", problem.name))
        before[identity] += 1
        results.append(
            {
                "ruleId": problem.name,
                "ruleIndex": places[problem.name],
                "level": problem.severity,
                # What looks like a link would be one, to a place that is not there (SARIF 2.1.0, 3.11.6).
                "message": {"text": problem.message.replace("](", "] (")},
                "locations": [{"physicalLocation": _physical(problem.location)}],
                # GitHub's own, `primaryLocationLineHash`, is left to the action that uploads: it complains of others.
                "partialFingerprints": {"cardAndRule/v1": f"{identity}:{before[identity]}"},
            }
        )
    return results


def _physical(location: Location) -> dict[str, Any]:
    path = PurePosixPath(location.path)
    return {
        "artifactLocation": {"uri": path.as_uri() if path.is_absolute() else quote(os.fsencode(path))},
        "region": {"startLine": location.line, "startColumn": location.column},
    }
