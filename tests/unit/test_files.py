"""A file is written whole or not at all, and stays what it was in every other way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deckgen import files


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "deck.apkg"
    files.write(path, b"first")
    files.write(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]
    with pytest.raises(TypeError):
        files.write(path, "no bytes")  # type: ignore[arg-type] # what a bug would pass
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path], "no temporary file is left"


def test_a_new_file_is_readable_to_all(tmp_path: Path) -> None:
    files.write(tmp_path / "a.md", b"")
    assert (tmp_path / "a.md").stat().st_mode & 0o7777 == 0o644


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755, 0o444])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"old")
    path.chmod(mode)
    files.write(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o7777) == (b"new", mode)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"old")
    os.chown(path, 1234, 4321)
    files.write(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    target, link, chain = tmp_path / "far" / "a.md", tmp_path / "link.md", tmp_path / "chain.md"
    target.parent.mkdir()
    target.write_bytes(b"old")
    link.symlink_to("far/a.md")
    chain.symlink_to(link)
    files.write(chain, b"new")
    assert (chain.is_symlink(), link.is_symlink(), target.is_symlink()) == (True, True, False)
    assert target.read_bytes() == b"new"
    assert sorted(tmp_path.rglob("*")) == sorted([target.parent, target, link, chain])


def test_links_that_lead_nowhere_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        files.write(tmp_path / "a", b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_name_may_be_as_long_as_names_can_be(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 255)
    files.write(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_folder_is_written_with_all_its_files_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "source" / "deck"
    with pytest.raises(TypeError):
        files.write_folder(folder, {"a.md": b"a", "b.md": "no bytes"})  # type: ignore[dict-item] # what a bug would pass
    assert list(folder.parent.iterdir()) == []
    files.write_folder(folder, {"a.md": b"a", "img/b.png": b"b"})
    assert [path.name for path in folder.parent.iterdir()] == ["deck"]
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*")} == {"a.md", "img", "img/b.png"}
    assert (folder.stat().st_mode & 0o7777, (folder / "a.md").stat().st_mode & 0o7777) == (0o755, 0o644)


def test_a_folder_takes_the_place_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("missing")
    before = sorted(tmp_path.rglob("*"))
    for name in ("file", "folder", "link"):
        with pytest.raises(FileExistsError):
            files.write_folder(tmp_path / name, {"a.md": b"a"})
    assert sorted(tmp_path.rglob("*")) == before
