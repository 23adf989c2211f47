"""A real ORM check through the zygote against the same code in this process, and in an interpreter of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial

from deckgen.checking.controls import End, Run
from deckgen.checking.executors.zygote import Zygotes
from deckgen.model import Block
from tests.benchmarks.measure import Ratio, seconds

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


def ratios() -> Iterator[Ratio]:
    """Many runs of the check without controls, each way: their mean, since what a process collects, it must free."""
    _in_process()
    inside = seconds(partial(_many, _in_process)) / _RUNS
    with Zygotes(None, workers=1, prelude_timeout=10) as executor:
        run = Run((Block(_CHECK, "bench.md", 1),), timeout=10)
        assert executor.attempt(run).end is End.FINISHED
        forked = seconds(partial(_many, lambda: executor.attempt(run))) / _RUNS
    alone = seconds(lambda: [subprocess.run([sys.executable, "-c", _CHECK], check=True) for _ in range(5)]) / 5
    yield Ratio("ORM check in a zygote / in process", forked / inside, 3)
    yield Ratio("ORM check in a new interpreter / in a zygote", alone / forked, 8, at_least=True)


def _many(work: Callable[[], object]) -> None:
    for _ in range(_RUNS):
        work()


def _in_process() -> None:
    exec(compile(_CHECK, "bench.md", "exec", dont_inherit=True), {"__name__": "__main__"})
