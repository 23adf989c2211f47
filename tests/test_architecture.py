"""The house is as its plan says: imports, sizes, names of the registries, and what the documents promise."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import click
import pytest

from deckgen import model, rules
from deckgen.checking import kinds
from deckgen.checking.databases import DATABASES
from deckgen.checking.executors import EXECUTORS
from deckgen.cli import cli
from deckgen.diagnostics import Rule
from deckgen.packing import notetypes
from deckgen.publishing import diff
from deckgen.publishing.reports import FORMATS
from deckgen.reading import decks

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "deckgen").rglob("*.py"))


def test_imports_point_inwards() -> None:
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_can_be_read_at_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


def test_the_sandbox_imports_itself_only_relatively() -> None:
    """It runs under interpreters that have neither deckgen nor its dependencies."""
    for path in (ROOT / "deckgen" / "checking" / "sandbox").glob("*.py"):
        assert "deckgen" not in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.MULTILINE)


def test_every_note_type_that_can_be_named_is_registered() -> None:
    assert set(model.NOTE_TYPES) == set(notetypes.KINDS)


def test_registries_hold_what_the_nouns_name() -> None:
    assert set(DATABASES) <= set(model.Database)
    assert set(kinds.KINDS) <= set(model.Role)
    for command, formats in (("lint", FORMATS), ("diff", diff.FORMATS)):
        [form] = [each for each in cli.commands[command].params if each.name == "form"]
        assert isinstance(form.type, click.Choice)
        assert set(form.type.choices) == set(formats)
    [executor] = [each for each in cli.commands["verify"].params if each.name == "executor"]
    assert isinstance(executor.type, click.Choice)
    assert set(executor.type.choices) == set(EXECUTORS)


def test_every_diagnostic_has_a_code_of_its_own() -> None:
    found = [rule for rule in vars(rules).values() if isinstance(rule, Rule)]
    assert len(found) > 30
    assert list(rules.RULES.values()) == found
    assert all(re.fullmatch(r"D\d{3}", rule.code) and rule.message and rule.hint for rule in found)


def test_commands_and_targets_that_the_readmes_name_exist() -> None:
    text = "\n".join((ROOT / name).read_text() for name in ("README.md", "source/README.md", "tests/README.md"))
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^(?:\.\w+/)?make ([a-z-]+)|`make ([a-z-]+)`", text, re.MULTILINE))
    assert len(targets) > 4
    for target in (first or second for first, second in targets):
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), f"make {target}"
    commands = set(re.findall(r"(?:\.venv/bin/|`)deckgen ([a-z]+)", text))
    assert {"build", "lint", "verify"} <= commands <= cli.commands.keys()


def test_our_deck_is_written_with_care() -> None:
    """Every card has an id, a check and an answer that fits a phone; every question of the interview is there."""
    [deck] = decks.read([str(ROOT / "source")]).decks
    assert not deck.diagnostics
    assert all(card.checked and card.answered for card in deck.cards)
    for card in deck.cards:
        levels = [tag for tag in card.tags if tag in ("level::junior", "level::senior")]
        assert len(levels) == 1 < len(card.tags), card.id
    [interview] = (document.cards for document in deck.documents if document.path == "00-interview.md")
    groups = [label for label, _ in groupby(card.label for card in interview)]
    assert sorted(groups) == sorted(f"Q{number}" for number in range(1, 18))
    for card in deck.cards:
        prose = re.sub(r"<[^>]*>", "", "".join(part.text for part in card.answer if isinstance(part, model.Html)))
        assert len(prose.split()) <= 45, card.id
        for part in card.answer:
            if isinstance(part, model.Fence) and part.language not in model.DIAGRAMS:
                lines = part.code.splitlines()
                assert len(lines) <= 10, card.id
                assert max(map(len, lines)) <= 44, card.id


def test_no_index_is_named_where_versions_are_pinned() -> None:
    lines = (ROOT / ".ci" / "constraints.txt").read_text().splitlines()
    assert lines
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
