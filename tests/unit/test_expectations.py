"""Every assertion of a check is found, counted when it held, and can be turned round without anything else changing."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any

import pytest

from deckgen.checking.sandbox.expectations import HIT, SEEN, Expectation, instrument, sides


def found(source: str, *, entry: str | None = None, start: int = 0) -> list[Expectation]:
    return instrument(ast.parse(source), "cards.md", entry, start, ())


def passed_on(_number: int, _first: int, value: object) -> object:
    return value


def held(source: str, negated: Collection[int] = (), **names: Any) -> list[int]:
    """The numbers of the assertions that held, in that order, when the source runs with some of them turned round."""
    tree = ast.parse(source)
    instrument(tree, "cards.md", None, 0, negated)
    hits: list[int] = []
    exec(compile(tree, "cards.md", "exec"), {HIT: hits.append, SEEN: passed_on, **names})
    return hits


NESTED = {
    "at the margin": ("assert 1", [False]),
    "two at the margin": ("assert 1\nassert 2", [False, False]),
    "in an if": ("if 1:\n    assert 1\nelse:\n    assert 2", [True, True]),
    "in a for": ("for x in []:\n    assert 1", [True]),
    "in a while": ("while 0:\n    assert 1", [True]),
    "in a with": ("with x:\n    assert 1", [True]),
    "in every part of a try": (
        "try:\n    assert 1\nexcept E:\n    assert 2\nelse:\n    assert 3\nfinally:\n    assert 4",
        [True] * 4,
    ),
    "in a match": ("match x:\n    case 1:\n        assert 1", [True]),
    "in a function": ("def f():\n    assert 1", [True]),
    "in a coroutine": ("async def f():\n    assert 1", [True]),
    "in a class": ("class C:\n    assert 1\n    def m(self):\n        assert 2", [True, True]),
    "behind a semicolon": ("x = 1; assert x", [False]),
}


@pytest.mark.parametrize(("source", "nested"), NESTED.values(), ids=NESTED)
def test_whatever_could_swallow_an_assertion_makes_it_nested(source: str, nested: list[bool]) -> None:
    assert [each.nested for each in found(source)] == nested


SIDECAR = """
assert margin
def helper():
    assert helps
def check_q1():
    assert first
    if first:
        assert second
    def inner():
        assert third
async def check_q2():
    assert other
"""


@pytest.mark.parametrize(
    ("entry", "top", "required"),
    [
        ("check_q1", [6], [6, 8, 10]),
        ("check_q2", [12], [12]),
        (None, [2], [2, 4, 6, 8, 10, 12]),
        ("check_q3", [2], [2, 4, 6, 8, 10, 12]),
    ],
)
def test_the_first_level_of_a_sidecar_s_function_is_its_top_level(
    entry: str | None, top: list[int], required: list[int]
) -> None:
    expectations = found(SIDECAR, entry=entry)
    assert [each.line for each in expectations if not each.nested] == top
    assert [each.line for each in expectations if each.required] == required


def test_lines_are_those_of_the_document() -> None:
    source = "\n" * 41 + "assert (\n    1\n    ==\n    1\n), 'm'\nassert 2\n"
    assert [(each.path, each.line, each.end) for each in found(source)] == [("cards.md", 42, 46), ("cards.md", 47, 47)]


@pytest.mark.parametrize("start", [0, 3])
def test_assertions_are_numbered_across_blocks(start: int) -> None:
    tree = ast.parse("assert 1\nassert 2")
    instrument(tree, "cards.md", None, start, ())
    numbers: list[int] = []
    exec(compile(tree, "cards.md", "exec"), {HIT: numbers.append, SEEN: passed_on})
    assert numbers == [start, start + 1]


@pytest.mark.parametrize("falsehood", ["False", "0", "None", "''", "0.0", "b''"])
def test_a_falsehood_marks_a_place_and_is_no_expectation(falsehood: str) -> None:
    assert found(f"if 0:\n    assert {falsehood}, 'unreachable'\nassert 1")[0].line == 3
    with pytest.raises(AssertionError, match="unreachable"):
        held(f"assert {falsehood}, 'unreachable'")


@pytest.mark.parametrize("test", ["(x == 1, 'message')", "(x,)", "(x, (y, z))"])
def test_an_assertion_of_a_tuple_is_a_mistake(test: str) -> None:
    with pytest.raises(SyntaxError, match="assertion is always true") as caught:
        found(f"x = 1\nif x:\n    assert {test}")
    assert (caught.value.filename, caught.value.lineno, caught.value.offset) == ("cards.md", 3, 5)


@pytest.mark.parametrize("test", ["(x == 1), 'message'", "()", "[x, 1]", "(x)", "x in (1, 2)"])
def test_parentheses_and_commas_alone_are_no_mistake(test: str) -> None:
    assert len(found(f"assert {test}")) == 1


def test_only_an_assertion_that_held_is_counted() -> None:
    assert held("assert 1\nif 0:\n    assert 2\nfor n in (1, 2):\n    assert n") == [0, 2, 2]
    assert held("try:\n    assert x == 2\nexcept AssertionError:\n    assert x == 1", x=1) == [1]


TRUE = {
    "a value": "x",
    "a call": "len('x')",
    "an equality": "x == 1",
    "a chain": "0 < x <= 1 < 2",
    "a membership": "x in [x] and 3 not in [x]",
    "an identity": "x is not None",
    "a negation": "not None == x",
    "a double negation": "not not x",
    "an or": "x or unknown",
    "an assignment": "(y := x) == 1 and y == 1",
    "a lambda": "(lambda: x)()",
    "a comprehension": "[n for n in (1, 2)] == [1, 2]",
}


@pytest.mark.parametrize("test", TRUE.values(), ids=TRUE)
def test_an_assertion_holds_as_it_stands_and_fails_turned_round(test: str) -> None:
    source = f"assert {test}, 'why'\ndone.append(1)"
    done: list[int] = []
    assert held(source, x=1, done=done) == [0]
    with pytest.raises(AssertionError, match=r"^why$"):
        held(source, {0}, x=1, done=done)
    assert done == [1]


def test_only_the_assertions_that_are_named_are_turned_round() -> None:
    source = "for n in (1, 2):\n    try:\n        assert n\n    except AssertionError:\n        pass\nassert 3"
    assert held(source, {0}) == [1]
    with pytest.raises(AssertionError):
        held(source, {1})


def test_an_operand_is_evaluated_once_and_not_before_its_turn() -> None:
    calls: list[str] = []

    def call(name: str, value: object) -> object:
        calls.append(name)
        return value

    held("assert call('a', 1) < call('b', 2) < call('c', 3)", call=call)
    with pytest.raises(AssertionError):
        held("assert call('d', 2) < call('e', 1) < call('f', 3), call('why', 'x')", call=call)
    assert calls == ["a", "b", "c", "d", "e", "why"]


def test_a_failed_assertion_points_at_its_own_line() -> None:
    with pytest.raises(AssertionError) as caught:
        held("\n\n\nx = 1\nassert x == 2\n")
    assert caught.traceback[-1].lineno == 4  # counted from 0


SIDES = {
    "x == 2": ("2", "1"),
    "x is None": ("None", "1"),
    "x != 1": ("not 1", "1"),
    "x is not one": ("not 1", "1"),
    "x in [2, 3]": ("in [2, 3]", "1"),
    "x not in [1]": ("not in [1]", "1"),
    "x < 1": ("< 1", "1"),
    "x <= 0": ("<= 0", "1"),
    "x > 1": ("> 1", "1"),
    "x >= 2": (">= 2", "1"),
    "0 < x < 1 < unknown": ("< 1", "1"),
    "0 > x > unknown": ("> 1", "0"),
    "not x": ("a false value", "1"),
    "x - 1": ("a true value", "0"),
    "x == 2 or x == 3": ("a true value", "False"),
    "[]": ("a true value", "[]"),
}


@pytest.mark.parametrize(("test", "expected"), SIDES.items(), ids=SIDES)
def test_the_two_sides_of_a_failure_are_told(test: str, expected: tuple[str, str]) -> None:
    tree = ast.parse(f"assert {test}")
    (expectation,) = instrument(tree, "cards.md", None, 0, ())
    values: list[object] = []

    def seen(_number: int, _first: int, value: object) -> object:
        values.append(value)
        return value

    with pytest.raises(AssertionError):
        exec(compile(tree, "cards.md", "exec"), {HIT: print, SEEN: seen, "x": 1, "one": 1})
    assert sides(expectation, values, repr) == expected
