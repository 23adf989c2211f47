"""The examples of `deckgen/ARCHITECTURE.md` do what they say."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deckgen.apkg import Package, PackedNote
from deckgen.checking.sandbox.recording import PRINTED
from deckgen.diagnostics import Location
from deckgen.model import Fence, Role
from deckgen.proof import Verdict
from deckgen.reading.shapes.candidate import peel
from tests.unit.reports import PASSED, REFUTED, judged, report

TEXT = (Path(__file__).parents[2] / "deckgen" / "ARCHITECTURE.md").read_text()


def example(seam: str) -> Any:
    """The function that an example defines."""
    [code] = re.findall(rf"^```python {seam}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    [name] = re.findall(r"^def (\w+)", code, re.MULTILINE)
    return namespace[name]


def test_a_format() -> None:
    found = report(judged("What, and why?", Verdict.VERIFIED, PASSED), judged("And this?", Verdict.REFUTED, REFUTED))
    lines = [f"{found.deck.id},{each.card.id},{each.verdict}" for each in found.judgements]
    assert example("report")([found, found]).splitlines() == lines * 2


def test_a_criterion() -> None:
    notes = [PackedNote(size, str(size), 1, 0, ("id", "?" * size), (), ()) for size in (500, 501)]
    package = Package(tuple(notes), {1: {"flds": [{"name": "Id"}, {"name": "Question"}]}})
    assert [each.message for each in example("criterion")(SimpleNamespace(package=package))] == [
        "the question of note 501 is long"
    ]


def test_a_kind_of_check() -> None:
    [block] = example("kind")(Fence(Role.OUTPUT, "text", "secret\n", Location("cards.md", 7)), "2.1.9")
    assert (block.path, block.line) == ("cards.md", 7)
    exec(block.code, {PRINTED: lambda: "open"})
    with pytest.raises(AssertionError, match="it is printed"):
        exec(block.code, {PRINTED: lambda: "the secret"})


def test_a_shape_of_question() -> None:
    lines = ["Notes", "-> What is rye?", "A grass."]
    find = example("shape")
    found = [find(lines, at, peel(line)) for at, line in enumerate(lines)]
    assert [each and (each.title, each.line) for each in found] == [None, ("What is rye?", 2), None]
