"""Every card of `cards/` gets the verdict it deserves, at the line it deserves, in one run that harms nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from deckgen.checking.verify import verify
from deckgen.diagnostics import Location
from deckgen.proof import Judgement, Passed, Refuted
from tests.isolation.harness import CALM, CARDS, PRELUDE, Case, cases, marked, quietly, watch, with_neighbours, write

DOCUMENTS = ("verified", "sidecar", "honest", "refuted", "broken", "vacuous", "crashed")
CASES = [case for document in DOCUMENTS for case in cases(document)]


@dataclass(frozen=True)
class Ran:
    """One run over all the documents; `lines` are the marked lines by the titles of their cards."""

    judgements: Mapping[str, Judgement]
    lines: Mapping[str, int]
    seconds: float
    left: list[str]
    changed: list[str]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("deck")
    files = {f"{document}.md": with_neighbours(cases(document)) for document in DOCUMENTS}
    files |= {"prelude.py": PRELUDE, "sidecar.checks.py": (CARDS / "sidecar.checks.txt").read_text()}
    deck = write(folder, files)
    before = contents(folder)
    with watch(tmp_path_factory.mktemp("scratch")) as watched:
        started = time.monotonic()
        judgements = verify(deck, quietly).judgements
        seconds = time.monotonic() - started
        yield Ran(
            judgements={judgement.card.question: judgement for judgement in judgements},
            lines={title: line for text in files.values() for title, line in marked(text).items()},
            seconds=seconds,
            left=watched.left(),
            changed=sorted({str(path) for path, _ in before.items() ^ contents(folder).items()}),
        )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_card_gets_the_verdict_it_deserves(case: Case, ran: Ran) -> None:
    judgement = ran.judgements[case.title]
    said = reason(judgement)
    assert (judgement.verdict, said) == (case.verdict, said)
    assert case.told.get("message", "") in said
    if line := ran.lines.get(case.title):
        place = location(judgement)
        assert place.line == line if place else f"line {line} " in said


@pytest.mark.parametrize("case", [case for case in CASES if "expectations" in case.told], ids=str)
def test_every_assertion_that_held_is_counted_once(case: Case, ran: Ran) -> None:
    (result,) = ran.judgements[case.title].results
    assert isinstance(result.outcome, Passed), result.outcome
    assert result.outcome.expectations == int(case.told["expectations"])


@pytest.mark.parametrize("case", [case for case in CASES if "observed" in case.told], ids=str)
def test_what_was_expected_and_observed_is_told(case: Case, ran: Ran) -> None:
    (result,) = ran.judgements[case.title].results
    assert isinstance(result.outcome, Refuted), result.outcome
    assert str(result.outcome.observed).startswith(case.told["observed"])
    assert str(result.outcome.expected).startswith(case.told.get("expected", ""))
    assert max(len(str(result.outcome.observed)), len(str(result.outcome.expected))) < 500


@pytest.mark.parametrize("document", DOCUMENTS)
def test_honest_neighbours_are_verified(document: str, ran: Ran) -> None:
    suffix = f" of {document}"
    neighbours = {title: each for title, each in ran.judgements.items() if title.endswith(suffix)}
    assert len(neighbours) == (2 if document in CALM else len(cases(document)) + 1)
    assert {title: reason(each) for title, each in neighbours.items() if each.verdict != "verified"} == {}


def test_all_that_is_told_can_be_written_down(ran: Ran) -> None:
    for judgement in ran.judgements.values():
        for outcome in [result.outcome for result in judgement.results]:
            told = "".join(str(getattr(outcome, name, "")) for name in ("message", "expected", "observed"))
            assert told.encode("utf-8", "replace").decode() == told, judgement.card.question


def test_hanging_checks_cost_no_more_than_their_limits(ran: Ran) -> None:
    assert ran.seconds < 60


def test_a_run_leaves_no_process_and_no_folder_behind(ran: Ran) -> None:
    assert ran.left == []


def test_a_run_leaves_the_source_as_it_was(ran: Ran) -> None:
    assert ran.changed == []


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def reason(judgement: Judgement) -> str:
    return judgement.reason or "; ".join(getattr(result.outcome, "message", "") for result in judgement.results)


def location(judgement: Judgement) -> Location | None:
    outcome = judgement.results[0].outcome if judgement.results else None
    return None if outcome is None or isinstance(outcome, Passed) else outcome.location
