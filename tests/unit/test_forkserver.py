"""Who is to blame where a fork server does not start or a run does not end well: the deck, or the machine."""

from __future__ import annotations

import pytest

from deckgen.checking import forkserver
from deckgen.checking.executors.zygote import Zygotes
from deckgen.diagnostics import Location
from deckgen.errors import SurroundingsError
from deckgen.model import Fence, Role
from tests.isolation.harness import here

PRELUDE = Fence(Role.SETUP, "python", "import sqlalchemy\n", Location("prelude.py", 1))


def test_a_machine_that_is_too_slow_is_not_the_fault_of_the_prelude(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forkserver, "_START_SECONDS", 0.001)
    with (
        pytest.raises(SurroundingsError, match=r"did not start within 0\.001 s"),
        Zygotes(PRELUDE, here(), workers=1, prelude_timeout=60),
    ):
        pass
