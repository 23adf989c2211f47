"""Paths become decks, and no bad file stops the others."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest

from deckgen.diagnostics import Diagnostic, Source
from deckgen.model import Deck, Role, Unchecked
from deckgen.reading import decks, sources
from deckgen.reading.decks import Reading
from deckgen.reading.sources import MAX_BYTES

TOML = '[deck]\nid = "moon"\nname = "Moon"\n'
PAGE = "Q1. What is the moon? {#moon}\n\nA rock.\n"

Write = Callable[[dict[str, str | bytes]], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write some files into a folder of their own, which is the current one."""
    monkeypatch.chdir(tmp_path)

    def files(contents: dict[str, str | bytes]) -> None:
        for name, content in contents.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    return files


def read(*paths: str) -> Reading:
    return decks.read(paths)


def only(*paths: str) -> Deck:
    [deck] = read(*paths).decks
    return deck


def everything(reading: Reading) -> list[Diagnostic]:
    return [*reading.diagnostics, *(found for deck in reading.decks for found in deck.diagnostics)]


def places(found: list[Diagnostic]) -> list[tuple[str, str]]:
    return sorted((each.code, str(each.location)) for each in found)


def ids(deck: Deck) -> list[str]:
    return [card.id for card in deck.cards]


# ---------------------------------------------------------------- folders


def test_a_folder_with_a_configuration_is_a_deck(write: Write) -> None:
    write({"moon/deck.toml": f'{TOML}description = "Rocks"\nunchecked = "mark"\n', "moon/a.md": PAGE})
    reading = read("moon")
    [deck] = reading.decks
    assert (deck.id, deck.name, deck.description, deck.unchecked) == ("moon", "Moon", "Rocks", Unchecked.MARK)
    assert (deck.ledger, deck.prelude) == ("moon/ledger.json", None)
    [card] = deck.cards
    assert (card.id, card.document, str(card.location)) == ("moon", "a.md", "moon/a.md:1:1")
    assert everything(reading) == []


def test_the_configuration_says_how_to_verify(write: Write) -> None:
    verify = '[verify]\nsqlalchemy = ["2.0"]\ndatabases = ["sqlite", "mariadb"]\ntimeout = 3\n'
    write({"moon/deck.toml": TOML + verify, "moon/a.md": PAGE})
    deck = only("moon")
    assert (deck.sqlalchemy, deck.databases, deck.timeout) == (("2.0",), ("sqlite", "mariadb"), 3.0)


def test_paths_are_shown_relative_to_the_current_folder(write: Write, tmp_path: Path) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": PAGE})
    assert [str(card.location) for card in only(str(tmp_path / "moon")).cards] == ["moon/a.md:1:1"]
    os.chdir(tmp_path / "moon")
    assert [str(card.location) for card in only(".").cards] == ["a.md:1:1"]


def test_a_folder_of_decks_gives_them_in_order_of_their_names(write: Write) -> None:
    write({f"source/{name}/deck.toml": TOML.replace("moon", name) for name in ("c", "a", "b")})
    write({"source/README.md": "How to write decks.", "source/.hidden/deck.toml": TOML})
    reading = read("source")
    assert [deck.id for deck in reading.decks] == ["a", "b", "c"]
    assert reading.diagnostics == ()


def test_a_file_is_a_subdeck_named_by_its_first_heading_or_its_own_name(write: Write) -> None:
    write({"moon/deck.toml": TOML})
    pages = {"02 far side.md": "", "01.md": "# Near side\n\n", "sea/a.md": "## Sea\n\n", "sea/deep/b.md": "### c\n\n"}
    write(
        {f"moon/{name}": heading + PAGE.replace("#moon", f"#m{n}") for n, (name, heading) in enumerate(pages.items())}
    )
    assert [(document.path, document.subdeck) for document in only("moon").documents] == [
        ("01.md", "Near side"),
        ("02 far side.md", "02 far side"),
        ("sea/a.md", "sea::Sea"),
        ("sea/deep/b.md", "sea::deep::b"),
    ]


@pytest.mark.parametrize("colons", ["::", ":::", "::::"])
def test_colons_in_a_heading_open_no_level(write: Write, colons: str) -> None:
    write({"moon/deck.toml": TOML, "moon/sea/a.md": f"# Near{colons}Far\n\n{PAGE}"})
    assert [document.subdeck.count("::") for document in only("moon").documents] == [1]


def test_a_document_of_a_deck_is_no_deck_of_its_own(write: Write) -> None:
    write({"moon/deck.toml": TOML, "moon/sea/a.md": PAGE})
    reading = read("moon/sea/a.md")
    assert [(each.code, each.hint) for each in reading.diagnostics] == [("D048", "name moon")]
    assert reading.decks == ()


def test_only_visible_markdown_is_read(write: Write) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": PAGE})
    others = ["moon/README.md", "moon/.b.md", "moon/.git/c.md", "moon/d.txt", "moon/e.md.bak", "moon/f.py"]
    write(dict.fromkeys(others, PAGE.replace("#moon", "#other")))
    assert ids(only("moon")) == ["moon"]


def test_a_prelude_is_set_up_of_the_whole_deck(write: Write) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": PAGE, "moon/prelude.py": "radius = 1737\r\n"})
    prelude = only("moon").prelude
    assert prelude is not None
    assert (prelude.role, prelude.code, str(prelude.location)) == (Role.SETUP, "radius = 1737\n", "moon/prelude.py:1:1")


def test_front_matter_in_a_folder_hides_no_question(write: Write) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": f"---\n\n{PAGE}\n---\n\nQ2. Why? {{#why}}\n\nSo.\n"})
    deck = only("moon")
    assert ids(deck) == ["moon", "why"] or any(found.location.line < 7 for found in deck.diagnostics)


NO_DECK: dict[str, tuple[dict[str, str | bytes], list[tuple[str, str]]]] = {
    "nothing there": ({}, [("D008", "moon:1:1")]),
    "an empty folder": ({"moon/sub/x.txt": ""}, [("D008", "moon:1:1")]),
    "Markdown only": ({"moon/a.md": PAGE}, [("D007", "moon:1:1")]),
    "Markdown only, one level down": ({"moon/sub/a.md": PAGE}, [("D007", "moon/sub:1:1")]),
    "a configuration that is not TOML": (
        {"moon/deck.toml": "[deck\n", "moon/a.md": PAGE},
        [("D005", "moon/deck.toml:1:6")],
    ),
    "a configuration with a mistake": (
        {"moon/deck.toml": f"{TOML}nmae = 1\n", "moon/a.md": PAGE},
        [("D006", "moon/deck.toml:4:1")],
    ),
    "a configuration that is not text": (
        {"moon/deck.toml": b"\xff", "moon/a.md": PAGE},
        [("D003", "moon/deck.toml:1:1")],
    ),
    "an empty configuration": ({"moon/deck.toml": "", "moon/a.md": PAGE}, [("D006", "moon/deck.toml:1:1")]),
}


@pytest.mark.parametrize(("files", "expected"), NO_DECK.values(), ids=NO_DECK.keys())
def test_a_path_without_a_deck_says_why(
    write: Write, files: dict[str, str | bytes], expected: list[tuple[str, str]]
) -> None:
    write(files)
    reading = read("moon")
    assert reading.decks == ()
    assert places(list(reading.diagnostics)) == expected


def test_a_bad_deck_does_not_stop_the_others(write: Write) -> None:
    write({"source/a/deck.toml": "[deck\n", "source/b/x.md": PAGE})
    write({"source/c/deck.toml": TOML, "source/c/a.md": PAGE, "other.md": PAGE})
    reading = read("source", "nowhere", "other.md")
    assert [deck.id for deck in reading.decks] == ["moon", "other"]
    assert places(list(reading.diagnostics)) == [
        ("D005", "source/a/deck.toml:1:6"),
        ("D007", "source/b:1:1"),
        ("D008", "nowhere:1:1"),
    ]


def test_two_decks_with_one_id_are_told_apart(write: Write) -> None:
    write({"source/a/deck.toml": TOML, "source/b/deck.toml": TOML.replace("Moon", "Other moon")})
    reading = read("source")
    assert [deck.name for deck in reading.decks] == ["Moon"]
    [report] = reading.diagnostics
    assert report.code == "D009"
    assert "`moon`" in report.message
    assert report.location.path.startswith("source/b")


# ---------------------------------------------------------------- files that cannot be read

UNREADABLE: dict[str, tuple[bytes, str, int, str]] = {
    "UTF-16": ("Q1. What?\n\nA rock.\n".encode("utf-16"), "D003", 1, "invalid start byte"),
    "UTF-16 without a mark": ("Q1. What?\n".encode("utf-16-le"), "D004", 1, "U+0000"),
    "Latin-1": (b"Q1. What?\n\nA caf\xe9.\n", "D003", 3, "0xe9"),
    "Latin-1, CRLF": (b"Q1. What?\r\n\r\nA caf\xe9.\r\n", "D003", 3, "0xe9"),
    "Latin-1, CR": (b"Q1. What?\r\rA caf\xe9.\r", "D003", 3, "0xe9"),
    "cut in a character": ("Q1. What?\n\n\u2205".encode()[:-1], "D003", 3, "unexpected end"),
    "a surrogate": (b"Q1. What?\n\xed\xa0\x80\n", "D003", 2, "0xed"),
    "NUL": (b"Q1. What?\n\nA\x00rock.\n", "D004", 3, "U+0000"),
    "escape": (b"Q1. \x1b[31mWhat?\n", "D004", 1, "U+001B"),
    "delete": (b"Q1.\x7f What?\n", "D004", 1, "U+007F"),
    "a C1 control": ("Q1. What?\n\u0085\n".encode(), "D004", 2, "U+0085"),
    "one byte too many": (b"Q1. What?\n" + b"x" * (MAX_BYTES - 9), "D002", 1, "4194305"),
}


@pytest.mark.parametrize(("data", "code", "line", "words"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_cannot_be_read_does_not_stop_the_others(
    write: Write, data: bytes, code: str, line: int, words: str
) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": data, "moon/b.md": PAGE})
    deck = only("moon")
    assert [document.path for document in deck.documents] == ["b.md"]
    assert ids(deck) == ["moon"]
    [report] = deck.diagnostics
    assert (report.code, report.location.path, report.location.line) == (code, "moon/a.md", line)
    assert words in report.message


@pytest.mark.parametrize(("data", "code", "line", "words"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_single_file_that_cannot_be_read_says_so(write: Write, data: bytes, code: str, line: int, words: str) -> None:
    write({"a.md": data})
    reading = read("a.md")
    [report] = everything(reading)
    assert (report.code, report.location.path, report.location.line) == (code, "a.md", line)
    assert words in report.message
    assert [card for deck in reading.decks for card in deck.cards] == []


NAMELESS = ["b\udcff.md", "b\udcff/n.md", "b\x1b/c/n.md", "b\udcff.checks.py", "b\udcff/n.checks.py"]


@pytest.mark.parametrize("name", NAMELESS, ids=ascii)
def test_what_no_text_can_name_is_reported_in_words_that_can_be_printed(write: Write, name: str) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": PAGE, f"moon/{name}": PAGE.replace("#moon", "#other")})
    deck = only("moon")
    assert ids(deck) == ["moon"]
    assert places(list(deck.diagnostics)) == [("D001", f"moon/{name}:1:1".replace("\udcff", "?"))]


def test_a_folder_called_like_a_document_is_reported(write: Write) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md/x.txt": "", "moon/b.md": PAGE})
    deck = only("moon")
    assert ids(deck) == ["moon"]
    assert places(list(deck.diagnostics)) == [("D001", "moon/a.md:1:1")]


def test_a_pipe_in_a_folder_is_not_waited_for(write: Write, tmp_path: Path) -> None:
    write({"moon/deck.toml": TOML, "moon/b.md": PAGE})
    os.mkfifo(tmp_path / "moon" / "a.md")
    assert places(list(only("moon").diagnostics)) == [("D001", "moon/a.md:1:1")]


def test_a_link_to_nothing_is_reported(write: Write, tmp_path: Path) -> None:
    write({"moon/deck.toml": TOML, "moon/b.md": PAGE})
    (tmp_path / "moon" / "a.md").symlink_to("nowhere.md")
    deck = only("moon")
    assert ids(deck) == ["moon"]
    assert places(list(deck.diagnostics)) == [("D001", "moon/a.md:1:1")]


@pytest.mark.parametrize("name", ["collection.md", "backup-1.md", "x" * 101 + ".md"])
@pytest.mark.parametrize("data", [b"\xff", PAGE.encode()], ids=["unreadable", "readable"])
def test_a_file_whose_name_cannot_name_a_deck_gets_another_and_is_reported(
    write: Write, name: str, data: bytes
) -> None:
    write({name: data})
    deck = only(name)
    assert deck.id.startswith(("deck-collection", "deck-backup-1", "xxx"))
    assert len(deck.name) <= 100
    assert {report.code for report in deck.diagnostics} & {"D003", "D033"}


def test_a_file_of_exactly_the_limit_is_read() -> None:
    source = sources.decode(b"x" * MAX_BYTES, "a.md")
    assert isinstance(source, Source)
    assert len(source.text) == MAX_BYTES


def test_beside_a_document_too_what_cannot_be_read_is_reported(write: Write) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": PAGE, "moon/a.checks.py": b"\xff", "moon/prelude.py": b"\x00"})
    deck = only("moon")
    assert (ids(deck), deck.prelude) == (["moon"], None)
    assert places(list(deck.diagnostics)) == [("D003", "moon/a.checks.py:1:1"), ("D004", "moon/prelude.py:1:1")]


# ---------------------------------------------------------------- marks and line ends

TEXT = "# Moon\n\nQ1. What is it ? {#a}\nA rock.\nQ2. Why?\n\n```python check\nassert True\n\n```\n"
ENCODED = {
    "LF": TEXT.encode(),
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "CR": TEXT.replace("\n", "\r").encode(),
    "mixed": "".join(line + end for line, end in zip(TEXT.split("\n"), cycle(["\r\n", "\n", "\r"]))).encode()[:-1],
    "byte-order mark": b"\xef\xbb\xbf" + TEXT.encode(),
    "byte-order mark and CRLF": b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("data", ENCODED.values(), ids=ENCODED.keys())
def test_marks_and_line_ends_change_nothing(write: Write, data: bytes) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": TEXT, "moon/a.checks.py": "def check_q1():\n    pass\n"})
    expected = only("moon")
    write({"moon/a.md": data, "moon/a.checks.py": b"\xef\xbb\xbfdef check_q1():\r\n    pass\r\n"})
    assert only("moon") == expected
    assert [card.location.line for card in expected.cards] == [3, 5]


def test_a_mark_before_the_first_question_does_not_hide_it(write: Write) -> None:
    write({"a.md": b"\xef\xbb\xbf" + PAGE.encode()})
    assert ids(only("a.md")) == ["moon"]


# ---------------------------------------------------------------- a single document


def test_a_document_is_a_deck_named_by_front_matter(write: Write) -> None:
    head = "---\nid: luna\nname: The moon\ndescription: Rocks\nunchecked: mark\ndatabases: [mariadb]\ntimeout: 3\n---\n"
    write({"notes/a.md": f"{head}{PAGE}"})
    reading = read("notes/a.md")
    [deck] = reading.decks
    assert (deck.id, deck.name, deck.description, deck.unchecked) == ("luna", "The moon", "Rocks", Unchecked.MARK)
    assert (deck.databases, deck.timeout, deck.ledger) == (("mariadb",), 3.0, "notes/a.ledger.json")
    assert [(document.path, document.subdeck) for document in deck.documents] == [("a.md", "")]
    assert [str(card.location) for card in deck.cards] == ["notes/a.md:9:1"]
    assert everything(reading) == []


DEFAULTS = {
    "heading": ("My Notes (2).md", f"# The `moon`\n\n{PAGE}", "my-notes-2", "The `moon`", ["file's name", "heading"]),
    "no heading": ("a.b.md", PAGE, "a-b", "a.b", ["file's name", "file's name"]),
    "no letter": ("月.md", PAGE, "deck", "月", ["file's name", "file's name"]),
    "an id in front matter": ("a.md", f"---\nid: luna\n---\n{PAGE}", "luna", "a", ["file's name"]),
    "a name in front matter": ("a.md", f"---\nname: Luna\n---\n{PAGE}", "a", "Luna", ["file's name"]),
}


@pytest.mark.parametrize(("name", "text", "deck_id", "deck_name", "origins"), DEFAULTS.values(), ids=DEFAULTS.keys())
def test_what_front_matter_leaves_out_is_taken_from_elsewhere_and_said(
    write: Write, name: str, text: str, deck_id: str, deck_name: str, origins: list[str]
) -> None:
    write({name: text})
    deck = only(name)
    assert (deck.id, deck.name) == (deck_id, deck_name)
    said = [report for report in deck.diagnostics if report.code == "D033"]
    assert len(said) == len(origins)
    assert all(report.message.endswith(origin) for report, origin in zip(said, origins, strict=True))
    assert {report.severity.value for report in said} == {"note"}


def test_a_document_whose_identity_cannot_be_read_is_left_out(write: Write) -> None:
    """Under another id every one of its notes would be new to the learner."""
    write({"a.md": f"---\nid: [\n---\n{PAGE}"})
    reading = read("a.md")
    assert reading.decks == ()
    assert ("D032", "a.md:2:1") in places(everything(reading))


def test_checks_beside_no_document_are_reported(write: Write) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": PAGE, "moon/b.checks.py": "def check_q1(): pass\n"})
    assert places(list(only("moon").diagnostics)) == [("D035", "moon/b.checks.py:1:1")]


def test_a_byte_order_mark_inside_a_file_is_reported(write: Write) -> None:
    """Two files put behind one another: it would hide the question that follows it."""
    write({"a.md": f"{PAGE}\n\ufeff{PAGE}"})
    assert "D004" in [report.code for report in only("a.md").diagnostics]


def test_a_date_in_front_matter_that_is_none_stops_nothing(write: Write) -> None:
    write({"a.md": f"---\nid: luna\ncreated: 2024-02-31\n---\n{PAGE}", "b.md": PAGE})
    reading = read("a.md", "b.md")
    assert "b" in [deck.id for deck in reading.decks]
    assert "D032" in [report.code for report in everything(reading)]


def test_all_mistakes_of_a_document_are_reported_though_it_is_left_out(write: Write) -> None:
    write({"a.md": "---\nid: Luna\nname: Moon\ntimout: 3\n---\n\nQ1. Why? {#why x=1}\n"})
    reading = read("a.md")
    assert reading.decks == ()
    assert {("D006", "a.md:2:1"), ("D031", "a.md:4:1"), ("D012", "a.md:7:1")} <= set(places(everything(reading)))


def test_a_document_may_have_its_checks_beside_it(write: Write) -> None:
    write({"notes/a.b.md": PAGE, "notes/a.b.checks.py": "def check_q1(): pass\n", "notes/a.checks.py": "("})
    deck = only("notes/a.b.md")
    [card] = deck.cards
    assert [(fence.entry, str(fence.location)) for fence in card.fences] == [("check_q1", "notes/a.b.checks.py:1:1")]
    assert card.checked
    assert {report.code for report in deck.diagnostics} == {"D033"}


@pytest.mark.parametrize("checks", ["", "# none yet\n"], ids=["empty", "a comment"])
def test_an_empty_file_of_checks_is_no_mistake(write: Write, checks: str) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": PAGE, "moon/a.checks.py": checks})
    deck = only("moon")
    assert [card.checked for card in deck.cards] == [False]
    assert deck.diagnostics == ()


def test_a_deck_in_a_folder_takes_checks_from_beside_each_document(write: Write) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": PAGE, "moon/b.md": PAGE.replace("moon", "sea")})
    write({"moon/b.checks.py": "def check_sea(): pass\ndef check_moon(): pass\n"})
    deck = only("moon")
    assert [card.checked for card in deck.cards] == [False, True]
    [report] = deck.diagnostics
    assert (report.code, str(report.location)) == ("D028", "moon/b.checks.py:2:1")
    assert report.message == "`check_moon` belongs to no question of moon/b.md"


# ---------------------------------------------------------------- how questions are written, and what stands above them

FORMS = {
    "a form": ("labels", []),
    "a form in quotes": ("'labels'", []),
    "a form with a comment": ("labels # in all of them", []),
    "a form that it does not show": ("numbers", ["its questions are read as labels; the key is left out"]),
    "nothing": ("", ["known are `labels`, "]),
    "null": ("null", ["known are `labels`, "]),
    "mistyped": ("number", ["did you mean `numbers`?; the key is left out"]),
    "in capitals": ("Folds", ["did you mean `folds`?; the key is left out"]),
    "unlike any": ("xyz", ["known are `labels`, `numbered headings`, "]),
    "a number": ("3", ["known are `labels`, "]),
    "a list": ("[numbers]", ["did you mean `numbers`?; "]),
}


@pytest.mark.parametrize(("value", "hints"), FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("in_folder", [False, True], ids=["a document", "in a folder"])
def test_a_way_to_write_questions_that_does_not_exist_is_answered_with_advice(
    write: Write,
    value: str,
    hints: list[str],
    in_folder: bool,  # noqa: FBT001
) -> None:
    write({"moon/deck.toml": TOML} if in_folder else {})
    write({"moon/a.md": f"---\nquestions: {value}\n---\n{PAGE}"})
    found = [each for each in everything(read("moon" if in_folder else "moon/a.md")) if each.code in ("D031", "D039")]
    assert [(each.code, str(each.location)) for each in found] == [("D039", "moon/a.md:1:1")] * len(hints)
    assert all(each.hint.startswith(hint) for each, hint in zip(found, hints, strict=True))


SECTIONED = """# Moon

## Near side

Q1. What is a sea?

Lava.

### Seas: `old`

Q2. Which is the largest?

Procellarum.

## Far side 🌑

Q1. Who saw it first?

Luna 3.
"""
SECTIONS = {
    "tags": ("tags", [(("near-side",), ()), (("near-side", "seas-old"), ()), (("far-side",), ())]),
    "subdecks": ("subdecks", [((), ("Near side",)), ((), ("Near side", "Seas: `old`")), ((), ("Far side",))]),
    "nothing": ("ignore", [((), ()), ((), ()), ((), ())]),
}


@pytest.mark.parametrize(("sections", "expected"), SECTIONS.values(), ids=SECTIONS.keys())
@pytest.mark.parametrize("in_folder", [False, True], ids=["a document", "in a folder"])
def test_a_heading_between_questions_is_what_the_configuration_makes_of_it(
    write: Write,
    sections: str,
    expected: list[object],
    in_folder: bool,  # noqa: FBT001
) -> None:
    write({"moon/deck.toml": f'{TOML}sections = "{sections}"\n', "moon/a.md": SECTIONED})
    write({"a.md": f"---\nsections: {sections}\n---\n{SECTIONED}"})
    deck = only("moon" if in_folder else "a.md")
    assert [(card.tags, card.section) for card in deck.cards] == expected


ABOVE_ALL = {
    "its title": ("# Moon\n\n", [(), ()]),
    "its title and a section": ("# Moon\n\n## Near side\n\n", [("near-side",), ("near-side",)]),
    "a section": ("## Near side\n\n", [(), ()]),
    "a question": ("# Moon\n\nQ0. What is it?\n\nA rock.\n\n", [(), (), ()]),
    "a question before its title": ("Q0. What is it?\n\nA rock.\n\n# Moon\n\n", [(), ("moon",), ("moon",)]),
}


@pytest.mark.parametrize(("above", "tags"), ABOVE_ALL.values(), ids=ABOVE_ALL.keys())
def test_the_title_of_a_document_is_no_section(write: Write, above: str, tags: list[tuple[str, ...]]) -> None:
    write({"a.md": f"{above}Q1. What is a sea?\n\nLava.\n\nQ2. Which is the largest?\n\nProcellarum.\n"})
    assert [card.tags for card in only("a.md").cards] == tags


def test_two_titles_are_sections(write: Write) -> None:
    write({"a.md": f"{SECTIONED}\n# Sun\n\nQ1. What is it made of?\n\nGas.\n"})
    assert [card.tags[:1] for card in only("a.md").cards] == [("moon",), ("moon",), ("moon",), ("sun",)]


def test_a_section_is_a_tag_beside_those_of_the_question_and_once(write: Write) -> None:
    write({"a.md": "# A\n\nQ0. Why?\n\nSo.\n\n# Sea\n\nQ1. What? {.old .sea}\n\nLava.\n"})
    assert only("a.md").cards[1].tags == ("old", "sea")


def test_colons_in_a_section_open_no_level(write: Write) -> None:
    write({"a.md": "---\nsections: subdecks\n---\n# A\n\nQ0. Why?\n\nSo.\n\n# std::map\n\nQ1. What?\n\nA tree.\n"})
    assert [card.section for card in only("a.md").cards] == [("A",), ("std:map",)]


@pytest.mark.parametrize("value", ["tag", "Tags", "1", "[tags]"])
def test_sections_are_made_nothing_else(write: Write, value: str) -> None:
    write({"a.md": f"---\nid: luna\nsections: {value}\n---\n{PAGE}"})
    reading = read("a.md")
    assert reading.decks == ()
    assert ("D006", "a.md:3:1") in places(list(reading.diagnostics))


# ---------------------------------------------------------------- ids


def test_an_id_is_used_once_in_a_deck(write: Write) -> None:
    again = "# Sea\n\n   Q1. What is the sea? {#moon}\n\nWater.\n\nQ2. What is salt? {#salt}\n\nSodium.\n"
    write({"moon/deck.toml": TOML, "moon/a.md": PAGE, "moon/b.md": again, "moon/c.md": PAGE})
    deck = only("moon")
    assert [[defect.code for defect in card.defects] for card in deck.cards] == [[], ["D014"], [], ["D014"]]
    first, second = deck.diagnostics
    assert (str(first.location), str(second.location)) == ("moon/b.md:3:4", "moon/c.md:1:1")
    assert first.message == "id `moon` is already used at moon/a.md:1:1"
    assert first.excerpt == "   Q1. What is the sea? {#moon}"


def test_the_same_words_in_two_questions_are_one_id_too(write: Write) -> None:
    write({"a.md": "Q1. Why?\n\nSo.\n\nQ2. *Why*?\n\nThus.\n"})
    deck = only("a.md")
    assert ids(deck) == ["why", "why"]
    assert ("D014", "a.md:5:1") in places(list(deck.diagnostics))


def test_two_decks_may_use_the_same_ids(write: Write) -> None:
    write({"a.md": PAGE, "b.md": PAGE})
    assert {report.code for report in everything(read("a.md", "b.md"))} == {"D033"}


def test_reading_twice_gives_the_same(write: Write) -> None:
    write({"moon/deck.toml": TOML, "moon/a.md": "Q1. Why?\n\nQ1. Why?\n\n```python chekc\n", "moon/b.md": b"\xff"})
    write({"moon/a.checks.py": "def check_q1(): pass\ndef check_q9(): pass\n"})
    assert read("moon") == read("moon")


def test_sections_in_any_script_are_tags_of_their_own(write: Write) -> None:
    text = "# Базы\n\n## Основы SQL\n\nQ1. What?\n\nSo.\n\n## Язык SQL\n\nQ2. How?\n\nSo.\n"
    write({"deck/deck.toml": TOML, "deck/notes.md": text})
    [found] = decks.read(["deck"]).decks
    assert [card.tags for card in found.cards] == [("основы-sql",), ("язык-sql",)]


def test_a_sidecar_that_is_a_pipe_is_not_waited_for(write: Write) -> None:
    write({"deck/deck.toml": TOML, "deck/notes.md": "Q1. What?\n\nSo.\n"})
    os.mkfifo("deck/notes.checks.py")
    [found] = decks.read(["deck"]).decks
    assert [each.location.path for each in found.diagnostics if each.code == "D001"]


def test_the_sidecar_of_a_document_of_another_suffix_has_its_own_name(write: Write) -> None:
    write({"notes.txt": "Q1. What? {#what}\n\nSo.\n", "notes.checks.py": "def check_what():\n    assert True\n"})
    [found] = decks.read(["notes.txt"]).decks
    [fence] = found.cards[0].fences
    assert fence.location.path == "notes.checks.py"
