"""Small changes to a check that it should notice: other literals and bounds expected, a line of set-up left out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_BOUNDS: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_SIGNS: Mapping[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_LEFT_OUT = (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change to the trees of a program: where, what it makes of the source, and how it is made."""

    path: str
    line: int
    what: str
    make: Callable[[], None]


def mutants(trees: Sequence[ast.Module], blocks: Sequence[Mapping[str, Any]]) -> list[Mutant]:
    """Every change to the scripts of a program, always in the same order."""
    return [
        mutant
        for tree, block in zip(trees, blocks, strict=True)
        if block["mode"] == "script"
        for mutant in _of_tree(tree, block)
    ]


def _of_tree(tree: ast.Module, block: Mapping[str, Any]) -> Iterator[Mutant]:
    path = block["path"]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            for part in ast.walk(node.test):
                yield from _expected(part, path)
    scopes = [tree.body]
    scopes += [node.body for node in tree.body if isinstance(node, _FUNCTION) and node.name == block["entry"]]
    for body in scopes:
        for number, statement in enumerate(body):
            if isinstance(statement, _LEFT_OUT) and not _constant(statement):
                yield Mutant(path, statement.lineno, "this line left out", _leave_out(body, number))


def _constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _expected(node: ast.AST, path: str) -> Iterator[Mutant]:
    if isinstance(node, ast.Constant):
        other = _other(node.value)
        if other is not None:
            yield Mutant(path, node.lineno, f"{other!r} in place of {node.value!r}", _put(node, other))
    elif isinstance(node, ast.Compare):
        for number, operator in enumerate(node.ops):
            bound = _BOUNDS.get(type(operator))
            if bound is not None:
                what = f"`{_SIGNS[bound]}` in place of `{_SIGNS[type(operator)]}`"
                yield Mutant(path, node.lineno, what, _compare(node, number, bound))


def _other(value: object) -> object:
    """Another value of the same kind, None where there is none that the check should be sure to notice."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "x"
        case bytes():
            return value + b"x"
        case _:
            return None


def _put(node: ast.Constant, value: Any) -> Callable[[], None]:
    def make() -> None:
        node.value = value

    return make


def _compare(node: ast.Compare, number: int, operator: type[ast.cmpop]) -> Callable[[], None]:
    def make() -> None:
        node.ops[number] = operator()

    return make


def _leave_out(body: list[ast.stmt], number: int) -> Callable[[], None]:
    def make() -> None:
        body[number] = ast.copy_location(ast.Pass(), body[number])

    return make
