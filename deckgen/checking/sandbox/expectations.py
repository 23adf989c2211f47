"""Every `assert` of a check is numbered, made to say that it held, and may be turned round for a control."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HIT = "__deckgen_hit__"
SEEN = "__deckgen_seen__"

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
    """An `assert`: where it stands, whether something around it could swallow it, and how its sides compare.

    `operators` has one entry per link of a comparison, `("not",)` for a negation, and is empty for a plain value.
    `required` ones must be executed; the others belong to helpers that a check may leave aside.
    """

    path: str
    line: int
    end: int
    nested: bool
    required: bool
    operators: tuple[str, ...]
    test: ast.expr


class _Instrument(ast.NodeTransformer):
    def __init__(self, path: str, function: ast.AST | None, top: Collection[int], start: int) -> None:
        self.path, self.function, self.top, self.start = path, function, top, start
        self.negated: Collection[int] = ()
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
        number = self.start + len(self.found)
        original = node.test
        self.found.append(
            Expectation(
                path=self.path,
                line=node.lineno,
                end=node.end_lineno or node.lineno,
                nested=id(node) not in self.top,
                required=self.required,
                operators=_operators(original),
                test=original,
            )
        )
        node.test = _watched(original, number)
        if number in self.negated:
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        return [node, ast.copy_location(ast.Expr(_call(HIT, [_constant(number, node)], node)), node)]


def instrument(
    tree: ast.Module, path: str, entry: str | None, start: int, negated: Collection[int]
) -> list[Expectation]:
    """Number the assertions of a block from `start` on, and turn round those in `negated`.

    `entry` names the function whose first level is the check's top level, None where that is the block's own.

    Raises SyntaxError for an assertion of a tuple, which Python itself only warns of.
    """
    function = next((node for node in tree.body if isinstance(node, _FUNCTION) and node.name == entry), None)
    scope: Sequence[ast.stmt] = function.body if function else tree.body
    top = {id(node) for node in scope if isinstance(node, ast.Assert)}
    visitor = _Instrument(path, function, top, start)
    visitor.negated = negated
    visitor.visit(tree)
    return visitor.found


_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


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


def _call(name: str, arguments: list[ast.expr], at: ast.AST) -> ast.expr:
    return ast.copy_location(ast.Call(ast.copy_location(ast.Name(name, ast.Load()), at), arguments, []), at)


def _constant(value: int, at: ast.AST) -> ast.expr:
    return ast.copy_location(ast.Constant(value), at)
