"""`sql emitted`: the statements that the block before it must have sent, or that its last expression compiles to."""

from __future__ import annotations

from deckgen.checking.sandbox import recording, statements
from deckgen.model import Fence
from deckgen.proof import Block, Mode, within


def compile_fence(fence: Fence, sqlalchemy: str) -> tuple[Block, ...]:
    """An assertion at the fence's first line, which rests where the fence is meant for other versions.

    Statements that begin and end transactions are compared only where the fence has one itself.
    """
    dialect = fence.attributes.get("dialect")
    transactions = any(statements.transactional(line) for line in fence.code.split("\n"))
    wanted = f"{recording.SQL}({fence.code.rstrip()!r})"
    code = f"assert {recording.SENT}({dialect!r}, {transactions}) == {wanted}, 'other SQL is emitted'"
    meant = within(fence.attributes.get("sqlalchemy"), sqlalchemy)
    return (Block(code if meant else f"if False: {code}", fence.location.path, fence.location.line, mode=Mode.MATCH),)
