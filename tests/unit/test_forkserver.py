"""Who is to blame where a fork server does not start or a run does not end well: the deck, or the machine."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from deckgen.checking import forkserver
from deckgen.checking.executors.zygote import Zygotes
from deckgen.diagnostics import Location
from deckgen.errors import SurroundingsError
from deckgen.model import Fence, Role
from deckgen.proof import Passed, Refuted
from tests.isolation.harness import card, here, jobs, write

PRELUDE = Fence(Role.SETUP, "python", "import sqlalchemy\n", Location("prelude.py", 1))
GOOD = 'assert engine.name == "sqlite"'


def test_a_machine_that_is_too_slow_is_not_the_fault_of_the_prelude(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forkserver, "_START_SECONDS", 0.001)
    with (
        pytest.raises(SurroundingsError, match=r"did not start within 0\.001 s"),
        Zygotes(PRELUDE, here(), workers=1, prelude_timeout=60),
    ):
        pass


def test_memory_that_somebody_else_lacks_keeps_nobody_from_proving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system counts all that it kills, and here it kills without a pause."""
    kills = itertools.count()
    monkeypatch.setattr(forkserver, "_killed_for_memory", lambda: next(kills))
    calm = write(tmp_path / "calm", {"cards.md": card("True", GOOD) + card("False", "assert not engine")})
    dying = write(tmp_path / "dying", {"cards.md": card("Dying", "import os\nos.kill(os.getpid(), 9)")})
    with Zygotes(None, here(), workers=1, prelude_timeout=60) as executor:
        assert [type(each.outcome) for each in executor.run(jobs(calm))] == [Passed, Refuted]
        with pytest.raises(SurroundingsError, match="the system ran out of memory"):
            list(executor.run(jobs(dying)))
