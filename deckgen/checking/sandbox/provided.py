"""Names that a check finds ready: `engine`, on an empty SQLite database in memory, and `session`, on that engine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_NAMES = re.compile(r"\b(engine|session)\b")


@dataclass(frozen=True, slots=True)
class Provided:
    """What was made for a check and is disposed of after it."""

    engine: Any = None
    session: Any = None

    def dispose(self) -> None:
        """Close what the check was given."""
        if self.engine is not None:
            self.session.close()
            self.engine.dispose()


def provide(namespace: dict[str, Any], blocks: Sequence[Mapping[str, Any]]) -> Provided:
    """Put the helpers into a namespace if a block mentions one of them; a name that the prelude defines is left."""
    if not any(_NAMES.search(block["code"]) for block in blocks):
        return Provided()
    import sqlalchemy  # here, since it may be the stand-in
    import sqlalchemy.orm

    engine = sqlalchemy.create_engine("sqlite://")
    session = sqlalchemy.orm.Session(engine)
    namespace.setdefault("engine", engine)
    namespace.setdefault("session", session)
    return Provided(engine, session)
