"""A real ORM check and a trivial one through the zygote, against the same work without it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from unittest import mock

from deckgen.checking import controls, nursery
from deckgen.checking.controls import End, Run
from deckgen.checking.executors.zygote import Zygotes
from deckgen.effort import Trust
from deckgen.proof import Block, Passed, Program
from tests.benchmarks.measure import Ratio, seconds
from tests.isolation.harness import here

_RUNS = 100
_CHECK = """\
from sqlalchemy import ForeignKey, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "user_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    addresses: Mapped[list["Address"]] = relationship(back_populates="user", cascade="all, delete-orphan")

class Address(Base):
    __tablename__ = "address"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    user: Mapped["User"] = relationship(back_populates="addresses")

database = create_engine("sqlite://")
Base.metadata.create_all(database)
with Session(database) as orm:
    orm.add(User(name="sandy", addresses=[Address(email="a@x"), Address(email="b@x")]))
    orm.commit()
    user = orm.scalars(select(User).join(User.addresses).where(Address.email == "b@x")).one()
    assert user.name == "sandy"
    assert [address.email for address in user.addresses] == ["a@x", "b@x"]
    user.addresses.pop()
    orm.commit()
    assert len(orm.scalars(select(Address)).all()) == 1
"""


_ORM = Block(_CHECK, "bench.md", 1)
_TRIVIAL = Block("assert 1 + 1 == 2", "bench.md", 1)

# A zygote that takes no layer, as no option of deckgen's makes one.
_UNCONFINED = """
import sys
sys.path.insert(0, sys.argv[1])
from sandbox import confinement, nursery
confinement.enter_namespaces = lambda *_: "a benchmark"
confinement.confine = lambda scratch, refused, _: confinement.Confinement((), (refused,))
confinement.confine_run = lambda *arguments, **options: None
nursery.serve(int(sys.argv[2]))
"""

# The least that any isolation costs, in a process that holds what a zygote holds.
_BARE_FORKS = """
import gc, os, sys, time
sys.path.insert(0, sys.argv[1])
from sandbox import zygote
zygote.prewarm.warm()
gc.collect()
gc.freeze()
started = time.perf_counter()
for _ in range(int(sys.argv[2])):
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
print(time.perf_counter() - started)
"""


def ratios() -> Iterator[Ratio]:
    """Many runs each way and their mean, since what a process collects, it must free."""
    _in_process()
    inside = _mean(_in_process)
    with Zygotes(None, here(), workers=1, prelude_timeout=10) as confined, _unconfined() as unconfined:
        forked, trivial = _mean(partial(_finish, confined, _ORM)), _mean(partial(_finish, confined, _TRIVIAL))
        loose = _mean(partial(_finish, unconfined, _ORM))
        proved = _mean(partial(_prove, confined))
    bare = float(_interpreter(_BARE_FORKS, nursery.ROOM, str(_RUNS))) / _RUNS
    alone = seconds(lambda: [_interpreter(_CHECK) for _ in range(5)]) / 5
    yield Ratio("ORM check in a zygote / in process", forked / inside, 3)
    yield Ratio("ORM check with all its controls / in process", proved / inside, 8)
    yield Ratio("ORM check confined / unconfined", forked / loose, 1.25)
    yield Ratio("trivial check confined / bare fork", trivial / bare, 3)
    yield Ratio("ORM check in a new interpreter / in a zygote", alone / forked, 8, at_least=True)


def _mean(work: Callable[[], object]) -> float:
    work()
    return seconds(lambda: [work() for _ in range(_RUNS)]) / _RUNS


def _in_process() -> None:
    exec(compile(_CHECK, "bench.md", "exec", dont_inherit=True), {"__name__": "__main__"})


def _finish(executor: Zygotes, block: Block) -> None:
    trial = executor.attempt(Run((block,), timeout=10))
    assert trial.end is End.FINISHED, trial


def _prove(executor: Zygotes) -> None:
    outcome = controls.prove(Program((_ORM,)), 10, executor.attempt)
    assert isinstance(outcome, Passed), outcome


@contextmanager
def _unconfined() -> Iterator[Zygotes]:
    executor = Zygotes(None, here(), workers=1, prelude_timeout=10, trust=Trust.GIVEN)
    with mock.patch.object(nursery, "_PROGRAM", _UNCONFINED), executor:
        yield executor


def _interpreter(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
