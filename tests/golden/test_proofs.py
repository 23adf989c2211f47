"""Golden files: what an author is told of a card that has been run, for every kind of check."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

import pytest

from deckgen import pipeline
from deckgen.effort import Effort
from deckgen.publishing.reports.text import render
from deckgen.reading import decks
from deckgen.report import Report
from tests.golden.cases import Case, parse, written

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")
FOLDER = Path(__file__).parent / "proofs"
FILES = sorted(FOLDER.glob("*.md"))
CASES = [(path, case) for path in FILES for case in parse(path.read_text("utf-8"))]


@pytest.fixture(scope="module")
def listings(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What is said of every case, by its document: each is one of a deck that is proved in a single run."""
    folder = tmp_path_factory.mktemp("proofs")
    (folder / "deck.toml").write_text('[deck]\nid = "proofs"\nname = "Proofs"\n')
    for number, (_, case) in enumerate(CASES):
        text = case.text.replace("\n", f" {{#case-{number:03}}}\n", 1)
        (folder / f"case-{number:03}.md").write_text(text, "utf-8")
    with chdir(folder):
        (deck,) = decks.read(["."]).decks
        report = pipeline.verify(deck, lambda *_: None, Effort())
    return {document.path: listing(report, document.path) for document in deck.documents}


def listing(report: Report, path: str) -> str:
    """The verdicts of a document's cards, and the report of them, under the name that a reader of it would use."""
    judgements = tuple(each for each in report.judgements if each.card.document == path)
    found = tuple(each for each in report.diagnostics if each.location.path == path)
    verdicts = (f"{each.card.label}: {each.verdict}\n" for each in judgements)
    told = render([replace(report, judgements=judgements, diagnostics=found)]).replace(path, "notes.md")
    told = told.replace(f" (#{path.removesuffix('.md')})", "").replace(f" {{#{path.removesuffix('.md')}}}", "")
    here = {environment.id for environment in report.environments}
    return "".join(verdicts) + "".join(f"{line}\n" for line in lines(told) if not line.endswith(tuple(here)))


def lines(told: str) -> Iterator[str]:
    """The lines of a report; which release of SQLAlchemy an error's page is of is left out."""
    for line in told.rstrip().split("\n"):
        yield line.replace("/e/20/", "/e/../").replace("/e/21/", "/e/../")


@pytest.mark.parametrize(
    ("number", "case"),
    [
        pytest.param(*each, id=f"{CASES[each[0]][0].stem}: {each[1].title}")
        for each in enumerate(case for _, case in CASES)
    ],
)
def test_an_author_is_told_as_written_down(
    number: int, case: Case, listings: Mapping[str, str], request: pytest.FixtureRequest
) -> None:
    found = listings[f"case-{number:03}.md"]
    if request.config.getoption("--write-golden"):
        path = CASES[number][0]
        cases = [replace(each, expected=found) if each == case else each for each in parse(path.read_text("utf-8"))]
        path.write_text(written(cases), "utf-8")
    else:
        assert found == case.expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_kind_has_a_case_of_each_verdict(path: Path) -> None:
    verdicts = {case.expected.split(": ", 1)[1].split("\n", 1)[0] for case in parse(path.read_text("utf-8"))}
    assert verdicts >= {"verified", "refuted", "broken", "vacuous"}
