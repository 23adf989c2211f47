"""The kinds of check; each compiles a fence to the block of Python that runs for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deckgen.checking.kinds import python
from deckgen.model import Block, Card, Fence, Program, Role

KINDS: Mapping[Role, Callable[[Fence], Block]] = {
    Role.SHOWN: python.compile_fence,
    Role.SETUP: python.compile_fence,
    Role.CHECK: python.compile_fence,
    Role.REFUTE: python.compile_fence,
}


def program(card: Card) -> Program:
    """What runs to prove a card: everything but the refutes, and each refute behind set-up and shown blocks alone."""
    compiled = [(fence.role, KINDS[fence.role](fence)) for fence in card.fences]
    example = tuple(block for role, block in compiled if role in (Role.SHOWN, Role.SETUP))
    return Program(
        blocks=tuple(block for role, block in compiled if role is not Role.REFUTE),
        refutes=tuple((*example, block) for role, block in compiled if role is Role.REFUTE),
    )
