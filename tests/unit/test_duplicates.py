"""Two questions of the same words are told, wherever they stand, and two that only sound alike are not."""

from __future__ import annotations

import pytest

from deckgen.diagnostics import Source
from deckgen.reading.duplicates import alike
from deckgen.reading.grammar import read

PAIRS = {
    "the same": ("What is a pool?", "What is a pool?", 1),
    "another phrase": ("What is a pool?", "Explain the pool", 1),
    "another order and case": ("How do a pool and an engine differ?", "An Engine and a Pool: how differ?", 1),
    "the plural": ("What is an engine?", "What are engines?", 1),
    "another thing": ("What is a pool?", "What is an engine?", 0),
    "one word more": ("What is a pool?", "What is a pool for?", 0),
    "no words that carry it": ("What?", "What is it?", 0),
    "nothing but empty words": ("What?", "What is the?", 0),
}


@pytest.mark.parametrize(("one", "other", "times"), PAIRS.values(), ids=PAIRS)
def test_a_question_that_is_asked_twice_is_told(one: str, other: str, times: int) -> None:
    text = f"Q1. {one} {{#one}}\n\nx\n\nQ2. {other} {{#other}}\n\ny\n"
    found = [
        (each.code, str(each.location), each.message) for each in alike(read(Source.of("a.md", text), "a.md").cards)
    ]
    assert found == [("D038", "a.md:5:1", "asks the same as the question at a.md:1:1")] * times
