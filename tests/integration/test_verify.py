"""The author's loop: one card, the first failure, what failed last, and what a check would not notice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.decks import card, deck, deckgen, interruptible

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")

FALSE = '\n```python check\nassert engine.name == "oracle"\n```\n'
TEXT = card(1, "One.") + card(2, "Two.", check=FALSE) + card(3, "Three.") + card(4, "Four.", check=FALSE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    deck(tmp_path / "deck", TEXT)
    return tmp_path


def test_the_first_failure_ends_the_run_and_nothing_is_packed(folder: Path) -> None:
    ran = deckgen("build", "deck", "-x", "-j", "1", cwd=folder)
    assert ran.status == 1
    assert "Small: 1 of 4 verified, 1 refuted, 2 not run" in ran.err
    assert "no package is written: the run was stopped at the first failure" in ran.err
    report = json.loads((folder / "build" / "small.report.json").read_text())
    assert [each["verdict"] for each in report["cards"]] == ["verified", "refuted", None, None]
    assert not (folder / "build" / "small.apkg").exists()


def test_a_failure_that_is_known_ends_the_run_as_well(folder: Path) -> None:
    deckgen("verify", "deck/cards.md::card-2", cwd=folder)
    ran = deckgen("verify", "deck", "-x", "-j", "1", cwd=folder)
    assert "Small: 0 of 4 verified, 2 refuted, 2 not run" in ran.err  # the two failures have one and the same check


def test_what_failed_last_is_proved_again_until_nothing_fails(folder: Path) -> None:
    deckgen("verify", "deck", cwd=folder)
    assert "Small: 0 of 2 verified, 2 refuted" in deckgen("verify", "deck", "--lf", cwd=folder).err
    (folder / "deck" / "cards.md").write_text(TEXT.replace('"oracle"', '"sqlite"', 1))
    assert "Small: 1 of 2 verified, 1 refuted" in deckgen("verify", "deck", "--lf", cwd=folder).err
    assert "Small: 0 of 1 verified, 1 refuted" in deckgen("verify", "deck", "--lf", cwd=folder).err
    (folder / "deck" / "cards.md").write_text(TEXT.replace('"oracle"', '"sqlite"'))
    assert "Small: 1 of 1 verified" in deckgen("verify", "deck", "--lf", cwd=folder).err
    assert "Small: 4 of 4 verified" in deckgen("verify", "deck", "--lf", cwd=folder).err


def test_a_card_that_is_not_there_is_a_usage_error(folder: Path) -> None:
    ran = deckgen("verify", "deck/cards.md::card-5", cwd=folder)
    assert (ran.status, ran.err.startswith("deck/cards.md:1:1: D046 error")) == (2, True)
    assert deckgen("verify", "deck/nothing.md::card-1", cwd=folder).status == 2


WEAK = """
```python setup
noise = 1
users = []
```

```python check
assert len(engine.name) > 1
assert engine.name == "sqlite"
users.append(engine.driver)
assert users == ["pysqlite"]
```
"""


def test_what_a_check_would_not_notice_is_said(tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "One.", check=WEAK) + card(2, "Two."))
    ran = deckgen("verify", "deck", "--mutate", "--format", "json", cwd=tmp_path)
    assert ran.status == 0
    found = [(each["line"], each["message"]) for each in ran.json["diagnostics"] if each["code"] == "D052"]
    assert found == [
        (6, "the check would also pass with this line left out"),
        (11, "the check would also pass with `>=` in place of `>`"),
        (11, "the check would also pass with 2 in place of 1"),
    ]
    assert [(each["results"][0]["killed"], each["results"][0]["mutants"]) for each in ran.json["cards"]] == [
        (4, 7),
        (1, 1),
    ]
    assert "5 of 8 mutants killed" in ran.err
    text = deckgen("verify", "deck", "--mutate", cwd=tmp_path).out
    assert "deck/cards.md:1:1: 4 of 7 mutants killed: Q1 What is number 1? (#card-1)" in text


@contextmanager
def watching(folder: Path, *arguments: str) -> Iterator[IO[str]]:
    """What a run says that goes on until it is interrupted."""
    pytest.importorskip("watchfiles", reason="watchfiles is not installed")
    command = [sys.executable, "-m", "deckgen", "verify", *arguments, "--watch", "-j", "1"]
    with subprocess.Popen(
        command, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, preexec_fn=interruptible
    ) as run:
        assert run.stderr is not None
        try:
            yield run.stderr
        finally:
            run.send_signal(signal.SIGINT)
            said = run.stderr.read()
    assert (run.returncode, said.strip().splitlines()[-1]) == (130, "interrupted")


@pytest.mark.slow
def test_a_card_is_proved_again_whenever_its_file_is_saved(folder: Path) -> None:
    with watching(folder, "deck/cards.md") as said:
        assert "2 of 4 verified, 2 refuted" in until(said, "Small: ", "verified")
        path = folder / "deck" / "cards.md"
        path.write_text(TEXT.replace('"oracle"', '"sqlite"', 1))
        assert "3 of 4 verified, 1 refuted" in until(said, "Small: ", "verified")
        (folder / "other.md").write_text(TEXT.replace('"oracle"', '"sqlite"'))
        (folder / "other.md").rename(path)  # as some editors save
        assert "4 of 4 verified" in until(said, "Small: ", "verified")


@pytest.mark.slow
def test_what_could_not_be_read_is_proved_once_it_is_mended(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    document, good = tmp_path / "real" / "notes.md", card(1, "One.")
    document.write_text(f"---\nid: [\n---\n{good}")
    (tmp_path / "notes.md").symlink_to(document)
    with watching(tmp_path, "notes.md") as said:
        assert "D032" in until(said, "notes.md:")
        document.write_text(good)
        assert "1 of 1 verified" in until(said, "notes: ", "verified")


def until(stream: IO[str], *words: str) -> str:
    """The next line with all of these words in it."""
    return next(line for line in stream if all(word in line for word in words))
