"""Checks are proved on the versions of SQLAlchemy and Python that their deck names, in environments that uv makes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from deckgen.checking import interpreters
from deckgen.checking.interpreters import MissingInterpreterError
from deckgen.proof import minor
from tests.decks import DECK_TOML, Ran, card, deck, deckgen

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only"),
    pytest.mark.skipif(shutil.which("uv", path=Path(sys.executable).parent) is None, reason="uv is not installed"),
]

ENVIRONMENTS = Path("build/.cache/environments")
VERSIONS = ("1.4", "2.0", "2.1")


def check(code: str) -> str:
    return f"\n```python check\nimport sqlalchemy\n\n{code}\n```\n"


CARDS = {
    "everywhere": check('assert engine.name == "sqlite"'),
    "split": check(
        'if version >= (2, 0):\n    assert hasattr(sqlalchemy.orm, "Mapped")\n'
        'else:\n    assert sqlalchemy.__version__.startswith("1.4.")'
    ),
    "refuted-on-14": check(
        'from sqlalchemy.engine import make_url\n\nassert "***" in str(make_url("postgresql://ann:secret@db/shop"))'
    ),
    "from-20": check('assert issubclass(sqlalchemy.orm.DeclarativeBase, object) and engine.name == "sqlite"'),
    "too-narrow": check("from sqlalchemy.orm import Mapped, registry\n\nassert registry().type_annotation_map == {}"),
    "nowhere": check('assert engine.name == "sqlite" and version >= (3, 0)'),
}
CLAIMS = {"from-20": ">=2.0", "too-narrow": "==2.0", "nowhere": ">=3.0"}
OUTCOMES = {
    "everywhere": ("verified", ["passed", "passed", "passed"]),
    "split": ("verified", ["passed", "passed", "passed"]),
    "refuted-on-14": ("refuted", ["refuted", "passed", "passed"]),
    "from-20": ("verified", ["passed", "passed"]),
    "too-narrow": ("verified", ["passed"]),
    "nowhere": ("not-claimed", []),
}


def attributes(name: str) -> str:
    return f'#{name} sqlalchemy="{CLAIMS[name]}"' if name in CLAIMS else f"#{name}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the deck, and all the environments once it was proved."""
    found = tmp_path_factory.mktemp("versions")
    text = "".join(card(1, "An answer.", check=each, attributes=attributes(name)) for name, each in CARDS.items())
    deck(found / "deck", text)
    return found


@pytest.fixture(scope="module")
def proved(folder: Path) -> Any:
    options = [word for version in VERSIONS for word in ("--sqlalchemy", version)]
    return deckgen("verify", "deck", *options, "--format", "json", cwd=folder)


def test_each_version_has_an_outcome_of_its_own(proved: Ran) -> None:
    cards = proved.json["cards"]
    assert {each["id"]: (each["verdict"], [one["outcome"] for one in each["results"]]) for each in cards} == OUTCOMES


def test_the_exact_versions_are_reported(proved: Ran) -> None:
    found = {each["sqlalchemy"] for each in proved.json["environments"]}
    assert [minor(each) for each in sorted(found)] == list(VERSIONS)
    assert all(each.count(".") == 2 for each in found)


def test_a_claim_that_is_too_narrow_is_a_warning(proved: Ran) -> None:
    warned = {each["message"] for each in proved.json["diagnostics"] if each["code"] == "D055"}
    assert warned == {"the card also holds on SQLAlchemy 2.1 with sqlite, which it does not claim"}


def test_what_is_made_once_needs_neither_uv_nor_a_network(proved: Ran, folder: Path) -> None:
    arguments = ("verify", "deck", "--sqlalchemy", "2.0", "--no-cache", "--format", "json")
    again = deckgen(*arguments, cwd=folder, PATH="/nonexistent", UV_OFFLINE="1").json
    assert [each["id"] for each in again["environments"]] == [proved.json["environments"][1]["id"]]
    assert again["summary"]["unavailable"] == 0


def test_a_version_that_cannot_be_had_is_unavailable_and_says_why(folder: Path) -> None:
    ran = deckgen("verify", "deck/cards.md::everywhere", "--sqlalchemy", "9.9", "--format", "json", cwd=folder)
    (found,) = ran.json["cards"]
    assert (found["verdict"], ran.status) == ("unavailable", 1)
    assert "sqlalchemy==9.9.*" in found["results"][0]["message"]


def test_an_index_that_cannot_be_reached_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What uv has fetched before is tried then, but that this is not enough is not the reason."""
    for name, value in {
        "DEFAULT_INDEX": "http://127.0.0.1:9/",
        "CACHE_DIR": str(tmp_path),
        "HTTP_RETRIES": "0",
    }.items():
        monkeypatch.setenv(f"UV_{name}", value)
    with pytest.raises(MissingInterpreterError, match=r"uv cannot make it: .*127\.0\.0\.1:9"):
        interpreters.find(tmp_path / "made", None, "2.0", [])


def test_an_environment_that_is_spoiled_says_what_to_do(tmp_path: Path) -> None:
    place = Path(interpreters.find(tmp_path, None, "2.0", []).path).parents[1]
    (place / "bin" / "python").unlink()
    interpreters.made.cache_clear()
    with pytest.raises(MissingInterpreterError, match="does not work any more: delete it"):
        interpreters.find(tmp_path, None, "2.0", [])


def test_two_that_make_the_same_environment_get_the_same(tmp_path: Path) -> None:
    command = [
        sys.executable, "-c",
        "import sys; from pathlib import Path; from deckgen.checking import interpreters\n"
        "print(interpreters.find(Path(sys.argv[1]), None, '2.0', []).path)",
        str(tmp_path / "made"),
    ]  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(subprocess.run, command, capture_output=True, text=True, check=True) for _ in range(2)]
    (path,) = {each.result().stdout.strip() for each in both}
    assert Path(path).exists()
    assert len(os.listdir(tmp_path / "made")) == 1


def test_another_python_is_an_environment_of_its_own(tmp_path: Path) -> None:
    other, folder = another_python()
    own = minor(interpreters.here().python)
    toml = f'{DECK_TOML}[verify]\npython = ["{own}", "{other}"]\n'
    source = card(1, "An answer.", check=check('assert engine.driver == "pysqlite"'))
    deck(tmp_path / "deck", source, toml=toml)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    ran = deckgen("verify", "deck", "--format", "json", cwd=tmp_path, PATH=path)
    assert [minor(each["python"]) for each in ran.json["environments"]] == [own, other]
    assert {minor(each["sqlalchemy"]) for each in ran.json["environments"]} == {minor(sqlalchemy.__version__)}
    assert [each["verdict"] for each in ran.json["cards"]] == ["verified"]


def another_python() -> tuple[str, Path]:
    """Another minor version of Python that works here, on the PATH or installed beside this one, and its folder."""
    beside = [path.parent for path in Path(sys.base_prefix).parent.glob("*/bin/python3")]
    for folder in [*map(Path, os.environ["PATH"].split(os.pathsep)), *beside]:
        for number in set(range(11, 20)) - {sys.version_info.minor}:
            program = folder / f"python3.{number}"
            if program.exists() and subprocess.run([program, "-c", ""], capture_output=True).returncode == 0:
                return f"3.{number}", folder
    pytest.skip("no other Python from 3.11 on is installed")
