"""What a check may call to state a claim about SQLAlchemy: errors, warnings, statements sent, statements as text."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from . import statements


class UnmetError(AssertionError):
    """An expectation that a helper found unmet, with what it wanted and what it saw."""

    def __init__(self, message: str, expected: str, observed: str) -> None:
        super().__init__(message)
        self.expected, self.observed = expected, observed


class Caught:
    """The error that `raises` saw, as `value`."""

    value: BaseException | None = None


@contextmanager
def raises(error: type[BaseException], *, code: str | None = None) -> Iterator[Caught]:
    """Expect an error of a class from the block, and with SQLAlchemy's code where one is given.

    No error, or another one of SQLAlchemy's, is an unmet expectation; any other error passes through.
    """
    caught = Caught()
    wanted = _named(error, code)
    try:
        yield caught
    except BaseException as value:
        observed = getattr(value, "code", None)
        if isinstance(value, error) and code in (None, observed):
            caught.value = value
            return
        if isinstance(value, error) or type(value).__module__.split(".")[0] == "sqlalchemy":
            message = f"{_named(type(value), observed)}: {value}".split("\n", 1)[0]
            raise UnmetError("another error is raised", wanted, message) from value
        raise
    raise UnmetError("no error is raised", wanted, "no error")


def _named(error: type[BaseException], code: str | None) -> str:
    return error.__name__ + (f" with code {code}" if code else "")


@contextmanager
def warns(category: type[Warning]) -> Iterator[list[str]]:
    """Expect at least one warning of a category from the block; the list holds their messages once it has ended."""
    messages: list[str] = []
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        yield messages
    messages += [str(each.message) for each in given if issubclass(each.category, category)]
    if not messages:
        others = "; ".join(f"{each.category.__name__}: {each.message}" for each in given)
        raise UnmetError("the warning is not given", category.__name__, others or "no warning")


def emitted() -> AbstractContextManager[list[str]]:
    """A list of the statements that the block sends to any database, folded, with BEGIN, COMMIT and ROLLBACK."""
    return statements.recorded(statements.folded)


@functools.total_ordering
class Count:
    """How many statements were sent so far; it compares as a number."""

    def __init__(self, sent: list[str]) -> None:
        self._sent = sent

    def __index__(self) -> int:
        return sum(not statements.transactional(statement) for statement in self._sent)

    __int__ = __index__

    def __eq__(self, other: object) -> bool:
        return int(self) == other

    def __lt__(self, other: int) -> bool:
        return int(self) < other

    def __hash__(self) -> int:
        return hash(int(self))

    def __repr__(self) -> str:
        return str(int(self))


@contextmanager
def statement_count() -> Iterator[Count]:
    """The number of statements that the block sends; beginning and ending transactions are none."""
    with statements.recorded(str) as sent:
        yield Count(sent)


def sql(statement: Any, dialect: str | None = None) -> str:
    """A statement as text, folded, as the dialect of that name writes it, such as `postgresql`."""
    return statements.folded(statements.compiled(statement, dialect))


EXPECTING: Mapping[str, Callable[..., AbstractContextManager[Any]]] = {"raises": raises, "warns": warns}


def watched(name: str, negated: bool, held: Callable[[], None]) -> Callable[..., AbstractContextManager[Any]]:  # noqa: FBT001 - called by rewritten code
    """The expecting helper of that name, which calls `held` when it is met; turned round, it fails then."""

    @contextmanager
    def helper(*arguments: Any, **keywords: Any) -> Iterator[Any]:
        with EXPECTING[name](*arguments, **keywords) as found:
            yield found
        if negated:
            raise UnmetError("turned round", "", "")
        held()

    return helper
