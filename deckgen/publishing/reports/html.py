"""A report for the browser: one page that needs nothing but itself, and runs nothing."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from deckgen import __version__
from deckgen.diagnostics import Diagnostic, Severity, excerpt
from deckgen.model import Unchecked
from deckgen.proof import Environment, Failure, Judgement, Refuted, Result, Verdict
from deckgen.publishing import grid
from deckgen.publishing.grid import Cell, Grid
from deckgen.report import Report, failures

if TYPE_CHECKING:  # this form alone takes it
    import jinja2
    from markupsafe import Markup

_SLOWEST = 10


@dataclass(frozen=True, slots=True)
class _Deck:
    """A report as the page shows it."""

    report: Report
    grid: Grid

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many cards have which verdict, the good news first; those of none are left out."""
        found = Counter(judgement.verdict or "not run" for judgement in self.report.judgements)
        return [(word, found[word]) for word in dict.fromkeys([Verdict.VERIFIED, *Verdict, "not run"]) if found[word]]

    @property
    def left_out(self) -> Mapping[int, Judgement]:
        """The cards that may not be packed, by their number in the deck, worst first."""
        admitted = {None, Verdict.VERIFIED}
        if self.report.deck.unchecked is Unchecked.MARK:
            admitted.add(Verdict.UNCHECKED)
        order = list[Verdict | None](Verdict)
        out = [item for item in enumerate(self.report.judgements, 1) if item[1].verdict not in admitted]
        return dict(sorted(out, key=lambda item: order.index(item[1].verdict)))

    @property
    def slowest(self) -> list[Result]:
        """The results that took longest, whenever that was."""
        results = (result for judgement in self.report.judgements for result in judgement.results)
        return heapq.nlargest(_SLOWEST, (each for each in results if each.seconds), key=lambda each: each.seconds)

    @property
    def diagnostics(self) -> list[tuple[Severity, list[Diagnostic]]]:
        """What was found, by its weight."""
        found = self.report.diagnostics
        by_weight = [(severity, [each for each in found if each.severity is severity]) for severity in Severity]
        return [(severity, some) for severity, some in by_weight if some]

    def names(self, environments: Sequence[Environment]) -> str:
        """The short names of some environments, or one for them all."""
        wanted = {environment.id for environment in environments}
        if len(wanted) == len(self.grid.columns) > 1:
            return "every environment"
        return ", ".join(column.name for column in self.grid.columns if column.environment.id in wanted)


def render(reports: Sequence[Report]) -> str:
    """The reports as HTML: the same for the same reports, with everything escaped that a deck or a check wrote."""
    decks = [_Deck(report, grid.of(report)) for report in reports]
    return _page().render(decks=decks, version=__version__, Cell=Cell, Verdict=Verdict)


@cache
def _page() -> jinja2.Template:
    import jinja2

    folder = files(__package__)
    environment = jinja2.Environment(
        autoescape=True,
        keep_trailing_newline=True,
        loader=jinja2.FunctionLoader(lambda name: (folder / name).read_text("utf-8")),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"excerpt": excerpt, "failures": failures, "kebab": _kebab, "sides": _sides, "spans": _spans}
    return environment.get_template("page.html")


def _kebab(words: str) -> str:
    """The name of a class of elements, such as `not-claimed-but-holds`."""
    return re.sub(r"\W+", "-", words)


def _spans(question: str) -> Markup:
    """A question's Markdown with its code as code; all else stays as it was typed."""
    from markupsafe import Markup, escape

    parts = re.split(r"`([^`]+)`", question)
    shown = [Markup("<code>{}</code>").format(part) if odd % 2 else escape(part) for odd, part in enumerate(parts)]
    return Markup("").join(shown)


def _sides(failure: Failure) -> list[tuple[str, list[tuple[str, bool]]]]:
    """What was expected and observed, where that is known: lines, each with whether the other side lacks it."""
    if not isinstance(failure, Refuted) or failure.expected is None or failure.observed is None:
        return []
    expected, observed = failure.expected.split("\n"), failure.observed.split("\n")
    same = SequenceMatcher(None, expected, observed).get_matching_blocks()
    kept = {block.a + line for block in same for line in range(block.size)}
    met = {block.b + line for block in same for line in range(block.size)}
    return [
        ("expected", [(line, number not in kept) for number, line in enumerate(expected)]),
        ("observed", [(line, number not in met) for number, line in enumerate(observed)]),
    ]
