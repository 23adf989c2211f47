"""The stand-in has SQLAlchemy's names, accepts whatever is done with them, and knows nothing.

It replaces SQLAlchemy for good, so that all of this is tried in one other process.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

from deckgen.checking.sandbox.standin import UNPACK, StandIn, unpack, unpackable

SCRIPT = """
import asyncio, json, sys, warnings
import sqlalchemy, sqlalchemy.orm
from deckgen.checking.sandbox import standin
standin.install()

def tried(setup, expression):
    names = {"__name__": "check"}
    try:
        exec(setup, names)
        value = eval(expression, names)
        return bool(value)
    except BaseException as error:
        return type(error).__name__

warnings.simplefilter("ignore")
print(json.dumps([tried(*each) for each in json.load(sys.stdin)]))
"""
IMPORTS = """
import sqlalchemy
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
thing = select(1)
"""

# What is tried, after the imports above, and what comes of it.
KNOWS_NOTHING = {
    "thing == 1": False,
    "thing == select(1)": False,
    "1 == thing": False,
    "thing != 1": True,
    "thing": False,
    "not thing": True,
    "thing is None": False,
    "len(thing) == 0": True,
    "list(thing) == []": True,
    "1 in thing": False,
    "thing in [1, None, 'x']": False,
    "isinstance(thing, str)": False,
    "isinstance(thing, Session)": False,
    "isinstance(thing(), Session)": False,
    "issubclass(Session, sqlalchemy.Engine)": False,
    "isinstance(Session(), sqlalchemy.Engine)": False,
    "any(thing) or sum(thing)": False,
    "thing > 1 or thing < 1 or thing >= 1 or thing <= 1": False,
    "'SELECT' in str(thing)": False,
    "str(thing) == str(text('x'))": True,
    "Session.__module__.startswith('sqlalchemy')": False,
    "sqlalchemy.__version__.startswith('2')": False,
    "sqlalchemy.__version__ == '2.1'": False,
    "dict(thing) == {}": True,
}
ACCEPTS = [
    "thing.a.b.c(1)(x=2)[3].d",
    "thing + 1, 1 + thing, -thing, ~thing, thing & 1, thing | 1, thing @ thing",
    "Session(thing, future=True).execute(select(1).where(thing.x == 1)).scalars().all()",
    "Session.begin.nested, sqlalchemy.func.count(1), sqlalchemy.orm.exc",
    "hash(thing)",
    "callable(thing)",
    "{thing: 1}[thing]",
    "sorted(thing)",
]
PROGRAMS = {
    "with": "with Session(thing) as session, session.begin() as other:\n    other.x",
    "async with and await": """
import asyncio
async def main():
    async with thing as session:
        await session.execute(1)
        async for row in await thing:
            raise ValueError
asyncio.run(main())
""",
    "an exception in with goes on": """
try:
    with Session() as session:
        raise LookupError
except LookupError:
    pass
else:
    raise ValueError
""",
    "setting and deleting": "thing.x = 1\nassert thing.x == 1\nthing[1] = 2\ndel thing[1]",
    "a star": "from sqlalchemy import *\nfrom sqlalchemy.orm import *\nColumn, Mapped, relationship",
    "modules that come late": """
import sqlalchemy.dialects.oracle
from sqlalchemy.dialects import mssql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.ext.mutable import MutableDict
""",
    "one object under all its names": """
import sqlalchemy.orm.session, sqlalchemy.engine, sqlalchemy.exc
assert sqlalchemy.orm.session.Session is Session
assert sqlalchemy.Engine is sqlalchemy.engine.Engine
assert sqlalchemy.exc is sqlalchemy.orm.session.sa_exc or sqlalchemy.exc
""",
    "declarative classes": """
from typing import Annotated, Optional
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase):
    type_annotation_map = {str: String(30)}
class Mixin:
    created: Mapped[Optional[str]]
class User(Mixin, Base):
    __tablename__ = "users"
    id: Mapped[Annotated[int, mapped_column(primary_key=True)]]
    name: Mapped[str | None] = mapped_column(String, default="x")
    friends: Mapped[list["User"]] = relationship()
Base.metadata.create_all(thing)
User(name="ann").friends.append(User())
""",
    "declarative classes of the old style": """
from sqlalchemy import Column
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class User(Base):
    __tablename__ = "users"
    id = Column(primary_key=True)
User(id=1).id
""",
    "declarative classes of the old style, with a mixin": """
from sqlalchemy import Column
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Mixin:
    id = Column(primary_key=True)
class User(Mixin, Base):
    __tablename__ = "users"
User(id=1).id
""",
    "generic and abstract classes": """
import abc
from typing import Generic, TypeVar
from sqlalchemy.orm import DeclarativeBase
T = TypeVar("T")
class Base(DeclarativeBase):
    pass
class Boxed(Base, Generic[T]):
    pass
Boxed[int]()
""",
    "mapped dataclasses": """
from dataclasses import dataclass
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, registry
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    pass
class Point(Base):
    x: Mapped[int] = mapped_column(init=False)
Point(y=1)
@registry().mapped
@dataclass
class Other:
    x: int
assert Other(1).x == 1
""",
    "a class whose own __init__ calls the real one": """
class Mine(Session):
    def __init__(self, name):
        super().__init__(bind=name)
        self.name = name
    def scalar(self):
        return 42
assert (Mine("x").name, Mine("x").scalar()) == ("x", 42)
""",
    "decorators leave a function and a class as they are": """
from sqlalchemy import event
from sqlalchemy.orm import validates
@event.listens_for(thing, "connect")
def hook():
    return 1
assert hook() == 1
class User:
    @validates("name")
    def check(self, key, value):
        return value
assert User().check("name", 2) == 2
""",
    "hybrids and type decorators": """
from sqlalchemy import String, TypeDecorator
from sqlalchemy.ext.hybrid import hybrid_property
class Shout(TypeDecorator[str]):
    impl = String
class User:
    @hybrid_property
    def double(self):
        return 2
    @double.inplace.comparator
    def _comparator(self, value):
        pass
Shout(), User().double
""",
    "exceptions can be caught": """
from sqlalchemy.exc import IntegrityError, NoResultFound, SQLAlchemyError
try:
    raise NoResultFound("x")
except (IntegrityError, SQLAlchemyError):
    raise ValueError
except NoResultFound as error:
    assert str(error) == "x"
""",
    "warnings can be filtered by their class": """
import warnings
from sqlalchemy.exc import SAWarning
with warnings.catch_warnings():
    warnings.filterwarnings("error", category=SAWarning)
    try:
        warnings.warn("x", SAWarning)
    except SAWarning:
        pass
    else:
        raise ValueError
""",
    "a plain class can be inspected and selected": """
from sqlalchemy import inspect
class Plain:
    pass
inspect(Plain).local_table.name
select(Plain).where(thing).limit(1)
""",
}
MISSING = {
    "from sqlalchemy import no_such_name": "ImportError",
    "import sqlalchemy.no_such_module": "ModuleNotFoundError",
    "from sqlalchemy.orm import no_such_name": "ImportError",
    "sqlalchemy.no_such_name": "AttributeError",
    "from sqlalchemy.ext.no_such_module import x": "ModuleNotFoundError",
}

# What holds of anything at all, or by the check's own declaration: such an assertion must not fail on the stand-in.
HOLDS_ANYWHERE = [
    "thing == thing",
    "not thing != thing",
    "[thing] == [thing]",
    "isinstance(Session(), Session)",
    "issubclass(Session, Session)",
    "issubclass(type('Mine', (Session,), {}), Session)",
    "isinstance(type('Mine', (Session,), {})(), Session)",
    "thing == __import__('unittest.mock').mock.ANY",
]
# A mock in the place of something on the stand-in answers as it does in the place of the real thing.
MOCKED = {
    "a method": "with patch.object(Session, 'scalar', return_value=1):\n    x = Session().scalar(2)",
    "a method of one object": "with patch.object(thing, 'scalar', return_value=1):\n    x = thing.scalar(2)",
    "a function": "with patch('sqlalchemy.text', return_value=1):\n    x = sqlalchemy.text('2')",
    "an object made after a class": "x = answering(MagicMock(spec=Session)).scalar(2)",
    "an object": "x = Mock(return_value=1)(thing)",
}
MOCKS = f"""{IMPORTS}
from unittest.mock import MagicMock, Mock, create_autospec, patch
def answering(fake):
    fake.scalar.return_value = 1
    return fake
"""


@pytest.fixture(scope="module")
def tried() -> dict[tuple[str, str], object]:
    """Everything that the tests below ask, tried in one process."""
    pairs = [
        *((IMPORTS, expression) for expression in [*KNOWS_NOTHING, *HOLDS_ANYWHERE]),
        *((f"{IMPORTS}\nx = {expression}", "True") for expression in ACCEPTS),
        *((IMPORTS + program, "True") for program in PROGRAMS.values()),
        *((f"{IMPORTS}\n{statement}", "True") for statement in MISSING),
        *((MOCKS + program, "x == 1") for program in MOCKED.values()),
    ]
    command = [sys.executable, "-c", SCRIPT]
    ran = subprocess.run(command, input=json.dumps(pairs), capture_output=True, text=True, check=True, timeout=60)
    return dict(zip(pairs, json.loads(ran.stdout), strict=True))


@pytest.mark.parametrize("expression", KNOWS_NOTHING)
def test_it_knows_nothing(expression: str, tried: dict[tuple[str, str], object]) -> None:
    assert tried[IMPORTS, expression] is KNOWS_NOTHING[expression]


@pytest.mark.parametrize("expression", ACCEPTS)
def test_it_accepts_every_operation(expression: str, tried: dict[tuple[str, str], object]) -> None:
    assert tried[f"{IMPORTS}\nx = {expression}", "True"] is True


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_accepts_the_programs_that_people_write(name: str, tried: dict[tuple[str, str], object]) -> None:
    assert tried[IMPORTS + PROGRAMS[name], "True"] is True


@pytest.mark.parametrize("statement", MISSING)
def test_it_has_no_name_that_the_real_package_lacks(statement: str, tried: dict[tuple[str, str], object]) -> None:
    assert tried[f"{IMPORTS}\n{statement}", "True"] == MISSING[statement]


@pytest.mark.parametrize("expression", HOLDS_ANYWHERE)
def test_what_holds_of_anything_holds_of_it(expression: str, tried: dict[tuple[str, str], object]) -> None:
    assert tried[IMPORTS, expression] is True


@pytest.mark.parametrize("name", MOCKED)
def test_a_mock_in_its_place_answers_as_ever(name: str, tried: dict[tuple[str, str], object]) -> None:
    assert tried[MOCKS + MOCKED[name], "x == 1"] is True


UNPACKED = {
    "two names": ("first, second = thing", "isinstance(first, StandIn) and first is not second"),
    "a list of names": ("[first, second] = thing", "isinstance(second, StandIn)"),
    "names within names": ("first, (second, [third, _]) = thing", "isinstance(third, StandIn)"),
    "one that takes the rest": ("first, *rest, last = thing", "rest == [] and isinstance(last, StandIn)"),
    "nothing but the rest": ("[*rest] = thing", "rest == []"),
    "several targets": ("both = first, second = thing", "both == (first, second)"),
    "a class": ("first, second = StandIn", "isinstance(first, StandIn)"),
    "places": ("names = {}\nnames[1], names[2] = thing", "isinstance(names[2], StandIn)"),
    "what is none of ours": ("first, *rest = [1, 2, 3]", "(first, rest) == (1, [2, 3])"),
    "a single name": ("first = thing", "first is thing"),
}


@pytest.mark.parametrize(("source", "expression"), UNPACKED.values(), ids=UNPACKED)
def test_a_stand_in_has_a_value_for_every_name_that_asks_for_one(source: str, expression: str) -> None:
    names = {"thing": StandIn(), "StandIn": StandIn, UNPACK: unpack}
    exec(compile(unpackable(ast.parse(source)), "check", "exec"), names)
    assert eval(expression, names)
