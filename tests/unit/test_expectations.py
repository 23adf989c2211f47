"""Every assertion of a check is found, counted when it held, and can be turned round without anything else changing."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any

import pytest

from deckgen.checking.sandbox.expectations import EXPECT, HIT, SEEN, Expectation, Reading, instrument, sides

READING = Reading(helpers={"raises", "warns"})


def found(source: str, *, entry: str | None = None, start: int = 0) -> list[Expectation]:
    return instrument(ast.parse(source), {"path": "cards.md", "entry": entry}, start, READING, None)


def passed_on(_number: int, _first: int, value: object) -> object:
    return value


def held(source: str, negated: Collection[int] = (), **names: Any) -> list[int]:
    """The numbers of the assertions that held, in that order, when the source runs with some of them turned round."""
    tree = ast.parse(source)
    instrument(tree, {"path": "cards.md", "entry": None}, 0, Reading(negated=negated), None)
    hits: list[int] = []
    exec(compile(tree, "cards.md", "exec"), {HIT: hits.append, SEEN: passed_on, **names})
    return hits


GROUPS: dict[str, tuple[str, list[int | None]]] = {
    "at the margin": ("assert 1", [None]),
    "two at the margin": ("assert 1\nassert 2", [None, None]),
    "in an if": ("if 1:\n    assert 1\n    assert 2\nelse:\n    assert 3", [0, 1, 2]),
    "in a for": ("for x in []:\n    assert 1\n    assert 2", [0, 1]),
    "in a while": ("while 0:\n    assert 1", [0]),
    "in a with": ("assert 9\nwith x:\n    assert 1\n    assert 2\nassert 3", [None, 1, 1, None]),
    "in an async with": ("async with x:\n    assert 1\n    assert 2", [0, 0]),
    "in two withs": (
        "with x:\n    assert 1\n    with y:\n        assert 2\n    assert 3\nwith x:\n    assert 4",
        [0, 1, 0, 3],
    ),
    "in a loop in a with": ("with x:\n    for y in x:\n        assert 1\n        assert 2\n    assert 3", [0, 1, 2]),
    "in a with in a loop": ("for x in y:\n    with x:\n        assert 1\n        assert 2", [0, 1]),
    "in every part of a try": (
        "try:\n    assert 1\nexcept E:\n    assert 2\nelse:\n    assert 3\nfinally:\n    assert 4",
        [0, 1, 2, 3],
    ),
    "a helper and what stands in it": ("with raises(E):\n    assert 1\n    f()\nassert 2", [None, 1, None]),
    "two helpers of one with": ("with raises(E), warns(W):\n    assert 1", [None, None, 2]),
    "a helper in a with": ("with x:\n    with raises(E):\n        f()\n    assert 1", [0, 0]),
    "a helper in a loop": ("for x in y:\n    with raises(E):\n        f()", [0]),
    "a helper that is called and not entered": ("raises(E)", []),
    "a with of another name": ("with reaches(E):\n    f()", []),
    "in a match": ("match x:\n    case 1:\n        assert 1", [0]),
    "in a function": ("def f():\n    assert 1", [0]),
    "in a with in a function": ("def f():\n    with x:\n        assert 1\n        assert 2", [0, 1]),
    "in a coroutine": ("async def f():\n    assert 1", [0]),
    "in a class": ("class C:\n    assert 1\n    def m(self):\n        assert 2", [0, 1]),
    "behind a semicolon": ("x = 1; assert x", [None]),
}


@pytest.mark.parametrize(("source", "groups"), GROUPS.values(), ids=GROUPS)
def test_assertions_are_of_one_group_where_the_same_statements_could_swallow_them(
    source: str, groups: list[int | None]
) -> None:
    assert [each.group for each in found(source)] == groups


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
    assert [each.line for each in expectations if each.group is None] == top
    assert [each.line for each in expectations if each.required] == required


def test_lines_are_those_of_the_document() -> None:
    source = "\n" * 41 + "assert (\n    1\n    ==\n    1\n), 'm'\nassert 2\n"
    assert [(each.path, each.line, each.end) for each in found(source)] == [("cards.md", 42, 46), ("cards.md", 47, 47)]


@pytest.mark.parametrize("start", [0, 3])
def test_assertions_are_numbered_across_blocks(start: int) -> None:
    tree = ast.parse("assert 1\nassert 2")
    instrument(tree, {"path": "cards.md", "entry": None}, start, Reading(), None)
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
    (expectation,) = instrument(tree, {"path": "cards.md", "entry": None}, 0, Reading(), None)
    values: list[object] = []

    def seen(_number: int, _first: int, value: object) -> object:
        values.append(value)
        return value

    with pytest.raises(AssertionError):
        exec(compile(tree, "cards.md", "exec"), {HIT: print, SEEN: seen, "x": 1, "one": 1})
    assert sides(expectation, values, repr) == expected


def test_a_helper_is_told_its_number_and_whether_it_is_turned_round() -> None:
    tree = ast.parse("with raises(KeyError), warns(UserWarning):\n    f()\nwith raises(OSError):\n    g()")
    expectations = instrument(tree, {"path": "cards.md", "entry": None}, 4, Reading({"raises", "warns"}, {5}), None)
    told = [ast.unparse(item.context_expr) for node in tree.body if isinstance(node, ast.With) for item in node.items]
    assert told == [
        f"{EXPECT}('raises', 4, False)(KeyError)",
        f"{EXPECT}('warns', 5, True)(UserWarning)",
        f"{EXPECT}('raises', 6, False)(OSError)",
    ]
    assert [ast.unparse(each.test).rpartition("(")[2] for each in expectations] == [
        "KeyError)",
        "UserWarning)",
        "OSError)",
    ]
    assert [each.line for each in expectations] == [1, 1, 3]


def test_an_assertion_is_about_itself_or_what_it_is_told_to_be_about() -> None:
    tree, other = ast.parse("assert x"), ast.parse("y")
    (own,) = instrument(tree, {"path": "cards.md", "entry": None}, 0, Reading(), None)
    assert ast.unparse(own.about) == "x"
    (given,) = instrument(ast.parse("assert x"), {"path": "cards.md", "entry": None}, 0, Reading(), other)
    assert given.about is other
