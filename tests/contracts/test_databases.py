"""Every registered database says what it is, and a check that runs on it finds itself there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deckgen.checking import interpreters
from deckgen.checking.databases import DATABASES
from deckgen.checking.environments import places
from deckgen.checking.verify import verify
from deckgen.effort import Effort
from deckgen.model import Database
from deckgen.proof import Passed
from tests.isolation.harness import card, quietly, write

CHECK = """
from sqlalchemy import text

assert engine.name == "{name}"
assert session.get_bind() is engine
assert session.scalar(text("select 41 + 1")) == 42
"""


@pytest.mark.parametrize("database", DATABASES)
def test_a_database_describes_itself_by_name_and_version(database: Database) -> None:
    assert re.fullmatch(rf"{database.value} \d+(\.\d+)+", DATABASES[database].describe(interpreters.here()))


SERVED = [pytest.param(each, marks=[pytest.mark.slow] * (each is not Database.SQLITE)) for each in DATABASES]


@pytest.mark.parametrize("database", SERVED)
def test_a_check_runs_on_the_database_that_its_deck_names(database: Database, tmp_path: Path) -> None:
    document = card("Here", CHECK.format(name=database.value))
    deck = write(tmp_path, {"cards.md": document}, extra=f'databases = ["{database.value}"]\n')
    (place,) = places(deck, Effort())
    assert place.missing is None
    assert place.environment.id.endswith(f"-{database.value}")
    (judgement,) = verify(deck, quietly).judgements
    (result,) = judgement.results
    assert result.outcome == Passed(expectations=3)


EMPTY_AND_THEN_NOT = """
from sqlalchemy import Column, Integer, MetaData, Table, inspect

assert inspect(engine).get_table_names() == []
Table("made", MetaData(), Column("x", Integer)).create(engine)
assert inspect(engine).get_table_names() == ["made"]
"""


@pytest.mark.parametrize("database", SERVED)
def test_every_check_starts_on_an_empty_database(database: Database, tmp_path: Path) -> None:
    document = card("One", EMPTY_AND_THEN_NOT) + card("Two", EMPTY_AND_THEN_NOT)
    deck = write(tmp_path, {"cards.md": document}, extra=f'databases = ["{database.value}"]\n')
    judgements = verify(deck, quietly, Effort(workers=1)).judgements
    assert [judgement.verdict for judgement in judgements] == ["verified", "verified"]
