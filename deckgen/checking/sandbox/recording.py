"""What the block before did, for the fences that say what it should have done: what it printed, sent and raised."""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import statements

PRINTED, SENT, RAISED = "__deckgen_printed__", "__deckgen_sent__", "__deckgen_raised__"
TEXT, SQL, TRANSCRIPT = "__deckgen_text__", "__deckgen_sql__", "__deckgen_transcript__"
LAST = "__deckgen_last__"
_MAX_CHARACTERS = 64 * 1024


class Text(str):
    """What was printed, or should have been; shown as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self) or "(nothing)"


class Sql(Text):
    """Statements, equal where they are once their whitespace is folded, whatever separates them."""

    __slots__ = ()
    __hash__ = Text.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and _joined(self) == _joined(other)


def _joined(text: str) -> str:
    lines = (line.strip().removesuffix(";") for line in text.split("\n"))
    return statements.folded("\n".join(lines))


class Transcript(Text):
    """What a transcript shows below its prompt, equal to what doctest would accept, with `...` for any text."""

    __slots__ = ()
    __hash__ = Text.__hash__

    def __eq__(self, other: object) -> bool:
        import doctest

        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        return isinstance(other, str) and doctest.OutputChecker().check_output(self + "\n", other + "\n", flags)


class _Output(io.StringIO):
    """Standard output that takes no more than would be shown."""

    def write(self, text: str) -> int:
        if self.tell() + len(text) > _MAX_CHARACTERS:
            raise OSError(f"more than {_MAX_CHARACTERS // 1024} KiB were printed")
        return super().write(text)


class Recording:
    """What the last block printed, sent, raised and ended in; made only for a program that asks for it."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._output = _Output()
        self._sent: list[str] = []
        self._error: BaseException | None = None
        namespace |= {PRINTED: self.printed, SENT: self.sent, RAISED: self.raised}
        namespace |= {TEXT: Text, SQL: Sql, TRANSCRIPT: Transcript}

    @contextmanager
    def block(self, *, prompt: bool) -> Iterator[None]:
        """Record a block in place of the one before; an error at a prompt is kept until it is asked for."""
        self._error = None
        self._namespace.pop(LAST, None)
        self._output.seek(0)
        self._output.truncate()
        sys.stdout = self._output  # one for all blocks, since a log's handler keeps the first that it sees
        with statements.recorded(statements.plain) as self._sent:
            try:
                yield
            except Exception as error:
                if not prompt:
                    raise
                self._error = error

    def printed(self) -> Text:
        """What the block printed, without the line end; raises what it raised."""
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return Text(self._output.getvalue().rstrip())

    def raised(self) -> Text:
        """The last line of the traceback that the block would have left."""
        if self._error is None:
            return Text("no error")
        return Text("".join(traceback.format_exception_only(self._error)).rstrip())

    def sent(self, dialect: str | None, transactions: bool) -> Sql:  # noqa: FBT001 - called by compiled fences
        """The statements that the block sent; if none or for a dialect, what its last expression compiles to."""
        sent = [each for each in self._sent if transactions or not statements.transactional(each)]
        last = self._namespace.get(LAST)
        if (not sent or dialect) and hasattr(last, "compile"):
            sent = [statements.plain(statements.compiled(last, dialect))]
        return Sql(";\n".join(sent) + ";" * (len(sent) > 1))
