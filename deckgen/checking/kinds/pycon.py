"""`pycon`: a transcript, held to the rules of doctest with ELLIPSIS and NORMALIZE_WHITESPACE; all of it is run."""

from __future__ import annotations

import doctest
from collections.abc import Iterator

from deckgen.checking.sandbox import recording
from deckgen.model import Fence
from deckgen.proof import Block, Mode


def compile_fence(fence: Fence, _sqlalchemy: str) -> tuple[Block, ...]:
    """A block for each example, and behind it an assertion where what it shows begins.

    Raises ValueError for what is no transcript, which the reader has reported.
    """
    return tuple(
        block for example in doctest.DocTestParser().get_examples(fence.code) for block in _blocks(fence, example)
    )


def _blocks(fence: Fence, example: doctest.Example) -> Iterator[Block]:
    path, line = fence.location.path, fence.location.line + example.lineno
    yield Block(example.source, path, line, mode=Mode.PROMPT)
    asked, shown = recording.PRINTED, example.want
    if example.exc_msg is not None:
        asked, shown = recording.RAISED, example.exc_msg
    code = f"assert {asked}() == {recording.TRANSCRIPT}({shown.rstrip()!r}), 'the transcript shows something else'"
    below = line + example.source.count("\n") if example.want else line
    yield Block(code, path, below, mode=Mode.MATCH)
