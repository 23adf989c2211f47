"""`text output`: what the block before it must have printed."""

from __future__ import annotations

from deckgen.checking.sandbox import recording
from deckgen.model import Fence
from deckgen.proof import Block, Mode


def compile_fence(fence: Fence, _sqlalchemy: str) -> tuple[Block, ...]:
    """An assertion at the fence's first line; white space at the end is left aside on both sides."""
    wanted = f"{recording.TEXT}({fence.code.rstrip()!r})"
    code = f"assert {recording.PRINTED}() == {wanted}, 'the block before it prints something else'"
    return (Block(code, fence.location.path, fence.location.line, mode=Mode.MATCH),)
