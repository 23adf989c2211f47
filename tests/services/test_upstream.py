"""The next SQLAlchemy is proved on before it is released: an index offers a pre-release that behaves in another way."""

from __future__ import annotations

import base64
import hashlib
import shutil
import sys
import zipfile
from collections.abc import Mapping
from importlib.metadata import distribution, version
from pathlib import Path

import pytest

from deckgen.options import OK, SURROUNDINGS, WRONG_CARDS
from tests.decks import Ran, card, deck, deckgen

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only"),
    pytest.mark.skipif(shutil.which("uv", path=Path(sys.executable).parent) is None, reason="uv is not installed"),
]

NEXT = "9.9.0b1"  # no other release is newer
CHANGED = {"sqlalchemy/orm/session.py": ("expire_on_commit: bool = True", "expire_on_commit: bool = False")}


def check(code: str) -> str:
    return f"\n```python check\nfrom sqlalchemy.orm import sessionmaker\n\n{code}\n```\n"


EXPIRES = 'assert sessionmaker().kw["expire_on_commit"] is True'
KEEPS = 'assert sessionmaker().kw["expire_on_commit"] is False'
CARDS = {
    "turns-wrong": (check(EXPIRES), ""),
    "turns-right": (check(KEEPS), ""),
    "stays": (check('assert sessionmaker().kw["autoflush"] is True'), ""),
    "stays-wrong": (check('assert sessionmaker().kw["autoflush"] is False'), ""),
    "of-old-ones-alone": (check(EXPIRES), ' sqlalchemy="<9.9"'),
    "of-the-next-alone": (check(KEEPS), ' sqlalchemy=">=9.9"'),
    "wrong-of-the-next": (check(EXPIRES), ' sqlalchemy=">=9.9"'),
    "of-two-ages": (check(f"if version < (9, 9):\n    {EXPIRES}\nelse:\n    {KEEPS}"), ""),
}
LISTED = """\
deck/cards.md:8:1: verified -> refuted: Q1 What is number 1? (#turns-wrong)
  assert sessionmaker().kw["expire_on_commit"] is True
  expected: True
  observed: False
  on: {environment}

deck/cards.md:11:1: refuted -> verified: Q2 What is number 2? (#turns-right)

deck/cards.md:68:1: not-claimed -> refuted: Q7 What is number 7? (#wrong-of-the-next)
  assert sessionmaker().kw["expire_on_commit"] is True
  expected: True
  observed: False
  on: {environment}

deck/cards.md:71:1: vacuous -> verified: Q8 What is number 8? (#of-two-ages)

"""


def repacked(folder: Path, name: str, new: str, changes: Mapping[str, tuple[str, str]], *, requires: str = "") -> None:
    """Write a wheel of an installed distribution into a folder, with another version and other code."""
    found = distribution(name)
    old, tag = f"{found.version}.dist-info/", (found.read_text("WHEEL") or "").partition("Tag: ")[2].split()[0]
    records = []
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-{new}-{tag}.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        for file in found.files or ():
            path = file.as_posix()
            if file.suffix == ".pyc" or path.startswith("..") or path.endswith(("RECORD", "direct_url.json")):
                continue
            content = Path(str(file.locate())).read_bytes()
            if path in changes:
                before, after = (side.encode() for side in changes[path])
                assert before in content
                content = content.replace(before, after)
            if path.endswith((f"{old}METADATA", f"{name}/__init__.py")):
                content = content.replace(found.version.encode(), new.encode(), 1)
            if path.endswith(f"{old}METADATA") and requires:
                content = content.replace(b"\n", f"\nRequires-Dist: {requires}\n".encode(), 1)
            path = path.replace(old, f"{new}.dist-info/")
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            records.append(f"{path},sha256={digest},{len(content)}\n")
            wheel.writestr(path, content)
        record = f"{name}-{new}.dist-info/RECORD"
        wheel.writestr(record, "".join([*records, f"{record},,\n"]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a deck that is proved on what is installed."""
    numbered = enumerate(CARDS.items(), 1)
    text = "".join(card(n, "It is.", check=code, attributes=f"#{name}{claim}") for n, (name, (code, claim)) in numbered)
    deck(tmp_path / "deck", text)
    return tmp_path


def watch(folder: Path, *arguments: str, **environment: str) -> Ran:
    return deckgen("verify", "deck", "--watch-upstream", *arguments, cwd=folder, **environment)


def test_the_cards_whose_verdict_changes_are_listed_and_no_others(folder: Path) -> None:
    repacked(folder / "index", "sqlalchemy", NEXT, CHANGED)
    repacked(folder / "index", "aiosqlite", NEXT, {})  # nobody asked for it
    ran = watch(folder, UV_FIND_LINKS=str(folder / "index"), UV_PRERELEASE="allow")
    python = f"py{sys.version_info.major}.{sys.version_info.minor}"
    assert ran.out == LISTED.format(environment=f"{python}-sqlalchemy{NEXT}-sqlite"), ran
    assert "Small: 4 of 8 verdicts change on SQLAlchemy 9.9.0b1" in ran.err
    assert ran.status == WRONG_CARDS
    (made,) = (folder / "build" / ".cache" / "environments").iterdir()
    drivers = [path.name for path in made.glob("lib/*/site-packages/aiosqlite-*")]
    assert drivers == [f"aiosqlite-{version('aiosqlite')}.dist-info"]
    again = watch(folder, UV_FIND_LINKS=str(folder / "index"))
    assert (again.out, again.status) == (ran.out, ran.status)


def test_a_next_one_that_changes_nothing_changes_no_verdict(folder: Path) -> None:
    repacked(folder / "index", "sqlalchemy", NEXT, {})
    (folder / "deck" / "cards.md").write_text(card(1, "It is.", check=check(EXPIRES)))
    ran = watch(folder, UV_FIND_LINKS=str(folder / "index"))
    assert (ran.status, ran.out) == (OK, "")
    assert "Small: 0 of 1 verdicts change on SQLAlchemy 9.9.0b1" in ran.err


def test_where_nothing_newer_is_offered_nothing_is_made(folder: Path) -> None:
    installed = version("sqlalchemy")
    repacked(folder / "index", "sqlalchemy", installed, {})
    ran = watch(folder, UV_FIND_LINKS=str(folder / "index"), UV_NO_INDEX="1")
    assert (ran.status, ran.out) == (OK, "")
    assert f"Small: it is proved on the newest already: the index offers SQLAlchemy {installed}" in ran.err
    assert not (folder / "build" / ".cache" / "environments").exists()


def test_a_next_one_that_cannot_be_installed_is_no_change(folder: Path) -> None:
    repacked(folder / "index", "sqlalchemy", NEXT, {}, requires="aiosqlite<0.1")
    ran = watch(folder, UV_FIND_LINKS=str(folder / "index"))
    assert (ran.status, ran.out) == (SURROUNDINGS, "")
    assert "could not be proved there: uv cannot make it" in ran.err


def test_without_a_network_nothing_is_run(folder: Path) -> None:
    ran = watch(folder, UV_OFFLINE="1", UV_CACHE_DIR=str(folder / "empty"))
    assert (ran.status, ran.out) == (SURROUNDINGS, "")
    assert "what the package index offers cannot be told: uv cannot make it" in ran.err
    assert not (folder / "build" / ".cache" / "verdicts.sqlite").exists()
