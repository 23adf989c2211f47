"""Which names of a check come from SQLAlchemy, read from its text: for the runs in which the stand-in says nothing."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence

_ROOT = "sqlalchemy"


def derived(trees: Iterable[ast.AST], known: Collection[str] = ()) -> set[str]:
    """The names that SQLAlchemy has a hand in, directly or through other names; `known` are so from the start."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = set(known)
    for node in nodes:
        names.update(_imported(node))
    while True:
        before = len(names)
        for node in nodes:
            names.update(_reached(node, names))
        if len(names) == before:
            return names


def constant(test: ast.expr) -> bool:
    """Whether nothing in a test could ever make it false."""
    parts = {type(node) for node in ast.walk(test)}
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and not parts & {ast.Call, ast.Await}:
        return ast.dump(test.left) == ast.dump(test.comparators[0]) or not parts & _VARYING
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(isinstance(value, ast.Constant) and bool(value.value) for value in test.values)
    return not parts & _VARYING


_VARYING = {ast.Name, ast.Call, ast.Attribute, ast.Await}


def absence(test: ast.expr) -> bool:
    """Whether a test only says that something is not there, which also holds where nothing happened at all."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return True
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    if isinstance(test.ops[0], (ast.NotEq, ast.NotIn, ast.IsNot)):
        return True
    return any(_empty(side) for side in (test.left, test.comparators[0]))


def uses(node: ast.AST, names: Collection[str]) -> bool:
    """Whether an expression mentions one of the names."""
    return any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))


def _empty(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None or (not isinstance(node.value, bool) and not node.value)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return not node.elts
    return isinstance(node, ast.Dict) and not node.keys


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from ((a.asname or a.name).split(".")[0] for a in node.names if a.name.split(".")[0] == _ROOT)
    elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == _ROOT:
        yield from (a.asname or a.name for a in node.names)


def _reached(node: ast.AST, names: Collection[str]) -> Iterator[str]:
    """The names that become derived because this node mentions a derived one."""
    source, targets = _binding(node)
    if source is not None and uses(source, names):
        for target in targets:
            yield from _stored(target)
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            if uses(node, names):
                yield name
                yield from _filled(node)
        case ast.Call(func=function, args=arguments):
            if uses(function, names) or any(uses(argument, names) for argument in arguments):
                yield from _receiver(node)
                for argument in arguments:
                    yield from _filled(argument)
        case ast.Try(body=body, handlers=handlers) if any(uses(part, names) for part in body):
            for handler in handlers:
                yield from [handler.name] if handler.name else []
                yield from _stored(handler)


def _binding(node: ast.AST) -> tuple[ast.expr | None, Sequence[ast.AST]]:
    """The expression that a node takes values from, and what it binds them to."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return value, targets
        case ast.AnnAssign(target=target, value=value) | ast.AugAssign(target=target, value=value):
            return value, [target]
        case ast.NamedExpr(target=target, value=value):
            return value, [target]
        case ast.For(target=target, iter=source) | ast.AsyncFor(target=target, iter=source):
            return source, [target]
        case ast.comprehension(target=target, iter=source):
            return source, [target]
        case ast.withitem(context_expr=source, optional_vars=ast.expr() as target):
            return source, [target]
        case ast.If(test=test) | ast.While(test=test):
            return test, [node]
        case _:
            return None, []


def _stored(node: ast.AST) -> Iterator[str]:
    """The names bound in a node, and those whose attribute or item is set in it."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.ctx, ast.Store):
            yield from [part.value.id] if isinstance(part.value, ast.Name) else []


def _filled(node: ast.AST) -> Iterator[str]:
    """The names whose methods are called in a node: what an event hook appends to is derived from the event."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            yield from _receiver(part)


def _receiver(call: ast.Call) -> Iterator[str]:
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        yield call.func.value.id
