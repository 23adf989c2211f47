"""Our own deck: proved on every version and database that it claims, released as its ledger says, the same anywhere."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.decks import Ran, deckgen
from tests.services.servers import VARIABLES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only"),
]

SOURCE = Path(__file__).parents[2] / "source"
LEDGER = Path("source/sqlalchemy/ledger.json")
OURS = dict.fromkeys(VARIABLES.values(), "")  # what a user without servers gets, wherever the tests are led to


@dataclass(frozen=True)
class Released:
    """A copy of the deck that was released, in its folder."""

    folder: Path
    ran: Ran

    @property
    def report(self) -> Any:
        return json.loads((self.folder / "build" / "sqlalchemy.report.json").read_text())

    @property
    def cards(self) -> list[Any]:
        return list(self.report["cards"])

    @property
    def sum(self) -> str:
        return hashlib.sha256((self.folder / "build" / "sqlalchemy.apkg").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Released:
    folder = tmp_path_factory.mktemp("released")
    shutil.copytree(SOURCE, folder / "source")
    ran = deckgen("build", "--release", cwd=folder, SOURCE_DATE_EPOCH="1800000000", **OURS)
    return Released(folder, ran)


def test_every_card_is_verified_where_it_can_be_tried(released: Released) -> None:
    wrong = {
        each["id"]: each["results"] for each in released.cards if each["verdict"] not in ("verified", "unavailable")
    }
    assert (released.ran.status, wrong) == (0, {}), released.ran.out
    assert {each["severity"] for each in released.report["diagnostics"]} <= {"note"}


def test_it_is_proved_on_both_versions_of_sqlalchemy(released: Released) -> None:
    proved = [each for each in released.cards if each["verdict"] == "verified"]
    everywhere = [each for each in proved if each["claims"]["sqlalchemy"] in (None, ">=2.0")]
    assert len(everywhere) >= 150
    for card in everywhere:
        assert {result["environment"].split("-")[1][:13] for result in card["results"]} == {
            "sqlalchemy2.0",
            "sqlalchemy2.1",
        }, card["id"]


@pytest.mark.parametrize(("database", "least"), [("postgresql", 12), ("mariadb", 6)])
def test_what_sqlite_does_not_share_is_proved_on_servers(released: Released, database: str, least: int) -> None:
    claims = [(each, each["claims"]["database"]) for each in released.cards]
    claiming = [each for each, databases in claims if database in databases and "sqlite" not in databases]
    missing = {result["message"] for each in claiming for result in each["results"] if each["verdict"] == "unavailable"}
    if missing:
        pytest.skip("; ".join(missing))
    assert len(claiming) >= least
    assert {each["verdict"] for each in claiming} == {"verified"}


def test_the_released_ledger_is_up_to_date(released: Released) -> None:
    """Else the next release would date these notes anew. The badge names the releases of the servers."""
    before, after = ((folder / LEDGER).read_text() for folder in (SOURCE.parent, released.folder))
    servers = {each["database"] for each in released.report["environments"]}
    if not any(server.startswith("mariadb 10.11.") for server in servers):
        pytest.skip("MariaDB 10.11 is not installed, which the ledger was released with")
    assert json.loads(after) == json.loads(before)


def test_a_build_in_another_place_at_another_time_gives_the_same_bytes(released: Released, tmp_path: Path) -> None:
    """The released ledger carries the times; nothing else may differ."""
    folder = tmp_path / "over" / "there"
    shutil.copytree(released.folder / "source", folder / "source")
    ran = deckgen("build", cwd=folder, SOURCE_DATE_EPOCH="1900000000", PYTHONHASHSEED="1900000000", **OURS)
    assert (ran.status, hashlib.sha256((folder / "build" / "sqlalchemy.apkg").read_bytes()).hexdigest()) == (
        0,
        released.sum,
    )
