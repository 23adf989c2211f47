"""Python that runs as it stands: examples, set-up, and checks and refutes, whose assertions are the expectations."""

from __future__ import annotations

from deckgen.model import Fence
from deckgen.proof import Block


def compile_fence(fence: Fence, _sqlalchemy: str) -> tuple[Block, ...]:
    """The block of a Python fence or of a sidecar's function."""
    return (Block(fence.code, fence.location.path, fence.location.line, fence.entry),)
