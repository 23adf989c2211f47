"""What is asked of the engine's texts without the engine."""

from __future__ import annotations

import pytest

from deckgen.publishing.engine import visible


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Given <code>Color.RED = 1</code>, what is it?", "Given Color.RED = 1, what is it?"),
        ("A <strong>fac</strong>tory", "A factory"),
        ("<p>one</p><p>two<br>three</p>", "one two three"),
        ("<style>.a { b: c }</style>a  <img alt='x'>\n b", "a b"),
    ],
    ids=["code before a comma", "part of a word", "paragraphs and lines", "style and pictures"],
)
def test_markup_in_a_line_parts_no_words_and_other_markup_does(html: str, text: str) -> None:
    assert visible(html) == text
