"""What is here is used, and nothing is made for it; what cannot be made says why."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import sqlalchemy

from deckgen.checking import interpreters
from deckgen.checking.interpreters import MissingInterpreterError
from deckgen.proof import minor

INSTALLED = sqlalchemy.__version__
PYTHON = interpreters.here().python


def test_the_interpreter_here_knows_its_packages_by_their_canonical_names() -> None:
    here = interpreters.here()
    assert here.path == sys.executable
    assert here.version("SQLAlchemy") == here.version("sqlalchemy") == INSTALLED
    assert here.version("import_linter") is not None
    assert here.version("no-such-package") is None


@pytest.mark.parametrize("python", [None, PYTHON, minor(PYTHON)])
@pytest.mark.parametrize("version", [None, INSTALLED, minor(INSTALLED)])
def test_what_is_here_is_used(tmp_path: Path, python: str | None, version: str | None) -> None:
    assert interpreters.find(tmp_path / "made", python, version, ["aiosqlite>=0.20"]) is interpreters.here()
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("python", "version", "drivers"),
    [(f"{PYTHON}.1", None, []), (None, f"{INSTALLED}1", []), (None, None, ["no-such-driver"])],
    ids=["another python", "another release", "a driver"],
)
def test_what_is_not_here_has_to_be_made(
    tmp_path: Path, python: str | None, version: str | None, drivers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))  # uv is looked for beside it
    with pytest.raises(MissingInterpreterError, match=r"uv is not installed: install deckgen-verified\[versions\]"):
        interpreters.find(tmp_path / "made", python, version, drivers)
    assert list((tmp_path / "made").iterdir()) == []


@pytest.mark.parametrize(
    ("python", "version", "says"),
    [("3.10", None, "Python 3.11 and newer, not on 3.10"), (None, "1.3", "SQLAlchemy 1.4 and newer, not on 1.3")],
)
def test_what_the_sandbox_cannot_run_on_is_not_made(
    tmp_path: Path, python: str | None, version: str | None, says: str
) -> None:
    with pytest.raises(MissingInterpreterError, match=f"checks run on {says}"):
        interpreters.find(tmp_path / "made", python, version, [])
    assert not (tmp_path / "made").exists()
