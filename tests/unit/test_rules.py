"""Whatever is said of a text while it is read is shown with its line and a caret, and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from deckgen.diagnostics import Diagnostic
from deckgen.publishing.reports.text import paragraph
from deckgen.reading import decks
from deckgen.reading.sources import MAX_BYTES
from deckgen.rules import RULES
from tests.integration.test_explain import FILE_LINE, example

# What explanations show by a command, since no text can hold it, and the bytes that bring it about.
BYTES = {
    "D002": b"x" * (MAX_BYTES + 1),
    "D003": b"Q1. What?\n\nA caf\xe9.\n",
    "D004": b"Q1. What?\n\nA\x1brock.\n",
    "D036": "Q1. What?\n\n```python\nx = '\u202e'\n```\n".encode(),
}
# What is said of a whole file or folder, of no line of it.
OF_NO_LINE = {"D001", "D002", "D003", "D007", "D008", "D009", "D010", "D035"}
# What is said by other verbs than reading, or by a reading that needs a large file.
OTHERS = {code for code in RULES if "D040" <= code < "D070"} | {"D078", "D080", "D081"}
CODES = sorted(RULES.keys() - OTHERS)


def brought_about(code: str, folder: Path) -> list[Diagnostic]:
    """What is said of the example of a code."""
    kind, text = example(code)
    files = ["", "notes.md", text] if kind == "markdown" else FILE_LINE.split(text)
    for name, content in zip(files[1::2], files[2::2], strict=True):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(BYTES.get(code, content.encode()))
    if code in BYTES:
        (folder / "notes.md").write_bytes(BYTES[code])
    reading = decks.read(["notes.md" if kind == "markdown" or code in BYTES else "."])
    return [*reading.diagnostics, *(found for deck in reading.decks for found in deck.diagnostics)]


@pytest.mark.parametrize("code", CODES)
def test_what_is_said_is_shown_where_it_is_and_says_what_to_do(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = [each for each in brought_about(code, tmp_path) if each.code == code]
    assert found
    for each in found:
        rule = RULES[code]
        lines = paragraph(each).split("\n")
        assert lines[0] == f"{each.location}: {code} {rule.severity}: {each.message}"
        assert lines[-1] == f"  hint: {each.hint}"
        assert bool(each.excerpt.strip()) == (code not in OF_NO_LINE)
        if each.excerpt.strip():
            _, shown, below, _ = lines
            assert shown.lstrip().startswith(f"{each.location.line} | ")
            assert below.endswith("^")
            assert (
                each.excerpt == (tmp_path / each.location.path).read_text("utf-8").split("\n")[each.location.line - 1]
            )
