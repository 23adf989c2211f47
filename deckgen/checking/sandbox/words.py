"""An error or a value in words, whatever it does to hide itself."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

from .recording import Text

LONGEST_TEXT = 32 * 1024  # characters of what was printed or sent
_LONGEST_REPR = 400
_PREFIX = sys.prefix + os.sep
_Anything, _Syntax = BaseException, SyntaxError  # a check may put another class in the place of the builtin
_without_lines = re.compile(r" \(detected at line \d+\)| on line \d+").sub


def message_of(error: BaseException, limit: int = 2000) -> str:
    """The message of an exception, whatever its `__str__` does; of code that does not compile it names no line.

    That is told beside it, and moves with the code, while the message may be kept.
    """
    try:
        message = _without_lines("", error.msg) if isinstance(error, _Syntax) else str(error)
    except _Anything:
        return "<its message cannot be read>"
    if type(message) is not str:
        return "<its message is no text>"
    return message[:limit].replace(_PREFIX, "")  # where this machine keeps its libraries is nobody's business


def text_of(error: BaseException | None) -> str:
    """Class and message of an exception, whatever its class does to hide them."""
    if error is None:
        return "an error without a name"
    try:
        name = type.__getattribute__(type(error), "__name__")
    except _Anything:
        name = "?"
    return f"{name if type(name) is str else '?'}: {message_of(error)}"[:2000]


def shown(value: Any) -> str:
    """The repr of a value, cut to a length, whatever its `__repr__` does."""
    limit = LONGEST_TEXT if isinstance(value, Text) else _LONGEST_REPR
    try:
        text = repr(value)
    except _Anything as error:
        return f"<repr failed with {text_of(error)}>"[:limit]
    text = text if type(text) is str else "<repr is no text>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
