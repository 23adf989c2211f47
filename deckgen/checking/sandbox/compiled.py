"""Blocks become code objects with numbered expectations, each at the lines that it has in its document."""

from __future__ import annotations

import ast
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import dependence, helpers, standin
from .expectations import Expectation, Reading, instrument
from .mutants import Mutant, mutants
from .recording import LAST, SENT

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


class Compiled:
    """The code of a request's blocks, the expectations in it, and the names in it that SQLAlchemy has a hand in.

    The names are empty unless the request asks for its text to be analysed. Where it asks for mutants, by 0 or by the
    number of the one that is to be made, `mutants` are all there could be.
    """

    def __init__(self) -> None:
        self.codes: list[types.CodeType] = []
        self.expectations: list[Expectation] = []
        self.derived: set[str] = set()
        self.mutants: list[Mutant] = []

    def compile(self, request: Mapping[str, Any], namespace: Mapping[str, Any]) -> None:
        """Compile the blocks of a request that will run in `namespace`; raises SyntaxError."""
        blocks = request["blocks"]
        trees = [parse(block, namespace) for block in blocks]
        self.mutants = mutants(trees, blocks) if request["mutate"] is not None else []
        if request["mutate"]:
            self.mutants[request["mutate"] - 1].make()
        if request["analyse"]:
            self.derived = dependence.derived(trees, request["derived"])
        if any(SENT in block["code"] for block in blocks):
            for tree in trees:
                _keep_last(tree)
        reading = Reading(_helpers(trees, namespace), request["negate"])
        about: ast.AST | None = None
        for block, tree in zip(blocks, trees, strict=True):
            matching = block["mode"] == "match"
            self.expectations += instrument(tree, block, len(self.expectations), reading, about if matching else None)
            about = about if matching else tree
            code = ast.Interactive(tree.body) if block["mode"] == "prompt" else tree
            mode = "single" if block["mode"] == "prompt" else "exec"
            self.codes.append(compile(code, block["path"], mode, _FLAGS, dont_inherit=True, optimize=0))


def parse(block: Mapping[str, Any], namespace: Mapping[str, Any]) -> ast.Module:
    """The tree of a block, to be run in `namespace`, whose lines have the numbers that they have in its document."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", SyntaxWarning)
        tree: ast.Module = ast.parse("\n" * (block["line"] - 1) + block["code"], block["path"], "exec")
    return standin.unpackable(tree) if standin.UNPACK in namespace else tree


def _keep_last(tree: ast.Module) -> None:
    """Have a program keep what it ends in, for a fence that says what that compiles to."""
    match tree.body[-1:]:
        case [ast.Expr(value=value) as last]:
            kept: ast.expr = value
            tree.body.pop()
        case [ast.Assign(targets=[ast.Name(id=name)]) as last]:
            kept = ast.Name(name, ast.Load())
        case _:
            return
    keeping = ast.Assign([ast.Name(LAST, ast.Store())], kept)
    tree.body.append(ast.fix_missing_locations(ast.copy_location(keeping, last)))


def _helpers(trees: Sequence[ast.AST], namespace: Mapping[str, Any]) -> set[str]:
    """The helpers that expect something, without those whose name the prelude or the program gives to another thing."""
    names = {name for name in helpers.EXPECTING if name not in namespace}
    return names - {name for tree in trees for node in ast.walk(tree) for name in _bound(node)}


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.asname or alias.name for alias in aliases)
