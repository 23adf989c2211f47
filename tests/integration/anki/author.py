"""An author: a deck that is released again and again, each time from what the release before it left behind."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pytest

from deckgen.cli import main
from deckgen.folders import VERDICTS
from tests.decks import DECK_TOML, ENGINE_CHECK, Ran, card

# In the past: Anki gives notes that come from the future other ids.
FIRST, SECOND, THIRD = 1_700_000_000, 1_700_100_000, 1_700_200_000
REFUTED_CHECK = ENGINE_CHECK.replace('"sqlite"', '"oracle"')
BROKEN_CHECK = "\n```python check\nassert engine.nam == 'sqlite'\n```\n"

THREE = {1: card(1, "one"), 2: card(2, "two"), 3: card(3, "three")}


def part(cards: Mapping[int, str] = THREE, heading: str = "Part") -> str:
    """A document of some cards."""
    return f"# {heading}\n\n" + "\n".join(cards.values())


@dataclass(frozen=True)
class Released:
    """A package, the folder whose state it left behind, and what the build printed."""

    package: Path
    folder: Path
    ran: Ran


@dataclass
class Author:
    """Makes releases in a folder; each history of releases is made once, and every step of it is kept."""

    folder: Path
    made: dict[tuple[object, ...], Released] = field(default_factory=dict)

    def release(self, *history: Mapping[str, str | bytes] | str) -> Path:
        """The package of the last of some releases in a row, each of files by name, or of a document part.md."""
        return self.released(*history).package

    def released(self, *history: Mapping[str, str | bytes] | str) -> Released:
        """The last of some releases in a row, at FIRST, SECOND and so on."""
        steps = tuple(tuple(({"part.md": each} if isinstance(each, str) else each).items()) for each in history)
        if steps not in self.made:
            before = self.released(*map(dict, steps[:-1])).folder if steps[:-1] else None
            self.made[steps] = self._make(dict(steps[-1]), before, FIRST + 100_000 * (len(steps) - 1))
        return self.made[steps]

    def _make(self, contents: Mapping[str, str | bytes], before: Path | None, second: int) -> Released:
        folder = self.folder / str(len(self.made))
        source = folder / "deck"
        if before is not None:
            shutil.copytree(before, folder)
            for old in source.iterdir():
                if old.name != "ledger.json":
                    old.unlink()
        source.mkdir(parents=True, exist_ok=True)
        (source / "deck.toml").write_text(DECK_TOML)
        for name, content in contents.items():
            (source / name).write_bytes(content.encode() if isinstance(content, str) else content)
        ran = self._build(folder, second)
        assert ran.status in (0, 1), ran.err
        return Released(folder / "build" / "small.apkg", folder, ran)

    def _build(self, folder: Path, second: int) -> Ran:
        """Release the deck in a folder: by the command, but in this process, which has imported everything already.

        What was proved for one history is known to all.
        """
        known, verdicts = self.folder / VERDICTS.name, folder / VERDICTS
        if known.exists():
            verdicts.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(known, verdicts)
        out, err = io.StringIO(), io.StringIO()
        with (
            chdir(folder),
            mock.patch.dict(os.environ, SOURCE_DATE_EPOCH=str(second)),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main(["build", "deck", "--release"])
        shutil.copy(verdicts, known)
        return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())
