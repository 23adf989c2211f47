"""Every expectation of a check is numbered, made to say that it held, and may be turned round for a control.

Expectations are its assertions, and the calls of helpers that expect something of a block.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HIT = "__deckgen_hit__"
SEEN = "__deckgen_seen__"
EXPECT = "__deckgen_expect__"

_OPERATORS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "",
    ast.Is: "",
    ast.NotEq: "not ",
    ast.IsNot: "not ",
    ast.In: "in ",
    ast.NotIn: "not in ",
    ast.Lt: "< ",
    ast.LtE: "<= ",
    ast.Gt: "> ",
    ast.GtE: ">= ",
}


@dataclass(frozen=True, slots=True)
class Expectation:
    """Where an expectation stands, which others fail with it, and how the sides of its test compare.

    `group` is None at the top level, where nothing can swallow a failure; elsewhere the number of the first assertion
    with the same statements around it: what swallows the one swallows all of them. `operators` has one entry per link
    of a comparison, `("not",)` for a negation, and is empty for a plain value. `required` ones must be executed; the
    others belong to functions that a check may leave aside. `about` is the code that the test asks something of:
    itself, the block of a helper, or the program whose output it is.
    """

    path: str
    line: int
    end: int
    group: int | None
    required: bool
    operators: tuple[str, ...]
    test: ast.expr
    about: ast.AST


@dataclass(frozen=True, slots=True)
class Reading:
    """How a program is read: the helpers that expect something in it, and the expectations to turn round."""

    helpers: Collection[str] = ()
    negated: Collection[int] = ()


class _Instrument(ast.NodeTransformer):
    def __init__(self, path: str, function: ast.AST | None, places: Mapping[int, int | None], start: int) -> None:
        self.path, self.function, self.places, self.start = path, function, places, start
        self.groups: dict[int | None, int | None] = {None: None}
        self.reading = Reading()
        self.about: ast.AST | None = None
        self.required = function is None
        self.found: list[Expectation] = []

    def visit(self, node: ast.AST) -> Any:
        if node is not self.function:
            return super().visit(node)
        self.required = True
        self.generic_visit(node)
        self.required = False
        return node

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        if isinstance(node.test, ast.Tuple) and node.test.elts:
            detail = (self.path, node.lineno, node.col_offset + 1, None)
            raise SyntaxError("assertion is always true: a tuple with anything in it is true", detail)
        if isinstance(node.test, ast.Constant) and not node.test.value:
            return [node]  # `assert False` marks a place that must not be reached
        original = node.test
        number = self._number(node, original, self.about or original)
        node.test = _watched(original, number)
        if number in self.reading.negated:
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        return [node, ast.copy_location(ast.Expr(_call(HIT, [_constant(number, node)], node)), node)]

    def visit_With(self, node: ast.With) -> ast.With:
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in self.reading.helpers:
                number = self._number(node, call, node)
                told = [ast.Constant(call.func.id), ast.Constant(number), ast.Constant(number in self.reading.negated)]
                call.func = ast.fix_missing_locations(_call(EXPECT, told, call.func))
        self.generic_visit(node)
        return node

    def _number(self, node: ast.Assert | ast.With, test: ast.expr, about: ast.AST) -> int:
        number = self.start + len(self.found)
        self.found.append(
            Expectation(
                path=self.path,
                line=node.lineno,
                end=(node if isinstance(node, ast.Assert) else test).end_lineno or node.lineno,
                group=self.groups.setdefault(self.places.get(id(node), id(node)), number),
                required=self.required,
                operators=_operators(test),
                test=test,
                about=about,
            )
        )
        return number


def instrument(
    tree: ast.Module | ast.Interactive, block: Mapping[str, Any], start: int, reading: Reading, about: ast.AST | None
) -> list[Expectation]:
    """Number the expectations of a block from `start` on, and turn round those that are to be.

    `block["entry"]` names the function whose first level is the check's top level, None where that is the block's own;
    `about` is what the assertions ask something of, None where that is in themselves.

    Raises SyntaxError for an assertion of a tuple, which Python itself only warns of.
    """
    entry = block["entry"]
    function = next((node for node in tree.body if isinstance(node, _FUNCTION) and node.name == entry), None)
    scope: Sequence[ast.stmt] = function.body if function else tree.body
    visitor = _Instrument(block["path"], function, dict(_places(scope, None)), start)
    visitor.reading, visitor.about = reading, about
    visitor.visit(tree)
    return visitor.found


_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def _places(body: Sequence[ast.stmt], innermost: int | None) -> Iterator[tuple[int, int | None]]:
    """The assertions and helpers that nothing but `with` statements surround, each with the innermost of them."""
    for node in body:
        if isinstance(node, (ast.Assert, ast.With, ast.AsyncWith)):
            yield id(node), innermost
        if isinstance(node, (ast.With, ast.AsyncWith)):
            yield from _places(node.body, id(node))


def sides(expectation: Expectation, values: Sequence[Any], show: Any) -> tuple[str, str]:
    """What a failed expectation wanted and what it saw, as text made by `show`.

    A chain stops at the link that fails, so that the last two values are its two sides.
    """
    if len(values) >= 2 and len(values) - 2 < len(expectation.operators):
        return expectation.operators[len(values) - 2] + show(values[-1]), show(values[-2])
    return "a false value" if expectation.operators == ("not",) else "a true value", show(values[0])


def _operators(test: ast.expr) -> tuple[str, ...]:
    if isinstance(test, ast.Compare):
        return tuple(_OPERATORS[type(operator)] for operator in test.ops)
    return ("not",) if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else ()


def _watched(test: ast.expr, number: int) -> ast.expr:
    """The same test, whose operands pass through the recorder on their way."""

    def seen(value: ast.expr, *, first: bool) -> ast.expr:
        return _call(SEEN, [_constant(number, value), _constant(first, value), value], value)

    if isinstance(test, ast.Compare):
        first, *rest = (seen(value, first=index == 0) for index, value in enumerate([test.left, *test.comparators]))
        return ast.copy_location(ast.Compare(first, test.ops, rest), test)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return ast.copy_location(ast.UnaryOp(test.op, seen(test.operand, first=True)), test)
    return seen(test, first=True)


def _call(name: str, arguments: Sequence[ast.expr], at: ast.AST) -> ast.expr:
    return ast.copy_location(ast.Call(ast.copy_location(ast.Name(name, ast.Load()), at), list(arguments), []), at)


def _constant(value: int, at: ast.AST) -> ast.expr:
    return ast.copy_location(ast.Constant(value), at)
