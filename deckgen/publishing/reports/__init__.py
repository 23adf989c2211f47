"""The forms of a report; each turns the reports of one run into text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from deckgen.publishing.reports import github, html, json, junit, sarif, text
from deckgen.report import Report

FORMATS: Mapping[str, Callable[[Sequence[Report]], str]] = {
    "text": text.render,
    "json": json.render,
    "html": html.render,
    "junit": junit.render,
    "sarif": sarif.render,
    "github": github.render,
}
