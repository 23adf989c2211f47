"""What runs to prove a card: everything in order, and each misconception behind the set-up and the example alone."""

from __future__ import annotations

from dataclasses import replace

from deckgen.checking.kinds import program
from deckgen.diagnostics import Location
from deckgen.model import Fence, Role
from deckgen.proof import Block, Program
from tests.unit.cards import card


def fence(role: Role, line: int, *, entry: str | None = None) -> Fence:
    return Fence(role, "python", f"line {line}", Location("cards.md", line), entry=entry)


def block(line: int) -> Block:
    return Block(f"line {line}", "cards.md", line)


def test_the_fences_run_in_document_order() -> None:
    roles = [Role.SHOWN, Role.SETUP, Role.CHECK, Role.SHOWN, Role.CHECK, Role.SETUP]
    fences = [fence(role, 10 * number) for number, role in enumerate(roles, 1)]
    assert program(card("one", *fences), "2.1.9") == Program(tuple(block(10 * number) for number in range(1, 7)))


def test_each_misconception_runs_behind_all_set_up_and_examples_and_no_check() -> None:
    fences = [
        fence(Role.SETUP, 10),
        fence(Role.CHECK, 20),
        fence(Role.REFUTE, 30),
        fence(Role.SHOWN, 40),
        fence(Role.REFUTE, 50),
    ]
    made = program(card("one", *fences), "2.1.9")
    assert made.blocks == (block(10), block(20), block(40))
    assert made.refutes == ((block(10), block(40), block(30)), (block(10), block(40), block(50)))


def test_a_function_of_a_sidecar_runs_like_a_fence() -> None:
    made = program(card("one", fence(Role.SHOWN, 10), fence(Role.CHECK, 1, entry="check_q1")), "2.1.9")
    assert made == Program((block(10), replace(block(1), entry="check_q1")))


def test_a_card_without_code_has_an_empty_program() -> None:
    assert program(card("one"), "2.1.9") == Program(())
