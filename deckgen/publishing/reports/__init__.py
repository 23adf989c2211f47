"""The forms of a report; each turns the reports of one run into text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from deckgen.diagnostics import Diagnostic
from deckgen.publishing.reports import github, html, json, junit, sarif, text
from deckgen.report import Report


class Form(Protocol):
    """What turns reports into text, and into it what is wrong with what could not be read, which has no report."""

    def __call__(self, reports: Sequence[Report], unread: Sequence[Diagnostic] = (), /) -> str:
        """The text."""


def _of_decks(render: Callable[[Sequence[Report]], str]) -> Form:
    """A form that has no room for what is no deck: of that the user is told on standard error alone."""
    return lambda reports, _=(): render(reports)


FORMATS: Mapping[str, Form] = {
    "text": _of_decks(text.render),
    "json": _of_decks(json.render),
    "html": _of_decks(html.render),
    "junit": junit.render,
    "sarif": sarif.render,
    "github": github.render,
}
