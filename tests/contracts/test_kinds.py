"""Every kind of check compiles a fence to a block that stands where the fence stood, and runs nothing here."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from deckgen.checking.kinds import KINDS, program
from deckgen.diagnostics import Location
from deckgen.model import CHECK_ROLES, Card, Fence, Role
from deckgen.reading.decks import decode
from deckgen.reading.grammar import read

HOSTILE = {
    "not Python": "assert ==",
    "a null": "x = '\0'",
    "nested beyond any parser": "(" * 100_000,
    "ends the process": "import os; os._exit(1)",
    "nothing": "",
}
NOT_CODE = {Role.TEXT, Role.FRAGMENT}
LANGUAGES = {Role.OUTPUT: "text output", Role.EMITTED: "sql emitted", Role.PYCON: "pycon", Role.SHOWN: "python"}


def fence(role: Role, code: str, **changes: object) -> Fence:
    made = Fence(role=role, language="python", code=code, location=Location("deck/cards.md", 7))
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", KINDS)
def test_a_block_stands_where_its_fence_stood(role: Role) -> None:
    block = KINDS[role](fence(role, "x = 1\nassert x == 1\n"))
    assert (block.path, block.line, block.entry) == ("deck/cards.md", 7, None)
    tree = ast.parse("\n" * (block.line - 1) + block.code)
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)] == [8]


@pytest.mark.parametrize("role", KINDS)
def test_a_function_of_a_sidecar_is_the_entry_of_its_block(role: Role) -> None:
    made = fence(role, "def check_q1():\n    assert 1\n", entry="check_q1", location=Location("deck/cards.checks.py"))
    block = KINDS[role](made)
    assert (block.path, block.line, block.entry) == ("deck/cards.checks.py", 1, "check_q1")


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("role", KINDS)
def test_an_author_s_code_is_not_compiled_here(role: Role, code: str) -> None:
    assert KINDS[role](fence(role, code)).line == 7


@pytest.mark.parametrize("role", sorted(set(Role) - NOT_CODE))
def test_a_card_that_the_reader_lets_through_has_a_kind_for_each_of_its_fences(role: Role) -> None:
    info = LANGUAGES.get(role, f"python {role}")
    source = decode(f"Q1. What?\n\nThis.\n\n```{info}\nx\n```\n".encode(), "cards.md")
    (card,) = read(source, "cards.md").cards  # type: ignore[arg-type] # it is good text
    assert [each.role for each in card.fences] == [role]
    assert bool(card.defects) is (role not in KINDS)


@pytest.mark.parametrize("role", sorted(set(KINDS) & CHECK_ROLES))
def test_a_kind_of_check_takes_part_in_the_program(role: Role) -> None:
    (card,) = read_card(f"```{LANGUAGES.get(role, f'python {role}')}\nassert 1\n```\n")
    assert [block.line for block in program(card).blocks] == [6]


def read_card(body: str) -> tuple[Card, ...]:
    source = decode(f"Q1. What?\n\nThis.\n\n{body}".encode(), "cards.md")
    return read(source, "cards.md").cards  # type: ignore[arg-type] # it is good text
