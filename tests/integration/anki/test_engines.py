"""The same packages in three generations of Anki: what one of them makes of a release, all of them do."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.decks import card
from tests.integration.anki.author import REFUTED_CHECK, Author, part
from tests.integration.anki.device import look
from tests.integration.anki.learner import learner

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
ENGINES = ROOT / "build" / ".cache" / "engines"
VERSIONS = ("24.11", "25.9.2", "26.9.3")
CHANGED = {
    1: card(1, "one, edited"),
    2: card(2, "two", check=REFUTED_CHECK),
    4: card(4, r"`[sound:x]` \(x\) {{c1::y}}"),
}

Engine = Callable[..., Any]


@pytest.fixture(scope="module", params=VERSIONS)
def engine(request: pytest.FixtureRequest) -> Engine:
    """What a device with an engine of this version answers; it is installed once, beside the other caches."""
    folder = ENGINES / request.param
    python = folder / "bin" / "python"
    if not python.exists():
        _install(folder, request.param)

    def answer(collection: Path, action: str, *arguments: str | Path) -> Any:
        collection.mkdir(exist_ok=True)
        command = [python, "-m", "tests.integration.anki.device", collection, action, *arguments]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout.splitlines()[-1])  # older engines print what takes long

    return answer


def _install(folder: Path, version: str) -> None:
    """Make an environment with this engine, or skip where it cannot be had."""
    python = str(folder / "bin" / "python")
    for step in (
        [sys.executable, "-m", "venv", str(folder)],
        [python, "-m", "pip", "install", "-q", f"anki=={version}"],
    ):
        ran = subprocess.run(step, capture_output=True, text=True)
        if ran.returncode != 0:
            shutil.rmtree(folder)
            pytest.skip(f"anki {version} cannot be installed: {ran.stderr.strip().splitlines()[-1]}")


def test_two_releases_are_the_same_notes_and_cards(engine: Engine, author: Author, tmp_path: Path) -> None:
    first, second = author.release(part()), author.release(part(), part(CHANGED))
    here = tmp_path / "collection"
    assert engine(here, "import", first) == {"found": 3, "new": 3, "updated": 0, "same": 0, "conflicting": 0}
    assert engine(here, "study") >= 3
    reviews = engine(here, "look")["reviews"]
    assert engine(here, "import", second) == {"found": 4, "new": 1, "updated": 3, "same": 0, "conflicting": 0}
    found = engine(here, "look")
    assert found["reviews"] == reviews
    assert found["sound"]
    assert {key: found[key] for key in ("notes", "cards")} == _expected(author, tmp_path)


def _expected(author: Author, tmp_path: Path) -> dict[str, Any]:
    """What the engine that all the other tests ask makes of them."""
    with learner(tmp_path / "expected") as anki:
        anki.get(author.release(part()))
        anki.get(author.release(part(), part(CHANGED)))
        found = look(anki)
        return {key: found[key] for key in ("notes", "cards")}
