"""Which names of a check come from SQLAlchemy, read from its text: for the runs in which the stand-in says nothing."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence

from .recording import SQL, TEXT, TRANSCRIPT

_ROOT = "sqlalchemy"


def derived(trees: Iterable[ast.AST], known: Collection[str] = ()) -> set[str]:
    """The names that SQLAlchemy has a hand in, directly or through other names; `known` are so from the start."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = set(known)
    mocks: set[str] = set()
    for node in nodes:
        names.update(_imported(node))
        source, targets = _binding(node)
        if source is not None and _mock(source):
            mocks.update(name for target in targets for name in _stored(target))
    while True:
        before = len(names)
        for node in nodes:
            names.update(set(_reached(node, names)) - mocks)
        if len(names) == before:
            return names


def constant(test: ast.expr) -> bool:
    """Whether nothing in a test could ever make it false."""
    parts = {type(node) for node in ast.walk(test)}
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(isinstance(value, ast.Constant) and bool(value.value) for value in test.values)
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and not parts & {ast.Call, ast.Await}:
        # An attribute or an item may be made anew each time, so that only identity of the two is a claim.
        looked_up = isinstance(test.ops[0], ast.Is) and bool(parts & {ast.Attribute, ast.Subscript})
        if ast.dump(test.left) == ast.dump(test.comparators[0]) and not looked_up:
            return True
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
    return isinstance(test.ops[0], (ast.Eq, ast.Is)) and any(_empty(side) for side in (test.left, test.comparators[0]))


def uses(node: ast.AST, names: Collection[str]) -> bool:
    """Whether an expression mentions one of the names."""
    return any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))


def _empty(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None or (not isinstance(node.value, bool) and not node.value)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return not node.elts
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CONTAINERS:
        return all(map(_empty, node.args))
    return isinstance(node, ast.Dict) and not node.keys


_CONTAINERS = {"set", "frozenset", "list", "tuple", "dict", "str", TEXT, SQL, TRANSCRIPT}


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
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and uses(node, names):
        yield node.name
        yield from _filled(node)
    elif isinstance(node, ast.Call):
        yield from _called(node, names)
    elif isinstance(node, (ast.With, ast.AsyncWith)) and any(uses(part, names) for part in node.body):
        for item in node.items:  # it may record what happens in it
            yield from _stored(item)
    elif isinstance(node, ast.Try) and any(uses(part, names) for part in node.body):
        for handler in node.handlers:
            yield from [handler.name] if handler.name else []
            yield from _stored(handler)


def _mock(source: ast.expr) -> bool:
    """Whether a value is made by `unittest.mock`: it says what the check told it to, after whatever it was modelled."""
    return isinstance(source, ast.Call) and ast.unparse(source.func).split(".")[-1] in _MOCKS


_MOCKS = {"Mock", "MagicMock", "AsyncMock", "create_autospec"}


def _called(node: ast.Call, names: Collection[str]) -> Iterator[str]:
    """What SQLAlchemy is given it may change: objects, and what a hook fills."""
    if uses(node.func, names) or any(uses(argument, names) for argument in node.args):
        yield from _receiver(node)
        for argument in node.args:
            yield from _base(argument) if isinstance(argument, _PLACES) else _filled(argument)


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
            yield from _base(part)


def _filled(node: ast.AST) -> Iterator[str]:
    """The names that a hook changes: those whose methods it calls, and those outside it that it counts or sets."""
    outside: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            yield from _receiver(part)
        elif isinstance(part, (ast.Global, ast.Nonlocal)):
            outside.update(part.names)
        elif isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.ctx, ast.Store):
            yield from _base(part)
    yield from outside


def _receiver(call: ast.Call) -> Iterator[str]:
    """The name at the bottom of what a method is called on: `x` of `x.a.append(1)`."""
    if isinstance(call.func, ast.Attribute):
        yield from _base(call.func)


_PLACES = (ast.Name, ast.Attribute, ast.Subscript)


def _base(node: ast.expr) -> Iterator[str]:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    yield from [node.id] if isinstance(node, ast.Name) else []
