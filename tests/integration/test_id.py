"""`deckgen id`: what it lists, writes and refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.decks import deck, deckgen
from tests.unit.test_seed_like import ROUGH
from tests.unit.test_worktree import change, git

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

TWO = "Q1. What is rye?\n\nA grass.\n\nQ2. And oat? {.cereal}\n\nToo.\n"
BOTH = "Q1. What is rye? {#what-is-rye}\n\nA grass.\n\nQ2. And oat? {#and-oat .cereal}\n\nToo.\n"


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts}


def committed(folder: Path) -> Path:
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")
    return folder


def test_questions_without_an_id_are_listed(tmp_path: Path) -> None:
    deck(tmp_path / "deck", TWO)
    before = files(tmp_path)
    ran = deckgen("id", "deck", cwd=tmp_path)
    assert ran.status == 1
    assert ran.out == ("deck/cards.md:1:1: Q1 What is rye? {#what-is-rye}\ndeck/cards.md:5:1: Q2 And oat? {#and-oat}\n")
    assert ran.err == "questions without an id: 2\n"
    assert files(tmp_path) == before


def test_ids_are_written_once(tmp_path: Path) -> None:
    path = deck(tmp_path / "deck", TWO) / "cards.md"
    listed = deckgen("id", "deck", cwd=tmp_path).out
    ran = deckgen("id", "deck", "--write", cwd=tmp_path)
    assert (ran.status, ran.out, ran.err) == (0, listed, "questions without an id: 2; inserted: 2\n")
    assert path.read_text() == BOTH
    stamp = path.stat().st_mtime_ns
    ran = deckgen("id", "deck", "--write", cwd=tmp_path)
    assert (ran.status, ran.out, ran.err) == (0, "", "questions without an id: 0; inserted: 0\n")
    assert path.stat().st_mtime_ns == stamp
    assert deckgen("id", "deck", cwd=tmp_path).status == 0


def test_a_rough_document_gets_seventeen_ids(tmp_path: Path) -> None:
    (tmp_path / "rough.md").write_text(ROUGH)
    assert deckgen("id", "rough.md", "--write", cwd=tmp_path).status == 0
    after = (tmp_path / "rough.md").read_text()
    assert after.count(" {#") == 17
    assert [line.split(" {#")[0].rstrip() for line in after.split("\n")] == [
        line.rstrip() for line in ROUGH.split("\n")
    ]


def test_the_default_is_the_folder_of_sources(tmp_path: Path) -> None:
    deck(tmp_path / "source" / "deck", TWO)
    assert deckgen("id", cwd=tmp_path).out.startswith("source/deck/cards.md:1:1: ")


def test_standard_input_is_listed_and_never_written(tmp_path: Path) -> None:
    ran = deckgen("id", "-", cwd=tmp_path, stdin=TWO)
    assert (ran.status, ran.out.split("\n")[0]) == (1, "-:1:1: Q1 What is rye? {#what-is-rye}")
    (tmp_path / "a.md").write_text(TWO)
    ran = deckgen("id", "a.md", "-", "--write", cwd=tmp_path, stdin=TWO)
    assert (ran.status, ran.out) == (2, "")
    assert "standard input" in ran.err
    assert (tmp_path / "a.md").read_text() == TWO


def test_a_changed_id_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Q1. A?\n\nYes.\n\nQ2. A?\n\nNo.\n")
    ran = deckgen("id", "a.md", "--write", cwd=tmp_path)
    assert ran.status == 0
    assert "a.md:5:1: D040 note: `a` is the id of a.md:1:1, so that this question's is `a-2`" in ran.err
    assert (tmp_path / "a.md").read_text() == "Q1. A? {#a}\n\nYes.\n\nQ2. A? {#a-2}\n\nNo.\n"


def test_what_is_left_is_said_and_fails(tmp_path: Path) -> None:
    folder = deck(tmp_path / "deck", "Q1. What? {#rye timeout=}\n\nA.\n")
    (folder / "bad.md").write_bytes(b"Q1. \xff?\n")
    (folder / "good.md").write_text(TWO)
    ran = deckgen("id", "deck", "--write", cwd=tmp_path)
    assert ran.status == 1
    assert "deck/bad.md:1:1: D003" in ran.err
    assert "deck/cards.md:1:1: D041" in ran.err
    assert ran.err.endswith("questions without an id: 3; inserted: 2\n")
    assert (folder / "good.md").read_text() == BOTH
    (folder / "cards.md").unlink()
    assert deckgen("id", "deck", "--write", cwd=tmp_path).status == 1


def test_a_path_without_a_deck_is_a_matter_of_usage(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = deckgen("id", "empty", cwd=tmp_path)
    assert ran.status == 2
    assert "D008" in ran.err


def test_a_link_stays_and_so_does_the_mode(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text(TWO)
    (tmp_path / "real.md").chmod(0o600)
    (tmp_path / "link.md").symlink_to("real.md")
    assert deckgen("id", "link.md", "--write", cwd=tmp_path).status == 0
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_text() == BOTH
    assert (tmp_path / "real.md").stat().st_mode & 0o7777 == 0o600


def test_a_file_that_is_named_twice_is_not_edited(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text(TWO)
    (tmp_path / "link.md").symlink_to("real.md")
    ran = deckgen("id", "real.md", "link.md", "--write", cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert "link.md:1:1: D045" in ran.err
    assert (tmp_path / "real.md").read_text() == TWO


@pytest.mark.parametrize("alone", ["deck/cards.md", "link.md"])
def test_a_document_of_a_deck_gets_no_ids_without_the_others(tmp_path: Path, alone: str) -> None:
    path = deck(tmp_path / "deck", TWO) / "cards.md"
    (tmp_path / "link.md").symlink_to(path)
    ran = deckgen("id", alone, "--write", cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert f"{alone}:1:1: D048" in ran.err
    assert path.read_text() == TWO


@needs_git
def test_committed_files_are_edited(tmp_path: Path) -> None:
    path = deck(tmp_path / "deck", TWO) / "cards.md"
    committed(tmp_path)
    assert deckgen("id", "deck", "--write", cwd=tmp_path).status == 0
    assert path.read_text() == BOTH


@needs_git
@pytest.mark.parametrize("name", ["cards.md", "fr\u00e5gor och svar.md", "[1] *.md"])
@pytest.mark.parametrize("state", ["changed", "untracked", "ignored"])
def test_files_that_git_could_not_bring_back_are_not(tmp_path: Path, name: str, state: str) -> None:
    folder = deck(tmp_path / "deck", TWO, name="first.md")
    if state == "changed":
        (folder / name).write_text(TWO)
    elif state == "ignored":
        (tmp_path / ".gitignore").write_text("*.md\n!first.md\n")
    committed(tmp_path)
    if state == "changed":
        change(folder / name)
    else:
        (folder / name).write_text(TWO)
    before = files(tmp_path)
    ran = deckgen("id", "deck", "--write", cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert f"deck/{name}:1:1: D044" in ran.err
    assert "first.md" not in ran.err
    assert files(tmp_path) == before
    assert deckgen("id", "deck", "--write", "--allow-dirty", cwd=tmp_path).status == 0
    assert (folder / name).read_text().startswith("Q1. What is rye? {#what-is-rye")


@needs_git
def test_a_dirty_file_that_needs_no_edit_forbids_none(tmp_path: Path) -> None:
    folder = deck(tmp_path / "deck", TWO)
    committed(tmp_path)
    (folder / "other.md").write_text("Q1. B? {#b}\n\nYes.\n")
    assert deckgen("id", "deck", "--write", cwd=tmp_path).status == 0


@needs_git
def test_without_git_all_are_edited(tmp_path: Path) -> None:
    path = deck(tmp_path / "deck", TWO) / "cards.md"
    git(tmp_path, "init")
    assert deckgen("id", "deck", "--write", cwd=tmp_path).status == 2
    assert deckgen("id", "deck", "--write", cwd=tmp_path, PATH=str(tmp_path)).status == 0
    assert path.read_text() == BOTH
