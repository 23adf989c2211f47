"""What every check does is done before the first fork, so that each inherits warm caches."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from . import child

_REHEARSALS = 10


def load(drivers: Iterable[str]) -> None:
    """Import the drivers of the URLs that checks will use; what is missing here is left to the check."""
    import sqlalchemy as sa

    for driver in drivers:
        with suppress(ImportError, sa.exc.NoSuchModuleError):
            sa.create_engine(f"{driver}://")


def warm() -> None:
    """Import SQLAlchemy and take its ORM once through mapping, flush, query and compilation (-31 % per ORM check)."""
    import sqlalchemy as sa
    from sqlalchemy import orm

    registry = orm.registry()
    parents = sa.Table(
        "_warm_parent",
        registry.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(9)),
    )
    children = sa.Table(
        "_warm_child",
        registry.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.ForeignKey(parents.c.id)),
    )
    parent: Any = type("Parent", (), {})
    child: Any = type("Child", (), {})
    registry.map_imperatively(parent, parents, properties={"children": orm.relationship(child, backref="parent")})
    registry.map_imperatively(child, children)
    _declare()
    engine = sa.create_engine("sqlite://")
    registry.metadata.create_all(engine)
    with orm.Session(engine) as session:
        one = parent()
        one.name, one.children = "x", [child(), child()]
        session.add(one)
        session.commit()
        query = sa.select(parent).join(child).options(orm.selectinload(parent.children))
        session.scalars(query.where(parents.c.name == "x")).unique().all()
        session.rollback()
    engine.dispose()
    registry.dispose()
    for name in ("postgresql", "mysql", "sqlite"):
        dialect = importlib.import_module(f"sqlalchemy.dialects.{name}").dialect()
        str(sa.select(parents).where(parents.c.id == 1).compile(dialect=dialect))


def _declare() -> None:
    """A declarative class too, in the style of 2.0 where this version has it."""
    from sqlalchemy import orm

    if not hasattr(orm, "DeclarativeBase"):
        return
    base: Any = type("Base", (orm.DeclarativeBase,), {})
    annotations = {"id": orm.Mapped[int], "name": orm.Mapped[str]}
    body = {"__tablename__": "_warm", "id": orm.mapped_column(primary_key=True), "__annotations__": annotations}
    type("Warm", (base,), body)
    base.registry.dispose()


def rehearse() -> None:
    """Take the smallest check through a run, so that our own code is warm too.

    Several times, since Python rewrites code that it has run a few times, and a child would copy the pages.
    """
    request = {
        "blocks": [{"code": "assert 1", "path": "", "line": 1, "entry": None, "mode": "script"}],
        "negate": [],
        "analyse": False,
        "mutate": None,
        "mentioned": [],
        "sqlalchemy": "2.0",
        "account": {},
    }
    for _ in range(_REHEARSALS):
        answer = child.run(request, {})
        if answer["end"] != "finished":
            raise RuntimeError(answer["message"])
        child.encode(answer)
