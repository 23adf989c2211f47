"""What git could bring back, asked of git itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deckgen.reading.worktree import Dirty, dirty

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

UNTRACKED, IGNORED = "the file is not tracked by git", "the file is ignored by git"
CHANGED = "the file has uncommitted changes"


def git(folder: Path, *arguments: str) -> None:
    settings = {"user.name": "T", "user.email": "t@example.org", "commit.gpgsign": "false", "core.hooksPath": "none"}
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    subprocess.run(["git", *options, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree with `a.md` and `deck/b.md` committed, and `secret/` and `*.tmp.md` ignored."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "tree"
    (folder / "deck").mkdir(parents=True)
    git(folder, "init")
    (folder / "a.md").write_bytes(b"Q1. A?\n")
    (folder / "deck" / "b.md").write_bytes(b"Q1. B?\r\n")
    (folder / ".gitignore").write_text("secret/\n*.tmp.md\n")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")
    return folder


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"More.\n")


def staged(tree: Path) -> Path:
    change(tree / "a.md")
    git(tree, "add", "a.md")
    return tree / "a.md"


def added(tree: Path, name: str = "new.md") -> Path:
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text("Q1. New?\n")
    return tree / name


def added_to_the_index(tree: Path) -> Path:
    path = added(tree)
    git(tree, "add", "new.md")
    return path


def modified(tree: Path) -> Path:
    change(tree / "a.md")
    return tree / "a.md"


def modified_below(tree: Path) -> Path:
    change(tree / "deck" / "b.md")
    return tree / "deck" / "b.md"


def hidden_by_configuration(tree: Path) -> Path:
    git(tree, "config", "status.showUntrackedFiles", "no")
    return added(tree)


def linked_from_outside(tree: Path) -> Path:
    link = tree.parent / "link.md"
    link.symlink_to(modified(tree))
    return link


def removed_from_the_index(tree: Path) -> Path:
    git(tree, "rm", "--cached", "a.md")
    return tree / "a.md"


def before_the_first_commit(tree: Path) -> Path:
    folder = tree.parent / "young"
    folder.mkdir()
    git(folder, "init")
    return added(folder)


def submodule(tree: Path) -> Path:
    other = tree.parent / "other"
    other.mkdir()
    git(other, "init")
    (other / "c.md").write_text("Q1. C?\n")
    git(other, "add", ".")
    git(other, "commit", "-m", "first")
    git(tree, "-c", "protocol.file.allow=always", "submodule", "add", other.as_posix(), "module")
    git(tree, "commit", "-m", "module")
    return tree / "module" / "c.md"


def submodule_changed(tree: Path) -> Path:
    path = submodule(tree)
    change(path)
    return path


DIRTY: dict[str, tuple[Callable[[Path], Path], str]] = {
    "changed": (modified, CHANGED),
    "changed, in a folder": (modified_below, CHANGED),
    "staged": (staged, CHANGED),
    "new": (added, UNTRACKED),
    "new, in a new folder": (lambda tree: added(tree, "folder/new.md"), UNTRACKED),
    "new, added to the index": (added_to_the_index, CHANGED),
    "new, before the first commit": (before_the_first_commit, UNTRACKED),
    "new, where untracked files are not shown": (hidden_by_configuration, UNTRACKED),
    "ignored by its name": (lambda tree: added(tree, "x.tmp.md"), IGNORED),
    "ignored with its folder": (lambda tree: added(tree, "secret/x.md"), IGNORED),
    "removed from the index": (removed_from_the_index, CHANGED),
    "in a submodule": (submodule_changed, CHANGED),
    "through a link from outside": (linked_from_outside, CHANGED),
    "with spaces in its name": (lambda tree: added(tree, "two words .md"), UNTRACKED),
    "not ASCII": (lambda tree: added(tree, "fr\u00e5ga \u8336.md"), UNTRACKED),
    "like a pattern": (lambda tree: added(tree, "a[1].md"), UNTRACKED),
    "like pathspec magic": (lambda tree: added(tree, ":(literal)a.md"), UNTRACKED),
    "like an option": (lambda tree: added(tree, "--help"), UNTRACKED),
    "with a line end in its name": (lambda tree: added(tree, "a\nb.md"), UNTRACKED),
}


@pytest.mark.parametrize(("prepare", "reason"), DIRTY.values(), ids=DIRTY.keys())
def test_what_git_could_not_bring_back_is_dirty(tree: Path, prepare: Callable[[Path], Path], reason: str) -> None:
    path = prepare(tree)
    committed = tree / ".gitignore"
    assert [(each.path, each.reason.split(" (")[0]) for each in dirty([committed, path])] == [(path, reason)]


def in_words_and_accents(tree: Path) -> Path:
    path = added(tree, "fr\u00e5ga [1] *.md")
    git(tree, "add", ".")
    git(tree, "commit", "-m", "more")
    added(tree, "fr\u00e5ga 1 and more.md")
    return path


def ignored_but_tracked(tree: Path) -> Path:
    path = added(tree, "x.tmp.md")
    git(tree, "add", "--force", "x.tmp.md")
    git(tree, "commit", "-m", "more")
    return path


def beside_a_change(tree: Path) -> Path:
    added(tree)
    change(tree / "a.md")
    return tree / "deck" / "b.md"


def outside(tree: Path) -> Path:
    return added(tree.parent, "outside.md")


CLEAN: dict[str, Callable[[Path], Path]] = {
    "committed": lambda tree: tree / "a.md",
    "committed, CRLF": lambda tree: tree / "deck" / "b.md",
    "committed, a name like a pattern": in_words_and_accents,
    "ignored but tracked": ignored_but_tracked,
    "others are changed": beside_a_change,
    "in a submodule": submodule,
    "outside a work tree": outside,
    "inside a repository, but not its work tree": lambda tree: added(tree / ".git", "new.md"),
}


@pytest.mark.parametrize("prepare", CLEAN.values(), ids=CLEAN.keys())
def test_what_git_could_bring_back_is_not(tree: Path, prepare: Callable[[Path], Path]) -> None:
    assert dirty([prepare(tree)]) == []


def test_without_git_nothing_is_dirty(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = modified(tree)
    monkeypatch.setenv("PATH", str(tree.parent / "nothing"))
    assert dirty([path]) == []


def test_a_repository_that_git_cannot_open_is_said_so(tree: Path) -> None:
    path = submodule(tree)
    shutil.rmtree(tree / ".git")
    [found] = dirty([path])
    assert found.reason.startswith("git cannot tell its state (fatal: not a git repository: ")


def test_a_surrounding_git_does_not_matter(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook runs with the variables of its own repository, and with its pager."""
    monkeypatch.setenv("GIT_DIR", str(tree / "deck"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tree / "nothing"))
    monkeypatch.setenv("GIT_WORK_TREE", "/")
    assert dirty([tree / "a.md"]) == []
    path = modified(tree)
    assert dirty([path]) == [Dirty(path, CHANGED)]


def test_asking_changes_nothing_and_starts_nothing(tree: Path) -> None:
    """git would otherwise write its index anew, and run what a repository's configuration names as its monitor."""
    spy = tree.parent / "spy"
    spy.write_text(f"#!/bin/sh\ntouch {spy}.ran\n")
    spy.chmod(0o755)
    git(tree, "config", "core.fsmonitor", str(spy))
    os.utime(tree / "a.md", (1, 1))
    index = (tree / ".git" / "index").read_bytes()
    assert dirty([tree / "a.md"]) == []
    assert (tree / ".git" / "index").read_bytes() == index
    assert not Path(f"{spy}.ran").exists()
