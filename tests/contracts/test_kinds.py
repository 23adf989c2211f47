"""Every kind of check compiles a fence to blocks that stand where the fence stood, and runs nothing here."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from deckgen.checking.kinds import KINDS, program
from deckgen.diagnostics import Location
from deckgen.model import CHECK_ROLES, Card, Fence, Role
from deckgen.reading.grammar import read
from deckgen.reading.sources import decode

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


CODE = {
    Role.OUTPUT: ("1\n2\n", [7]),
    Role.EMITTED: ("SELECT 1;\nSELECT 2;\n", [7]),
    Role.PYCON: (
        ">>> x = 1\n>>> for y in [x]:\n...     y\n1\n2\n>>> 1/0\nTraceback (most recent call last):\nE: no\n",
        [7, 10, 13],
    ),
}


@pytest.mark.parametrize("role", KINDS)
def test_assertions_stand_where_what_they_expect_stands(role: Role) -> None:
    code, lines = CODE.get(role, ("x = 1\nassert x == 1\n", [8]))
    found = []
    for block in KINDS[role](fence(role, code), "2.1.9"):
        assert (block.path, block.entry) == ("deck/cards.md", None)
        tree = ast.parse("\n" * (block.line - 1) + block.code)
        found += [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    assert found == lines


@pytest.mark.parametrize("role", [Role.CHECK, Role.REFUTE])
def test_a_function_of_a_sidecar_is_the_entry_of_its_block(role: Role) -> None:
    made = fence(role, "def check_q1():\n    assert 1\n", entry="check_q1", location=Location("deck/cards.checks.py"))
    (block,) = KINDS[role](made, "2.1.9")
    assert (block.path, block.line, block.entry) == ("deck/cards.checks.py", 1, "check_q1")


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("role", KINDS)
def test_an_author_s_code_is_not_compiled_here(role: Role, code: str) -> None:
    transcript = "".join(f">>> {line}\n" for line in code.split("\n"))
    blocks = KINDS[role](fence(role, transcript if role is Role.PYCON else code), "2.1.9")
    assert [block.line for block in blocks][:1] == ([7] if code or role is not Role.PYCON else [])


@pytest.mark.parametrize("role", sorted(set(Role) - NOT_CODE))
def test_a_card_that_the_reader_lets_through_has_a_kind_for_each_of_its_fences(role: Role) -> None:
    info = LANGUAGES.get(role, f"python {role}")
    (card,) = read_card(f"```python\nx\n```\n\n```{info}\n>>> x\n```\n")
    assert [each.role for each in card.fences] == [Role.SHOWN, role]
    assert not card.defects
    assert role in KINDS


@pytest.mark.parametrize("role", sorted(set(KINDS) & CHECK_ROLES))
def test_a_kind_of_check_takes_part_in_the_program(role: Role) -> None:
    (card,) = read_card(f"```{LANGUAGES.get(role, f'python {role}')}\n>>> assert 1\n```\n")
    assert program(card, "2.1.9").blocks[0].line == 6


def read_card(body: str) -> tuple[Card, ...]:
    source = decode(f"Q1. What?\n\nThis.\n\n{body}".encode(), "cards.md")
    return read(source, "cards.md").cards  # type: ignore[arg-type] # it is good text
