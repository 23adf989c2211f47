"""Each mutant of a check is one small change, made where it says."""

from __future__ import annotations

import ast

import pytest

from deckgen.checking.sandbox.mutants import mutants


def made(code: str, **block: str | None) -> list[tuple[int, str, str]]:
    """The line of each mutant, what it says it does, and the code with it done."""
    blocks = [{"path": "a.md", "mode": "script", "entry": None} | block]
    found = []
    for number in range(len(mutants([ast.parse(code)], blocks))):
        tree = ast.parse(code)
        mutant = mutants([tree], blocks)[number]
        mutant.make()
        found.append((mutant.line, mutant.what, ast.unparse(tree)))
    return found


EXPECTED = {
    "a number": ("assert n == 1", [(1, "2 in place of 1", "assert n == 2")]),
    "a text": ("assert n == 'a'", [(1, "'ax' in place of 'a'", "assert n == 'ax'")]),
    "bytes": ("assert n == b'a'", [(1, "b'ax' in place of b'a'", "assert n == b'ax'")]),
    "a truth": ("assert n is True", [(1, "False in place of True", "assert n is False")]),
    "None has no other": ("assert n is None", []),
    "an equality is what negation turns round": ("assert n == m", []),
    "a bound": ("assert n < m", [(1, "`<=` in place of `<`", "assert n <= m")]),
    "two bounds": (
        "assert a <= n > b",
        [
            (1, "`<` in place of `<=`", "assert a < n > b"),
            (1, "`>=` in place of `>`", "assert a <= n >= b"),
        ],
    ),
    "on its own line": ("assert n == [\n 1,\n m]", [(2, "2 in place of 1", "assert n == [2, m]")]),
    "the message is not expected": ("assert n, 'why'", []),
}


@pytest.mark.parametrize(("code", "expected"), EXPECTED.values(), ids=EXPECTED)
def test_what_is_expected_is_changed(code: str, expected: list[tuple[int, str, str]]) -> None:
    assert made(code) == expected


SET_UP = """
'''Text.'''
import os
a = b = 1
f(a)
def check_q1():
    g(a)
    return 1
def other():
    g(b)
"""


def test_lines_of_set_up_are_left_out_one_by_one() -> None:
    assert [(line, what) for line, what, _ in made(SET_UP)] == [(4, "this line left out"), (5, "this line left out")]
    assert "a = b = 1" not in made(SET_UP)[0][2]
    assert "f(a)" not in made(SET_UP)[1][2]


def test_those_of_the_check_function_are_too() -> None:
    assert [line for line, _, _ in made(SET_UP, entry="check_q1")] == [4, 5, 7]
    assert "pass\n    return 1" in made(SET_UP, entry="check_q1")[2][2]


@pytest.mark.parametrize("mode", ["prompt", "match"])
def test_transcripts_and_expected_output_have_none(mode: str) -> None:
    assert made("assert n == 1", mode=mode) == []
