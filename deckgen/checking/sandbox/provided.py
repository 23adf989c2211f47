"""Names that a check finds ready, each made only where it is mentioned; a name that the prelude defines is left."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from . import helpers

NAMES = ("engine", "session", "async_engine", *helpers.EXPECTING, "emitted", "statement_count", "sql", "version")
DERIVED = ("engine", "session", "async_engine", "emitted", "statement_count", "sql")
_MENTIONED = re.compile(rf"\b({'|'.join(NAMES)})\b")


def mentioned(codes: Iterable[str]) -> set[str]:
    """Which of the names stand in some pieces of code."""
    return {name for code in codes for name in _MENTIONED.findall(code)}


class Provided:
    """What was made for a check on an empty database, to be disposed of after it: SQLite in memory, unless an account
    on another one is given. `version` is that of SQLAlchemy; a check sees major and minor.
    """

    def __init__(
        self, namespace: dict[str, Any], names: Iterable[str], version: str, account: Mapping[str, str]
    ) -> None:
        self._version = version
        self._account = account
        self._made: dict[str, Any] = {}
        for name in names:
            if name not in namespace:
                namespace[name] = self._get(name)

    def _get(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Any:
        import sqlalchemy  # here, since it may be the stand-in
        import sqlalchemy.orm

        match name:
            case "engine":
                return sqlalchemy.create_engine(self._account.get("url", "sqlite://"))
            case "session":
                return sqlalchemy.orm.Session(self._get("engine"))
            case "async_engine":
                from sqlalchemy.ext.asyncio import create_async_engine

                return create_async_engine(self._account.get("async_url", "sqlite+aiosqlite://"))
            case "version":
                return tuple(int(part) for part in self._version.split(".")[:2])
            case _:
                return getattr(helpers, name)

    def dispose(self, run: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        """Close what was made; `run` runs a coroutine in the check's event loop."""
        if "session" in self._made:
            self._made["session"].close()
        if "engine" in self._made:
            self._made["engine"].dispose()
        if "async_engine" in self._made:
            run(self._made["async_engine"].dispose())
