"""What a user waits for: the first words of a command, and a saved file on the page of the preview.

Each against a Python that does nothing, as this machine starts it in the same run.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measure import Ratio, seconds
from tests.decks import previewed
from tests.unit.test_seed_like import ROUGH

_TIMES = 10
_CARDS = 400
_SAVES = 5


def ratios() -> Iterator[Ratio]:
    """The best of ten starts, and the worst of five saves in a deck of 400 cards, which are not proved meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder, "notes.md")
        notes.write_text(ROUGH)
        nothing = seconds(lambda: _run("-c", "pass"), _TIMES)
        asked = seconds(lambda: _run("-m", "deckgen", "--help"), _TIMES)
        read = seconds(lambda: _run("-m", "deckgen", "lint", str(notes)), _TIMES)
        notes.write_text("".join(map(_card, range(_CARDS))))
        with previewed(notes.name, cwd=notes.parent) as origin:
            saved = max(
                _until_shown(notes, f"{origin}/cards/notes/card-0/1/front", f"edit {number}")
                for number in range(_SAVES)
            )
    yield Ratio("deckgen --help / python -c pass", asked / nothing, 8)
    yield Ratio("deckgen lint of a rough document / python -c pass", read / nothing, 60)
    yield Ratio("preview of 400 cards, save to shown / python -c pass", saved / nothing, 50)


def _card(number: int) -> str:
    return f"Q{number}. What is {number} as of the beginning? {{#card-{number}}}\n\nIt is {number}.\n\n"


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def _until_shown(notes: Path, url: str, edit: str) -> float:
    notes.write_text(re.sub(r"What is 0 as of .*\?", f"What is 0 as of {edit}?", notes.read_text()))
    started = time.perf_counter()
    while edit not in urllib.request.urlopen(url, timeout=30).read().decode():
        assert time.perf_counter() < started + 30
        time.sleep(0.005)
    return time.perf_counter() - started
