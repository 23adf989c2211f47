"""What the text of a check tells: which names come from SQLAlchemy, and which assertions say nothing."""

from __future__ import annotations

import ast

import pytest

from deckgen.checking.sandbox.dependence import absence, constant, derived, uses

# The source of a check, and whether `x` has anything to do with SQLAlchemy in it.
DERIVED = {
    "an import": ("import sqlalchemy as x", True),
    "an import of a part": ("import sqlalchemy.orm as x", True),
    "an import from it": ("from sqlalchemy import select as x", True),
    "an import from a part": ("from sqlalchemy.orm import x", True),
    "an import inside a function": ("def f():\n    from sqlalchemy import x", True),
    "another package": ("import sqlalchemy_utils as x", False),
    "a relative import": ("from . import x", False),
    "an assignment": ("import sqlalchemy\nx = sqlalchemy.text('1')", True),
    "an assignment before it is known": ("def f():\n    global x\n    x = y\ny = sqlalchemy\nimport sqlalchemy", True),
    "a chain of assignments": ("import sqlalchemy\na = sqlalchemy\nb = a\nx = [b]", True),
    "unpacking": ("import sqlalchemy\na, (b, *x) = sqlalchemy.rows()", True),
    "an annotated assignment": ("import sqlalchemy\nx: int = sqlalchemy.one()", True),
    "an annotation alone": ("import sqlalchemy\nx: sqlalchemy.Row = 1", False),
    "an addition in place": ("import sqlalchemy\nx = 0\nx += sqlalchemy.one()", True),
    "a walrus": ("import sqlalchemy\nif (x := sqlalchemy.one()): pass", True),
    "a loop": ("import sqlalchemy\nfor x in sqlalchemy.rows(): pass", True),
    "a comprehension": ("import sqlalchemy\ny = [x for x in sqlalchemy.rows()]", True),
    "a context manager": ("import sqlalchemy\nwith sqlalchemy.connect() as x: pass", True),
    "several context managers": ("import sqlalchemy\nwith open('f') as y, sqlalchemy.connect() as (z, x): pass", True),
    "an async context manager": ("import sqlalchemy\nasync def f():\n async with sqlalchemy.a() as x: pass", True),
    "a class on it": ("import sqlalchemy\nclass x(sqlalchemy.Base): pass", True),
    "an object of such a class": ("import sqlalchemy\nclass U(sqlalchemy.Base): pass\nx = U()", True),
    "a function that uses it": ("import sqlalchemy\ndef x(): return sqlalchemy.one()", True),
    "what such a function returns": ("import sqlalchemy\ndef f(): return sqlalchemy.one()\nx = f()", True),
    "a list that is filled with it": ("import sqlalchemy\nx = []\nx.append(sqlalchemy.one())", True),
    "an item": ("import sqlalchemy\nx = {}\nx['a'] = sqlalchemy.one()", True),
    "an attribute": ("import sqlalchemy\nx = Bag()\nx.a = sqlalchemy.one()", True),
    "a list that a lambda hook fills": ("import sqlalchemy\nx = []\nsqlalchemy.listen(lambda *a: x.append(a))", True),
    "a list that a decorated hook fills": ("import sqlalchemy\nx = []\n@sqlalchemy.on\ndef f(a): x.append(a)", True),
    "an error that is caught": ("import sqlalchemy\ntry:\n sqlalchemy.one()\nexcept E as x: pass", True),
    "a flag in an except": ("import sqlalchemy\ntry:\n sqlalchemy.one()\nexcept E: x = True", True),
    "a flag under an if": ("import sqlalchemy\nx = False\nif sqlalchemy.one(): x = True", True),
    # What SQLAlchemy changes behind the back of the text:
    "warnings that are recorded": ("import sqlalchemy\nwith catch(record=True) as x:\n    sqlalchemy.one()", True),
    "a global that a hook counts": ("import sqlalchemy\nx = 0\n@sqlalchemy.on\ndef f(a):\n global x\n x += 1", True),
    "a variable that a hook counts": (
        "import sqlalchemy\ndef g():\n x = 0\n @sqlalchemy.on\n def f(a):\n  nonlocal x\n  x += 1",
        True,
    ),
    "an item that a hook counts": ("import sqlalchemy\nx = {}\n@sqlalchemy.on\ndef f(a): x['n'] += 1", True),
    "a list on a class that a hook fills": ("import sqlalchemy\nx = C\n@sqlalchemy.on\ndef f(a): x.a.append(a)", True),
    "an object with a method that is a hook": ("import sqlalchemy\nx = C()\nsqlalchemy.listen('e', x.note)", True),
    "a class that is mapped": ("import sqlalchemy\nclass x: pass\nsqlalchemy.mapped(x, 1)", True),
    "an object that is stored": ("import sqlalchemy\nx = U()\nsqlalchemy.add(x)", True),
    # What has nothing to do with it:
    "a number": ("import sqlalchemy\nx = 3", False),
    "a sum": ("import sqlalchemy\ny = 1\nx = y + 2", False),
    "a list of its own": ("import sqlalchemy\nx = []\nx.append(1)\nsqlalchemy.one()", False),
    "a function of its own": ("import sqlalchemy\ndef x(a): return a + 1", False),
    "a text that only mentions it": ("x = 'sqlalchemy'", False),
    "nothing at all": ("", False),
}


@pytest.mark.parametrize(("source", "expected"), DERIVED.values(), ids=DERIVED)
def test_a_name_is_derived_where_sqlalchemy_has_a_hand_in_it(source: str, expected: bool) -> None:  # noqa: FBT001
    assert ("x" in derived([ast.parse(source)])) is expected


def test_names_are_followed_across_blocks_and_from_those_that_are_known() -> None:
    first, second = ast.parse("rows = session.execute(1)"), ast.parse("x = len(rows)\ny = 1")
    assert derived([first, second], ["session"]) == {"session", "rows", "x"}
    assert derived([first, second]) == set()


@pytest.mark.parametrize(
    ("test", "expected"),
    [("x == 1", True), ("f(a=x.y[0])", True), ("[n for n in x]", True), ("a.x == 'x'", False), ("xx", False)],
)
def test_an_expression_uses_the_names_that_it_mentions(test: str, expected: bool) -> None:  # noqa: FBT001
    assert uses(expression(test), {"x"}) is expected


CONSTANT = """
    True ; 1 ; 'text' ; not None ; 1 == 1 ; 1 + 1 == 2 ; 1 < 2 < 3 ; [1] ; {} ; 1 in [1] ; lambda: 1
    x == x ; x is x ; x.y == x.y ; x[0] == x[0] ; x or True ; True or x ; x == 1 or 'text' ; x or y or 1
"""
NOT_CONSTANT = """
    x ; x == 1 ; f() ; x.y ; x or False ; x or '' ; x and True ; x == y ; x.y == y.x ; x[0] == x[1] ; f() == f()
    f(x) is f(x) ; not x ; x < x < y ; await x ; x.y is x.y ; x[0] is x[0]
"""
ABSENCE = """
    not x ; x != 1 ; x not in y ; x is not y ; x == [] ; x == () ; x == {} ; x == '' ; x == 0 ; x is None
    [] == x ; not x == 1 ; x == set() ; len(x) == 0
"""
PRESENCE = """
    x ; x == 1 ; x == [1] ; x is True ; x is False ; x == False ; x in y ; x > 0 ; 0 < x ; x >= 1 ; 1 == x != 2 ; f(x)
    x == {'a': 1} ; x == 'a' ; len(x) == 2 ; x is y
"""


def each(table: str) -> list[str]:
    return [test.strip() for line in table.strip().splitlines() for test in line.split(" ; ")]


@pytest.mark.parametrize("test", each(CONSTANT))
def test_a_constant_assertion_cannot_fail(test: str) -> None:
    assert constant(expression(test))


@pytest.mark.parametrize("test", each(NOT_CONSTANT))
def test_an_assertion_that_can_fail_is_not_constant(test: str) -> None:
    assert not constant(expression(test))


@pytest.mark.parametrize("test", each(ABSENCE))
def test_a_claim_of_absence_also_holds_where_nothing_happened(test: str) -> None:
    assert absence(expression(test))


@pytest.mark.parametrize("test", each(PRESENCE))
def test_a_claim_that_something_is_there_is_no_claim_of_absence(test: str) -> None:
    assert not absence(expression(test))


def expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body
