"""Everything that can be said is explained, by an example of which it is said.

The last block of an explanation, of four backticks, is its example: `markdown` for the document `notes.md`, or `files`
for several, each below a line `@@ path`. A block `console` shows what led there where files alone do not.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from deckgen import explanations
from deckgen.proof import Verdict
from deckgen.publishing.criteria.finding import CODES
from deckgen.rules import RULES
from tests.decks import Ran, deckgen

VERDICTS = {verdict.value for verdict in Verdict}
FOLDER = Path(explanations.__file__).parent
ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^````(\w+)\n(.*?)^````\n", re.MULTILINE | re.DOTALL)
FILE_LINE = re.compile(r"^@@ (.+)\n", re.MULTILINE)

# What an example in files cannot bring about, and the test that does.
ELSEWHERE = {
    "D002": "tests/unit/test_decks.py::test_a_single_file_that_cannot_be_read_says_so",
    "D003": "tests/unit/test_decks.py::test_a_single_file_that_cannot_be_read_says_so",
    "D004": "tests/unit/test_decks.py::test_a_single_file_that_cannot_be_read_says_so",
    "D036": "tests/unit/test_grammar.py::test_code_that_looks_like_other_code_is_reported_and_runs_as_what_it_is",
    "D043": "tests/unit/test_drafting.py::test_a_file_that_has_changed_since_it_was_read_forbids_all",
    "D044": "tests/integration/test_id.py::test_files_that_git_could_not_bring_back_are_not",
    "D045": "tests/integration/test_id.py::test_a_file_that_is_named_twice_is_not_edited",
    "D046": "tests/integration/test_verify.py::test_a_card_that_is_not_there_is_a_usage_error",
    "D047": "tests/unit/test_selection.py::test_what_is_not_there_is_reported",
    "D048": "tests/unit/test_decks.py::test_a_document_of_a_deck_is_no_deck_of_its_own",
    "D078": "tests/unit/test_media.py::test_a_file_that_is_too_large_is_refused",
    "D080": "tests/integration/anki/test_media.py::test_where_graphviz_is_missing_the_text_stands_for_the_diagram",
    "D081": "tests/integration/anki/test_media.py::test_a_diagram_with_a_mistake_is_reported_where_it_is",
    "D060": "tests/integration/test_build.py::test_without_the_engine_the_package_is_written_and_a_line_says_so",
    "D061": "tests/integration/test_audit.py::test_a_build_is_told_what_the_engine_finds",
    "D067": "tests/unit/test_recall.py::test_a_released_card_cannot_change_its_note_type",
    **dict.fromkeys(CODES, "tests/integration/test_audit.py::test_what_differs_from_the_intent_or_does_not_work"),
    "A001": "tests/integration/test_audit.py::test_what_is_no_package",
    "A002": "tests/integration/test_audit.py::test_what_the_engine_refuses",
    "A003": "tests/integration/test_audit.py::test_a_name_that_would_replace_the_collection",
    **dict.fromkeys(CODES[-6:], "tests/integration/test_audit.py::test_media_that_do_not_work_on_every_device"),
}

# The command that says what is said by no other.
COMMANDS = {
    "D042": ["accept", "--write"],
    "D052": ["verify", "--mutate"],
    "D062": ["build"],
    "D063": ["build"],
    "D064": ["build"],
    "D065": ["build"],
    "D066": ["build", "--locked"],
    "D068": ["build"],
    "D069": ["build"],
}


def command(name: str) -> list[str]:
    """The command that says it."""
    if name in COMMANDS:
        return COMMANDS[name]
    if name in VERDICTS or "D050" <= name < "D070":
        return ["verify"]
    return ["id", "--write"] if "D040" <= name < "D050" else ["lint"]


def example(name: str) -> tuple[str, str]:
    """The kind of an explanation's example, and its text."""
    [*_, (kind, text)] = BLOCK.findall(explanations.explanation(name))
    return kind, text


def said(ran: Ran, name: str) -> list[str]:
    """The codes that a command printed, or the verdicts of its cards."""
    if name in VERDICTS:
        return [each["verdict"] for each in ran.json["cards"]]
    return re.findall(r"\b(D\d{3}) (?:error|warning|note)\b", ran.out + ran.err)


@pytest.mark.slow
@pytest.mark.parametrize("name", explanations.NAMES)
def test_an_example_is_said_to_be_what_it_is_an_example_of(tmp_path: Path, name: str) -> None:
    kind, text = example(name)
    if name in ELSEWHERE:
        path, _, function = ELSEWHERE[name].partition("::")
        test = (ROOT / path).read_text("utf-8")
        assert (kind, name in text, name in test, f"def {function}(" in test) == ("console", True, True, True)
        return
    assert kind in ("markdown", "files")
    arguments = command(name)
    if arguments[0] in ("verify", "accept", "build") and sys.platform != "linux":
        pytest.skip("checks run on Linux only")
    files = ["", "notes.md", text] if kind == "markdown" else FILE_LINE.split(text)
    for path, content in zip(files[1::2], files[2::2], strict=True):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, "utf-8")
    form = ["--format", "json"] if name in VERDICTS else []
    target = "notes.md" if kind == "markdown" else "."
    assert name in said(deckgen(*arguments, *form, target, cwd=tmp_path), name)


def test_nothing_is_explained_that_is_never_said() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == {*RULES, *CODES, *VERDICTS}


@pytest.mark.parametrize("name", explanations.NAMES)
def test_an_explanation_is_a_title_a_text_and_an_example(name: str) -> None:
    lines = explanations.explanation(name).splitlines()
    assert lines[0].startswith(f"# {name}: ")
    assert (lines[1], lines[-1]) == ("", "````")
    assert max(map(len, lines)) <= 100


def test_a_code_is_explained_whatever_its_case(tmp_path: Path) -> None:
    ran = deckgen("explain", "d012", cwd=tmp_path)
    assert (ran.status, ran.out) == (0, (FOLDER / "D012.md").read_text())
    assert deckgen("explain", "Vacuous", cwd=tmp_path).out.startswith("# vacuous")


def test_without_a_name_everything_is_listed(tmp_path: Path) -> None:
    lines = deckgen("explain", cwd=tmp_path).out.splitlines()
    assert [line.partition(": ")[0] for line in lines] == list(explanations.NAMES)
    assert "D012: A question without an answer" in lines


def test_what_cannot_be_explained_is_a_usage_error(tmp_path: Path) -> None:
    ran = deckgen("explain", "D01", cwd=tmp_path)
    assert ran.status == 2
    assert "there is no code or verdict D01; `deckgen explain` lists them" in ran.err
