"""Functions beside a document become fences of its cards, each alone in its file and with its lines kept."""

from __future__ import annotations

import pytest

from deckgen.diagnostics import Diagnostic, Source
from deckgen.model import Card, Fence, Role
from deckgen.reading import grammar, sidecar

DOCUMENT = """Q1. What is a sail? {#sail}

Cloth.

Q2. What is a mast? {#main-mast}

Wood.

Q.03 What is a rope?

A line.
"""


def attach(checks: str, document: str = DOCUMENT) -> tuple[list[Card], list[Diagnostic]]:
    cards = grammar.read(Source.of("boat.md", document), "boat.md").cards
    return sidecar.attach(cards, Source.of("boat.checks.py", checks), "boat.md")


def fences(checks: str, document: str = DOCUMENT) -> dict[str, list[Fence]]:
    cards, found = attach(checks, document)
    assert found == []
    return {card.id: list(card.fences) for card in cards if card.fences}


TARGETS = {
    "label": ("def check_q1(): pass", "sail", Role.CHECK),
    "label in capitals": ("def check_Q1(): pass", "sail", Role.CHECK),
    "label with a zero": ("def check_q03(): pass", "what-is-a-rope", Role.CHECK),
    "id": ("def check_sail(): pass", "sail", Role.CHECK),
    "id with a hyphen": ("def check_main_mast(): pass", "main-mast", Role.CHECK),
    "id made from words": ("def check_what_is_a_rope(): pass", "what-is-a-rope", Role.CHECK),
    "refute by label": ("def refute_q2(): pass", "main-mast", Role.REFUTE),
    "refute by id": ("def refute_main_mast(): pass", "main-mast", Role.REFUTE),
    "async": ("async def check_q1(): pass", "sail", Role.CHECK),
    "parameters": ("def check_q1(x=1) -> None: pass", "sail", Role.CHECK),
}


@pytest.mark.parametrize(("line", "card_id", "role"), TARGETS.values(), ids=TARGETS.keys())
def test_a_function_belongs_to_the_card_it_names(line: str, card_id: str, role: Role) -> None:
    [(attached, [fence])] = fences(f"{line}\n").items()
    assert (attached, fence.role, fence.language) == (card_id, role, "python")
    assert f"def {fence.entry}(" in line
    assert (str(fence.location), fence.code) == ("boat.checks.py:1:1", f"{line}\n")


def test_a_card_may_have_several_functions() -> None:
    given = fences("def check_q1(): pass\ndef check_sail(): pass\ndef refute_q1(): pass\n")
    assert [fence.entry for fence in given["sail"]] == ["check_q1", "check_sail", "refute_q1"]


def test_functions_come_after_the_fences_of_the_document() -> None:
    document = "Q1. What? {#sail}\n\nCloth.\n\n```python check\nassert True\n```\n"
    own, beside = fences("def check_q1(): pass\n", document)["sail"]
    assert (own.code, own.entry, beside.entry) == ("assert True\n", None, "check_q1")


def test_a_check_beside_the_document_makes_a_card_checked() -> None:
    sail, mast, rope = attach("def check_q1(): pass\ndef refute_q2(): pass\n")[0]
    assert (sail.checked, mast.checked, rope.checked) == (True, False, False)


def test_an_id_goes_before_a_label() -> None:
    document = "Q1. What? {#q2}\n\nCloth.\n\nQ2. Who? {#who}\n\nI.\n"
    assert list(fences("def check_q2(): pass\n", document)) == ["q2"]


CHECKS = '''"""Checks of the boat."""
from boat import sail

WIDTH = 3


@retry
@slow(
    times=2,
)
def check_q1():
    text = """
def check_q9():
    lost = 1
"""
    assert sail(text)
# a note at the margin
    assert WIDTH


def helper():
    return 1


async def check_main_mast(): assert helper()


class Rig:
    def check_q2(self):
        return 1


def refute_q1():
    assert WIDTH == 4


DEPTH = 2
'''


def test_every_check_stands_alone_with_its_lines_where_they_were() -> None:
    given = fences(CHECKS)
    assert {name: [fence.entry for fence in found] for name, found in given.items()} == {
        "sail": ["check_q1", "refute_q1"],
        "main-mast": ["check_main_mast"],
    }
    lines = CHECKS.split("\n")
    blank = {"check_q1": range(7, 20), "check_main_mast": range(25, 26), "refute_q1": range(33, 35)}
    for fence in (fence for found in given.values() for fence in found):
        removed = {number for name, numbers in blank.items() if name != fence.entry for number in numbers}
        expected = ["" if number in removed else line for number, line in enumerate(lines, 1)]
        assert fence.code.split("\n") == expected


def test_code_around_the_checks_still_compiles() -> None:
    for found in fences(CHECKS).values():
        for fence in found:
            names = compile(fence.code, "boat.checks.py", "exec").co_names
            assert {"WIDTH", "DEPTH", "helper", "Rig", fence.entry} <= set(names)


SHOWN = {
    "between statements": ("x = 1\n\n\ndef check_q1():\n    assert x\n\n\ny = 2\n", "def check_q1():\n    assert x\n"),
    "with its decorators": ("@a\n@b\ndef check_q1():\n    pass\n", "@a\n@b\ndef check_q1():\n    pass\n"),
    "on one line": ("def check_q1(): assert True", "def check_q1(): assert True\n"),
    "with a blank line": (
        "def check_q1():\n    a = 1\n\n    assert a\n",
        "def check_q1():\n    a = 1\n\n    assert a\n",
    ),
    "with a comment inside": ("def check_q1():\n    # why\n    pass\n", "def check_q1():\n    # why\n    pass\n"),
    "without the comment on what follows": (
        "def check_q1():\n    pass\n\n\n# The mast.\ndef check_q2():\n    pass\n",
        "def check_q1():\n    pass\n",
    ),
}


@pytest.mark.parametrize(("checks", "shown"), SHOWN.values(), ids=SHOWN.keys())
def test_the_card_shows_the_function_alone(checks: str, shown: str) -> None:
    assert fences(checks)["sail"][0].display == shown


NOTHING = {
    "empty": "",
    "white space": "\n\n",
    "a comment": "# none yet\n",
    "a docstring": '"""None yet."""\n',
    "set-up only": "x = 1\n",
    "helpers": "def helper():\n    return 1\n\n\ndef checks():\n    pass\n\n\ndef check():\n    pass\n",
    "in a class": "class Rig:\n    def check_q1(self):\n        pass\n",
    "in a string": "x = '''\ndef check_q1():\n    pass\n'''\n",
    "assigned": "check_q1 = 1\n",
    "a lone def": "def\n",
    "a lone async": "async\n",
    "async without def": "async with x: pass\n",
    "half a definition": "async def\n",
    "a lone decorator": "@\n",
}


UNWRITTEN = {
    "dots": "def check_q1():\n    ...\n",
    "dots on the line": "def check_q1(): ...\n",
    "a docstring": 'def check_q1():\n    """What is a sail?"""\n',
    "a docstring and dots": "def check_q1():\n    r'a\\b'\n\n    ...  # soon\n",
    "with parameters": "async def check_q1(x: int = {1: 2}[1]) -> dict[str, int]:\n    ...\n",
    "with a decorator": "@slow\ndef check_q1():\n    ...\n",
    "a refute": "def refute_q1():\n    ...\n",
}
WRITTEN = {
    "pass": "def check_q1():\n    pass\n",
    "an assertion behind dots": "def check_q1():\n    ...\n    assert sail\n",
    "an assertion on the line": "def check_q1(): ...; assert sail\n",
    "dots in a block": "def check_q1():\n    with sail: ...\n",
    "an annotation": "def check_q1():\n    x: ...\n",
    "a string that runs": "def check_q1():\n    f'{sail()}'\n",
    "something done to a string": "def check_q1():\n    'a' % sail\n",
    "something done to dots": "def check_q1():\n    ... .sail\n",
    "no body": "def check_q1():\n    # assert sail\n",
    "no body and a colon inside": "def check_q1(x={1: 2}):\n",
}


@pytest.mark.parametrize("checks", UNWRITTEN.values(), ids=UNWRITTEN.keys())
def test_a_function_that_is_still_to_be_written_is_none(checks: str) -> None:
    assert list(fences(f"{checks}def check_q2():\n    assert mast\n")) == ["main-mast"]


@pytest.mark.parametrize("checks", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_function_that_does_anything_is_one(checks: str) -> None:
    assert list(fences(checks)) == ["sail"]


def test_a_function_that_is_still_to_be_written_must_belong_to_a_question_and_be_the_only_one() -> None:
    _, found = attach("def check_sial(): ...\ndef check_q1(): ...\ndef check_q1(): assert sail\n")
    assert [(each.code, each.location.line) for each in found] == [("D028", 1), ("D030", 3)]


@pytest.mark.parametrize("checks", NOTHING.values(), ids=NOTHING.keys())
def test_what_is_no_check_at_the_margin_is_set_up(checks: str) -> None:
    cards, found = attach(checks)
    assert found == []
    assert [card.fences for card in cards] == [(), (), ()]


def test_a_decorator_of_something_else_is_not_taken_along() -> None:
    [fence] = fences("@one\nclass Rig:\n    pass\n\n\n@two\ndef check_q1():\n    pass\n")["sail"]
    assert fence.display == "@two\ndef check_q1():\n    pass\n"


UNKNOWN = {
    "mistyped id": ("def check_sial(): pass", "check_sial", "did you mean `check_sail`?"),
    "mistyped id of a refute": ("def refute_main_msat(): pass", "refute_main_msat", "did you mean `refute_main_mast`?"),
    "a label that is not there": ("def check_q4(): pass", "check_q4", "did you mean `check_q"),
    "unlike any": ("def check_zzzzzzzzzzzzz(): pass", "check_zzzzzzzzzzzzz", "check_q1"),
}


@pytest.mark.parametrize(("line", "name", "hint"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_a_function_of_no_question_is_reported(line: str, name: str, hint: str) -> None:
    cards, [report] = attach(f"x = 1\n\n\n@deco\n{line}\n\n\ndef check_q1(): pass\n")
    assert (report.code, str(report.location), report.excerpt) == ("D028", "boat.checks.py:4:1", "@deco")
    assert report.message == f"`{name}` belongs to no question of boat.md"
    assert hint in report.hint
    assert [len(card.fences) for card in cards] == [1, 0, 0]


def test_a_label_that_occurs_twice_cannot_be_used() -> None:
    document = DOCUMENT.replace("Q2.", "Q1.")
    cards, [report] = attach("def check_q1(): pass\n", document)
    assert (report.code, report.location.line) == ("D027", 1)
    assert "`check_q1`" in report.message
    assert "2 questions" in report.message
    assert "`check_sail`, `check_main_mast`" in report.hint
    assert [card.fences for card in cards] == [(), (), ()]


def test_ids_that_are_one_name_in_python_are_not_blamed_on_a_label() -> None:
    document = "Q1. What? {#a-b}\n\nCloth.\n\nQ2. Who? {#a_b}\n\nI.\n"
    cards, [report] = attach("def check_a_b(): pass\n", document)
    assert [card.fences for card in cards] == [(), ()]
    assert report.severity.value == "error"
    assert "label Q1" not in report.message


def test_a_function_defined_twice_is_reported_and_the_first_one_kept() -> None:
    cards, [report] = attach("def check_q1():\n    first = 1\n\n\ndef check_q1():\n    second = 2\n")
    assert (report.code, report.location.line) == ("D030", 5)
    [fence] = cards[0].fences
    assert fence.code == "def check_q1():\n    first = 1\n\n\n\n\n"


UNREADABLE = {
    "an open bracket": ("x = 1\ncheck = (\n", 2, 3),
    "an open bracket on the last line": ("x = 1\ncheck = (", 2, 2),
    "an open bracket on the only line": ("{", 1, 1),
    "an open string": ("x = 1\ny = '''\nz = 2\n", 2, 2),
    "an indent that fits none": ("if x:\n        a\n    b\n", 3, 3),
}


@pytest.mark.parametrize(("checks", "first", "last"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_is_not_python_is_reported_inside_it(checks: str, first: int, last: int) -> None:
    cards, [report] = attach(f"def check_q1():\n    pass\n{checks}")
    assert report.code == "D029"
    assert first + 2 <= report.location.line <= last + 2
    assert 1 <= report.location.column <= len(report.excerpt) + 1
    assert [card.fences for card in cards] == [(), (), ()]
