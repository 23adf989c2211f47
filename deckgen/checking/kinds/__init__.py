"""The kinds of check; each compiles a fence to the blocks of Python that run for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deckgen.checking.kinds import emitted, output, pycon, python
from deckgen.model import Card, Fence, Role
from deckgen.proof import Block, Mode, Program

# A kind is given the version of SQLAlchemy, since what a fence expects may be meant for some of them alone.
KINDS: Mapping[Role, Callable[[Fence, str], tuple[Block, ...]]] = {
    Role.SHOWN: python.compile_fence,
    Role.SETUP: python.compile_fence,
    Role.CHECK: python.compile_fence,
    Role.REFUTE: python.compile_fence,
    Role.OUTPUT: output.compile_fence,
    Role.EMITTED: emitted.compile_fence,
    Role.PYCON: pycon.compile_fence,
}
_EXAMPLES = (Role.SHOWN, Role.SETUP, Role.PYCON)


def program(card: Card, sqlalchemy: str) -> Program:
    """What runs to prove a card: everything but the refutes, and each refute behind set-up and examples alone."""
    compiled = [(fence.role, block) for fence in card.fences for block in KINDS[fence.role](fence, sqlalchemy)]
    example = tuple(block for role, block in compiled if role in _EXAMPLES and block.mode is not Mode.MATCH)
    return Program(
        blocks=tuple(block for role, block in compiled if role is not Role.REFUTE),
        refutes=tuple((*example, block) for role, block in compiled if role is Role.REFUTE),
    )
