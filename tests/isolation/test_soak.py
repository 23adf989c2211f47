"""Five hundred checks in any order, by any number of workers, with servers lost on the way; and four thousand runs."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from deckgen.checking.controls import End, Run
from deckgen.checking.executors.zygote import Zygotes
from deckgen.checking.forkserver import Zygote
from deckgen.checking.verify import judge
from deckgen.model import Deck
from deckgen.proof import Block, Result, Verdict
from tests.isolation.harness import card, here, jobs, living, watch, write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only"),
]

HONEST = (
    """
import os
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


Base.metadata.create_all(engine)
session.add_all([User(name="name {n}"), User(name="another")])
session.flush()
assert session.scalars(select(User.name).order_by(User.id)).all() == ["name {n}", "another"]
assert os.listdir() == []
""",
    """
from sqlalchemy import literal, select

assert session.scalar(select(literal({n}) + 1)) == {n} + 1
""",
    """
import json
import os
import sys
from sqlalchemy import column, literal, select

assert json.loads(json.dumps(["{n}"])) == ["{n}"]
assert len(os.environ) < 20 and sys.gettrace() is None
assert str(select(column("c{n}"))) == "SELECT c{n}"
""",
    """
from pathlib import Path
from sqlalchemy import create_engine, text

with create_engine("sqlite:///file-{n}.db").begin() as connection:
    connection.execute(text("create table t (a)"))
    connection.execute(text("insert into t values ({n})"))
    assert connection.scalar(text("select a from t")) == {n}
assert [path.name for path in Path().iterdir()] == ["file-{n}.db"]
""",
    """
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

with raises(OperationalError, code="e3q8"), emitted() as statements:
    session.execute(text("selec {n}"))
assert statements == ["BEGIN", "selec {n}"]
""",
    """
from sqlalchemy import text

async with async_engine.connect() as connection:
    assert await connection.scalar(text("select {n}")) == {n}
""",
    """```python
from sqlalchemy import column, literal, select

print(select(column("c{n}")))
session.execute(select(literal({n})))
```

```text output
SELECT c{n}
```

```sql emitted
SELECT ? AS anon_1
```
""",
    """```pycon
>>> from sqlalchemy import text
>>> session.execute(text("select {n}, {n}")).all()
[({n}, {n})]
```
""",
)
KINDS: dict[Verdict, Sequence[str]] = {
    Verdict.VERIFIED: HONEST,
    Verdict.REFUTED: (
        'from sqlalchemy import text\n\nassert session.scalar(text("select {n}")) == {n} + 1',
        'assert engine.name == "another {n}"',
        "```python\nprint(engine)\n```\n\n```text output\nEngine({n})\n```\n",
        ">>> engine\nEngine({n})\n".join(("```pycon\n", "```\n")),
    ),
    Verdict.VACUOUS: ("assert {n} == {n}", "for row in []:\n    assert row == {n}", "number = {n}"),
    Verdict.BROKEN: ('raise ValueError("{n}")', "raise SystemExit({n})"),
    Verdict.CRASHED: ("import os\n\nos._exit({n} % 2)", "import ctypes\n\nctypes.string_at({n} % 7)"),
}
POISON = (
    "import builtins\n\nfor name in ('len', 'isinstance', 'sorted', 'type'):\n    setattr(builtins, name, None)",
    "import json, os, sys\n\njson.dumps = os.listdir = None\nsys.settrace(lambda *_arguments: None)",
    "import os\n\nos.environ.update(dict.fromkeys(map(str, range(30)), 'evil'))\nopen('evil', 'w').close()",
    "import sys, types\n\nsys.modules['sqlalchemy'] = sys.modules['json'] = types.ModuleType('evil')",
    "from sqlalchemy import event\nfrom sqlalchemy.engine import Engine\n\n"
    "event.listen(Engine, 'before_cursor_execute', lambda *_arguments: ('select 42', ()), retval=True)",
)
COUNTS = {Verdict.VERIFIED: 240, Verdict.REFUTED: 80, Verdict.VACUOUS: 50, Verdict.BROKEN: 30, Verdict.CRASHED: 30}
POISONING = 70
KILLS = 50

Verdicts = dict[str, Verdict | None]


@dataclass(frozen=True)
class Check:
    """A check, and the verdict it deserves; its source is Python, or fences of other kinds."""

    title: str
    source: str
    verdict: Verdict

    @property
    def card(self) -> str:
        """The card with this check."""
        fences = self.source.startswith("```")
        return f"Q1. {self.title}\n\nAn answer.\n\n{self.source}\n" if fences else card(self.title, self.source)


def mixed() -> list[Check]:
    """The checks of every kind, none of them the same as another."""
    found = []
    for verdict, count in COUNTS.items():
        for n in range(count):
            source = KINDS[verdict][n % len(KINDS[verdict])].replace("{n}", str(n))
            found.append(Check(f"{verdict} number {n}", source, verdict))
    for n in range(POISONING):
        source = f'assert engine.name == "sqlite" != "{n}"\n\n{POISON[n % len(POISON)]}'
        found.append(Check(f"poison number {n}", source, Verdict.VERIFIED))
    return found


EXPECTED: Verdicts = {check.title: check.verdict for check in mixed()}


def shuffled(seed: int, folder: Path) -> Deck:
    checks = mixed()
    random.Random(seed).shuffle(checks)
    return write(folder, {"cards.md": "".join(check.card for check in checks)}, timeout=20)


def verdicts(
    deck: Deck, *, workers: int, meddle: Callable[[Zygotes, list[Result]], object] | None = None
) -> tuple[Verdicts, object]:
    """The verdicts of a deck's cards, and what a thread says that meddles with the run and sees its results arrive."""
    results: list[Result] = []
    said: list[object] = []
    with Zygotes(None, here(), workers=workers, prelude_timeout=20) as executor:
        thread = threading.Thread(target=lambda: said.append(meddle(executor, results) if meddle else None))
        thread.start()
        for result in executor.run(jobs(deck)):
            results.append(result)
        thread.join(60)
    found = {result.card.question: judge(result.card, (result,)).verdict for result in results}
    return found, said[0]


def test_the_kinds_are_mixed() -> None:
    assert len(EXPECTED) == 500
    assert Counter(EXPECTED.values())[Verdict.VERIFIED] == 310


@pytest.mark.parametrize(("seed", "workers"), [(20, 1), (26, 2), (31, 4)])
def test_verdicts_do_not_depend_on_order_or_workers(seed: int, workers: int, tmp_path: Path) -> None:
    found, _ = verdicts(shuffled(seed, tmp_path), workers=workers)
    assert differences(found) == {}


def test_verdicts_do_not_depend_on_servers_that_are_lost(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with watch(tmp_path_factory.mktemp("scratch")) as watched:
        deck = shuffled(58, tmp_path)
        found, killed = verdicts(deck, workers=1, meddle=lambda executor, results: kill_servers(executor, results, 58))
        assert differences(found) == {}
        assert killed == KILLS
        assert watched.left() == []


def differences(found: Verdicts) -> dict[str, tuple[object, object]]:
    titles = found.keys() | EXPECTED.keys()
    pairs = {title: (found.get(title), EXPECTED.get(title)) for title in titles}
    return {title: pair for title, pair in pairs.items() if pair[0] != pair[1]}


def kill_servers(executor: Zygotes, results: list[Result], seed: int) -> int:
    """Kill serving processes at random moments, never two during one and the same job; how many."""
    moments = random.Random(seed)
    killed = 0
    while killed < KILLS:
        # The job that the last kill interrupted is done once another one is.
        enough = len(results) + 2 + moments.randrange(4)
        while len(results) < enough:
            if len(results) + 2 >= len(EXPECTED):
                return killed
            time.sleep(0.001)
        zygote = moments.choice(executor._living)
        server = serving(zygote)
        time.sleep(moments.uniform(0, 0.1))
        if server is not None and serving(zygote) == server:
            with suppress(ProcessLookupError):
                os.kill(server, signal.SIGKILL)
                killed += 1
    return killed


def serving(zygote: Zygote) -> int | None:
    """The process that forks the runs of a zygote, once it does."""
    pid = zygote._leash.keeper()
    if pid is None or not zygote.layers:
        return None
    depth = 2 if "namespaces" in zygote.layers else 1  # below the one that cleans up; in a namespace, below its maker
    for _ in range(depth):
        below = children(pid)
        if not below:
            return None
        (pid,) = below[:1]
    return pid


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


# ---------------------------------------------------------------- four thousand runs


@dataclass(frozen=True)
class State:
    """What a serving process holds: memory in KiB, descriptors, files in its scratch folder, processes below it."""

    memory: int
    descriptors: list[str]
    files: list[str]
    processes: dict[int, str]


@pytest.fixture(scope="module")
def thousands() -> Iterator[tuple[State, State]]:
    """The state of a serving process after fifty trivial runs, and after four thousand more."""
    block = Block('assert engine.name == "sqlite"', "cards.md", 1)
    with Zygotes(None, here(), workers=1, prelude_timeout=20) as executor:
        server = serving(executor.first.plain)
        assert server is not None
        states = []
        for count in (50, 4000):
            for _ in range(count):
                trial = executor.attempt(Run((block,), 10))
                assert (trial.end, trial.hits) == (End.FINISHED, frozenset({0})), trial
            states.append(state(server))
        assert serving(executor.first.plain) == server
        yield states[0], states[1]


def state(server: int) -> State:
    if os.getuid() != 0:
        pytest.skip("only root can look into a process that may not be dumped")
    status = Path(f"/proc/{server}/status").read_text()
    memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    descriptors = sorted(os.listdir(f"/proc/{server}/fd"))
    return State(memory, descriptors, os.listdir(f"/proc/{server}/cwd"), living(server))


def test_four_thousand_runs_cost_no_memory(thousands: tuple[State, State]) -> None:
    before, after = thousands
    assert after.memory - before.memory < 5 * 1024


def test_four_thousand_runs_leave_no_descriptor_open(thousands: tuple[State, State]) -> None:
    before, after = thousands
    assert after.descriptors == before.descriptors != []


def test_four_thousand_runs_leave_no_file_and_no_process(thousands: tuple[State, State]) -> None:
    _, after = thousands
    assert (after.files, after.processes) == ([], {})
