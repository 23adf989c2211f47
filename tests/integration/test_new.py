"""`deckgen new`: a deck that is proved at once, and a deck of a document that is copied with nothing but its ids."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from deckgen.cli import main
from deckgen.model import Deck
from deckgen.reading import decks, ids
from deckgen.reading.sidecar import identifier
from deckgen.reading.sources import MAX_BYTES
from tests.decks import DECK_TOML, Ran, deck
from tests.golden.test_found import FOUND, titles
from tests.samples import SVG, png
from tests.unit.test_ids import ended
from tests.unit.test_seed_like import ROUGH

Run = Callable[..., Ran]
TWO = "# Grasses\n\nQ1. What is rye?\n\nA grass.\n\nQ2. And oat?\n\nToo.\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What runs a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as exited:
            main(arguments)
        printed = capsys.readouterr()
        assert isinstance(exited.value.code, int)
        return Ran(exited.value.code, printed.out, printed.err)

    return run


def read(place: str) -> Deck:
    [deck] = decks.read([place]).decks
    return deck


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def without_ids(data: bytes) -> bytes:
    return re.sub(rb" \{#[\w-]+\}", b"", data)


def checks(place: str) -> list[str]:
    """The checks beside the only document of a deck's folder, after all of it has been compiled."""
    found = []
    for path in Path(place).rglob("*.checks.py"):
        text = path.read_text("utf-8")
        compile(text, path.name, "exec")
        found += re.findall(r"^def (\w+)", text, re.MULTILINE)
    return found


# ---------------------------------------------------------------- without a document


def test_a_new_deck_is_proved_and_packed_at_once(run: Run, tmp_path: Path) -> None:
    ran = run("new", "networks")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == "networks: 1 card\nread as: labels, 1 question\nnext: deckgen build source/networks\n"
    assert sorted(files(tmp_path)) == ["source/networks/cards.md", "source/networks/deck.toml"]
    assert (tmp_path / "source" / "networks").stat().st_mode & 0o7777 == 0o755
    ran = run("build", "source/networks")
    assert (ran.status, ran.out) == (0, "")
    assert "networks: 1 of 1 verified" in ran.err
    assert (tmp_path / "build" / "networks.apkg").exists()


@pytest.mark.parametrize("document", [[], ["--from", "a.md"]], ids=["fresh", "rough"])
def test_nothing_is_overwritten(run: Run, tmp_path: Path, document: list[str]) -> None:
    (tmp_path / "a.md").write_text(TWO)
    assert run("new", "networks", *document).status == 0
    (tmp_path / "source" / "empty").mkdir()
    (tmp_path / "source" / "nowhere").symlink_to("missing")
    before = files(tmp_path)
    for name in ("networks", "empty", "nowhere"):
        ran = run("new", name, *document)
        assert (ran.status, ran.out) == (2, "")
        assert f"source/{name} is there already; nothing is written" in ran.err
    assert files(tmp_path) == before
    assert sorted(path.name for path in (tmp_path / "source").iterdir()) == ["empty", "networks", "nowhere"]


NAMES = {"My Deck": "my-deck", "decks/networks": "decks-networks", "../x": "x", "": "deck", "collection": "deck-coll"}


@pytest.mark.parametrize(("name", "advice"), NAMES.items(), ids=NAMES.keys())
def test_a_name_that_is_no_id_is_refused_with_one_that_is(run: Run, tmp_path: Path, name: str, advice: str) -> None:
    ran = run("new", name)
    assert ran.status == 2
    assert f"try `{advice}" in ran.err
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- from a document


def test_a_rough_document_becomes_a_deck(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bees.md").write_text(ROUGH)
    ran = run("new", "interview", "--from", "bees.md")
    assert ran.status == 0
    lines = ran.err.splitlines()
    assert lines[0] == "source/interview is made of bees.md; ids inserted: 17"
    assert lines[1].startswith("interview: 17 cards, 16 unchecked, 1 unanswered")
    assert lines[2:] == [
        "read as: labels, 17 questions",
        "next: write the checks in source/interview/bees.checks.py, then say deckgen build source/interview",
    ]
    assert re.findall(r"^source/interview/bees\.md:\d+:1: (\w+) error", ran.out, re.MULTILINE) == ["D012"]
    assert "D013" not in ran.out
    assert (tmp_path / "bees.md").read_text() == ROUGH
    assert without_ids((tmp_path / "source/interview/bees.md").read_bytes()) == ROUGH.encode()
    ran = run("build", "source/interview")
    assert ran.status == 1
    assert "interview: 0 of 17 verified, 16 unchecked, 1 unanswered" in ran.err


def test_each_answer_without_a_check_gets_an_empty_one_in_order(run: Run, tmp_path: Path) -> None:
    checked = "Q3. Is it?\n\nYes.\n\n```python check\nassert engine\n```\n"
    (tmp_path / "a.md").write_text(f"{TWO}\n{checked}\nQ4. And then?\n\nQ5. What is rye?\n\nA plant.\n")
    run("new", "grasses", "--from", "a.md")
    assert checks("source/grasses") == ["check_what_is_rye", "check_and_oat", "check_what_is_rye_2"]
    text = Path("source/grasses/a.checks.py").read_text()
    assert "\n\n\n# Q2 And oat?\ndef check_and_oat():\n    ...\n" in text
    Path("source/grasses/a.checks.py").write_text(text.replace("...\n\n\n# Q2", "assert session\n\n\n# Q2"))
    assert [card.checked for card in read("source/grasses").cards] == [True, False, True, False, False]


def test_where_every_answer_is_checked_nothing_is_put_beside_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Q1. Is it?\n\nYes.\n\n```python check\nassert engine\n```\n")
    ran = run("new", "a", "--from", "a.md")
    assert sorted(files(tmp_path / "source")) == ["a/a.md", "a/deck.toml"]
    assert ran.err.endswith("\nnext: deckgen build source/a\n")


@pytest.mark.parametrize("ends", [["\r\n"], ["\r"], ["\n", "\r\n"]], ids=["CRLF", "CR", "mixed"])
def test_bytes_stay_but_for_ids(run: Run, tmp_path: Path, ends: list[str]) -> None:
    before = codecs.BOM_UTF8 + ended(TWO.replace("grass", "gr\u00e4ss \t"), ends) + "\f Caf\u00e9".encode()
    (tmp_path / "a.md").write_bytes(before)
    assert run("new", "a", "--from", "a.md").status == 0
    after = (tmp_path / "source/a/a.md").read_bytes()
    assert after.count(b"{#") == 2
    assert without_ids(after) == before == (tmp_path / "a.md").read_bytes()


TITLES = {
    "quotes": "What is '''this''' and \"\"\"that\"\"\"?",
    "a string that ends": '""" + str(exit()) + """?',
    "backslashes": "What is \\N{DIGIT ONE} \\x00 \\?",
    "an encoding": "# -*- coding: rot13 -*- ?",
    "a way out of a comment": "What is\fthis\x0b\u2028exit()\u2029 \u2028?",
    "another order": "What is \u202e)(tixe\u2066 ?",
    "braces": "What is {x} %s {{?",
    "another script": "\u041a\u0442\u043e \u6211?",
    "digits and signs": "\u00b2\u00bd?",
    "long": f"What is {'very ' * 200}long?",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES.keys())
def test_the_words_of_a_question_never_become_code(run: Run, tmp_path: Path, title: str) -> None:
    text = f"Q1. {title}\n\nYes.\n\nQ2. {title}\n\nNo.\n"
    (tmp_path / "a.md").write_text(text, newline="")
    if run("new", "a", "--from", "a.md").status == 2:  # what is no text at all is refused
        assert not (tmp_path / "source").exists()
        return
    assert without_ids((tmp_path / "source/a/a.md").read_bytes()) == text.encode()
    deck = read("source/a")
    assert checks("source/a") == [f"check_{card.id.replace('-', '_')}" for card in deck.cards]
    for line in Path("source/a/a.checks.py").read_text("utf-8").split("\n"):
        assert re.fullmatch(r"(#.*|def check_\w+\(\):|    \.\.\.|)", line)
        assert line.isprintable()
        assert len(line) <= 120
    assert all(not card.checked for card in deck.cards)
    assert not ids.missing(deck)


def test_an_id_that_is_no_name_or_that_of_two_gets_no_check(run: Run, tmp_path: Path) -> None:
    own = "".join(f"Q. Is it {each}? {{#{each}}}\n\nYes.\n\n" for each in ("a-b", "a_b", "c", "c", "d"))
    (tmp_path / "a.md").write_text(own)
    ran = run("new", "a", "--from", "a.md")
    assert checks("source/a") == ["check_d"]
    assert re.findall(r"(D\d+) error", ran.out) == ["D014"]


ASKING = [document for document in FOUND if titles(document).read_text("utf-8").strip()]


@pytest.mark.parametrize("document", ASKING, ids=lambda path: path.stem)
def test_a_document_as_it_is_found_keeps_its_questions(run: Run, document: Path) -> None:
    before = read(document.as_posix())
    assert run("new", "found", "--from", document.as_posix()).status == 0
    after = read("source/found")
    assert [card.question for card in after.cards] == [card.question for card in before.cards]
    assert [card.answered for card in after.cards] == [card.answered for card in before.cards]
    assert [card.label for card in after.cards] == [card.label for card in before.cards]
    assert checks("source/found") == [f"check_{identifier(card.id)}" for card in after.cards if card.answered]
    assert not {each.code for each in after.diagnostics} & {"D013", "D014", "D027", "D028", "D029", "D030"}
    assert without_ids(Path("source/found", document.name).read_bytes()) == document.read_bytes()


# ---------------------------------------------------------------- what comes along


def test_front_matter_becomes_the_settings_of_the_deck(run: Run, tmp_path: Path) -> None:
    head = (
        '---\nid: grasses\nname: "Gr\u00e4ser \\"1\\" \\\\"\ndescription: |\n  Two\n  lines\nunchecked: mark\n'
        'sections: subdecks\nsqlalchemy: ["2.0"]\ndatabases: [postgresql]\ntimeout: 3\n---\n'
    )
    (tmp_path / "a.md").write_text(head + TWO)
    before = read("a.md")
    assert run("new", "fields", "--from", "a.md").status == 0
    after = read("source/fields")
    for setting in ("id", "name", "description", "unchecked", "sqlalchemy", "databases", "timeout"):
        assert getattr(after, setting) == getattr(before, setting)
    assert 'sections = "subdecks"' in Path("source/fields/deck.toml").read_text()


NAMED = {"heading": (TWO, "Grasses"), "no heading": ("Q1. What is rye?\n\nA grass.\n", "fields")}


@pytest.mark.parametrize(("text", "name"), NAMED.values(), ids=NAMED.keys())
def test_a_deck_is_called_as_its_document_or_as_it_was_said(run: Run, tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "a.md").write_text(text)
    run("new", "fields", "--from", "a.md")
    assert (read("source/fields").id, read("source/fields").name) == ("fields", name)


def test_a_document_of_another_deck_can_be_copied(run: Run, tmp_path: Path) -> None:
    deck(tmp_path / "grasses", TWO)
    assert run("new", "fields", "--from", "grasses/cards.md").status == 0
    assert read("source/fields").id == "fields"


@pytest.mark.parametrize("stem", ["README", ".hidden", "a\tb"])
def test_a_document_that_would_not_be_read_gets_another_name(run: Run, tmp_path: Path, stem: str) -> None:
    (tmp_path / f"{stem}.md").write_text(TWO)
    assert run("new", "fields", "--from", f"{stem}.md").status == 0
    assert sorted(files(tmp_path / "source" / "fields")) == ["deck.toml", "fields.checks.py", "fields.md"]


def test_images_that_are_named_come_along_and_nothing_else(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    image = "![a](a.png) ![b](img/b%20c.png) ![again](./a.png) ![up](../up.png) ![none](none.png) ![code](prelude.py)"
    for name in ("a.png", "img/b c.png", "img/unnamed.png", "../up.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png())
    (folder / "prelude.py").write_bytes(SVG)
    (folder / "a.md").write_text(f"Q1. What is it? ![q](q.svg)\n\n{image}\n")
    (folder / "q.svg").write_bytes(SVG)
    ran = run("new", "a", "--from", "notes/a.md")
    written = files(tmp_path / "source" / "a")
    assert sorted(written) == ["a.checks.py", "a.md", "a.png", "deck.toml", "img/b c.png", "q.svg"]
    assert (written["a.png"], written["q.svg"]) == (png(), SVG)
    assert re.findall(r"(D\d+) error: `(\S+)`", ran.out) == [("D075", "../up.png")]
    assert re.findall(r"(D\d+) error: there is no file `(\S+)`", ran.out) == [
        ("D076", "none.png"),
        ("D076", "prelude.py"),
    ]


def test_checks_and_what_was_released_come_along(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(TWO)
    (tmp_path / "a.checks.py").write_bytes(b"def check_q1():\r\n    assert session\r\n")
    (tmp_path / "a.ledger.json").write_text('[{"schema": 2, "deck": "a"}\n]\n')
    assert run("new", "fields", "--from", "a.md").status == 0
    written = files(tmp_path / "source" / "fields")
    assert written["a.checks.py"] == (tmp_path / "a.checks.py").read_bytes()
    assert written["ledger.json"] == (tmp_path / "a.ledger.json").read_bytes()
    assert (read("source/fields").id, read("source/fields").name) == ("a", "Grasses")
    assert [card.checked for card in read("source/fields").cards] == [True, False]


# ---------------------------------------------------------------- what is refused

UNREADABLE = {
    "not UTF-8": (b"Q1. \xff?\n\nYes.\n", "D003 error"),
    "UTF-16": ("Q1. Is it?\n\nYes.\n".encode("utf-16"), "D003 error"),
    "not text": (b"Q1. \x00?\n\nYes.\n", "D004 error"),
    "too large": (b"Q1. Is it?\n\nYes.\n" + b" " * MAX_BYTES, "D002 error"),
    "empty": (b"", "D010 error"),
    "without questions": (b"Nothing is asked here.\n", "D011 error"),
    "bad front matter": (b"---\nid: [\n---\nQ1. Is it?\n\nYes.\n", "D032 error"),
    "a bad id": (b"---\nid: A b\n---\nQ1. Is it?\n\nYes.\n", "D006 error"),
}


@pytest.mark.parametrize(("data", "said"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_of_what_cannot_be_read_nothing_is_made(run: Run, tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "a.md").write_bytes(data)
    ran = run("new", "a", "--from", "a.md")
    assert (ran.status, ran.out) == (2, "")
    assert f" {said}: " in ran.err
    assert ran.err.endswith("a.md has no questions that could be read; nothing is written\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


@pytest.mark.parametrize(("place", "said"), [("missing.md", "does not exist"), ("folder", "is a directory")])
def test_what_is_no_file_is_a_matter_of_usage(run: Run, tmp_path: Path, place: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    ran = run("new", "a", "--from", place)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert not (tmp_path / "source").exists()


def test_a_deck_that_cannot_be_written_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    (tmp_path / "source").write_text(DECK_TOML)
    ran = run("new", "a")
    assert ran.status == 2
    assert "source is there already" in ran.err
    assert (tmp_path / "source").read_text() == DECK_TOML
