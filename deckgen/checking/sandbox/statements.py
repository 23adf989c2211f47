"""The SQL that a check sends to any database, and the SQL that a statement compiles to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_TRANSACTION = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)
_IMPLICIT = re.compile(r"\bBEGIN \(implicit\)", re.IGNORECASE)  # as SQLAlchemy's log has it


@contextmanager
def recorded(shape: Callable[[str], str]) -> Iterator[list[str]]:
    """A list that fills with what every engine sends, shaped, while the block runs.

    A cursor never sees BEGIN, COMMIT and ROLLBACK; they come from SQLAlchemy's own events.
    """
    from sqlalchemy import event  # here, since it may be the stand-in
    from sqlalchemy.engine import Engine

    sent: list[str] = []
    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": lambda _connection, _cursor, statement, *_rest: sent.append(shape(statement)),
        "begin": lambda _connection: sent.append("BEGIN"),
        "commit": lambda _connection: sent.append("COMMIT"),
        "rollback": lambda _connection: sent.append("ROLLBACK"),
    }
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield sent
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


def compiled(statement: Any, dialect: str | None = None) -> str:
    """A statement as the dialect of that name writes it, as `str` does where there is none; needs no driver."""
    if dialect is None:
        return str(statement.compile())
    from sqlalchemy.engine import make_url

    return str(statement.compile(dialect=make_url(f"{dialect}://").get_dialect()()))


def transactional(statement: str) -> bool:
    """Whether a statement begins or ends a transaction or a part of one."""
    return _TRANSACTION.match(statement.lstrip()) is not None


def folded(statement: str) -> str:
    """A statement with its whitespace folded, so that line ends and indentation do not matter."""
    text = " ".join(line.strip() for line in _IMPLICIT.sub("BEGIN", statement).split("\n"))
    return re.sub(r"\( ", "(", re.sub(r" \)", ")", " ".join(text.split())))


def plain(statement: str) -> str:
    """A statement in its own lines, with tabs as spaces and without the other white space that says nothing."""
    lines = (re.sub(r"(?<=\S) +", " ", line).rstrip() for line in statement.expandtabs(4).strip().split("\n"))
    return "\n".join(line[1:] if re.match(r" \S", line) else line for line in lines)  # one space begins a clause
