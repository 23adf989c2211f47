"""What is known is not run again, whatever moves around it, and every fact that could change a verdict is run anew."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deckgen import pipeline
from deckgen.checking import forkserver
from deckgen.checking.executors.zygote import Zygotes
from deckgen.effort import Effort
from deckgen.reading import decks
from tests.decks import card, deck, deckgen
from tests.isolation.harness import here

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")

FALSE = '\n```python check\nassert engine.name == "postgresql"\n```\n'
TEXT = card(1, "One.") + card(2, "Two.", check=FALSE) + card(3, "Three.")
CACHE = Path("build/.cache/verdicts.sqlite")


def known(folder: Path, *arguments: str) -> tuple[list[str], list[str]]:
    """The cards that were not run, and the verdicts of all, from a run over the deck in a folder."""
    report = deckgen("verify", "deck", "--format", "json", *arguments, cwd=folder).json
    cards = {each["id"]: [result["cached"] for result in each["results"]] for each in report["cards"]}
    assert all(len(set(cached)) == 1 for cached in cards.values())
    names = [name for name, cached in cards.items() if all(cached)]
    assert report["summary"]["cached"] == len(names)
    return names, [each["verdict"] for each in report["cards"]]


VERDICTS = ["verified", "refuted", "verified"]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("once")
    deck(folder / "deck", TEXT)
    (folder / "deck" / "prelude.py").write_text("number = 1\n")
    assert known(folder) == ([], VERDICTS)
    return folder


@pytest.fixture
def proved(once: Path, tmp_path: Path) -> Path:
    """A folder with a deck that was proved."""
    return Path(shutil.copytree(once, tmp_path, dirs_exist_ok=True))


ALL = ["card-1", "card-2", "card-3"]
EDITS = {
    "nothing": (TEXT, ALL),
    "prose": (TEXT.replace("Two.", "Two,\n\nand more of it.").replace("What is", "What was"), ALL),
    "order": (card(3, "Three.") + card(2, "Two.", check=FALSE) + card(1, "One."), ALL),
    "an id": (TEXT.replace("card-1", "card-one"), ["card-one", "card-2", "card-3"]),
    "a check": (TEXT.replace('"postgresql"', '"oracle"'), ["card-1", "card-3"]),
    "set-up": (TEXT.replace("Two.", "Two.\n\n```python setup\nx = 1\n```"), ["card-1", "card-3"]),
    "an example": (TEXT.replace("Three.", "Three.\n\n```python\nx = 1\n```"), ["card-1", "card-2"]),
    "code that does not run": (TEXT.replace("Three.", "Three.\n\n```python fragment\nx = 1\n```"), ALL),
    "a misconception": (TEXT + '```python refute\nassert engine.name == "x"\n```\n', ["card-1", "card-2"]),
    "a card's own timeout": (TEXT.replace("{#card-1}", "{#card-1 timeout=9}"), ["card-2", "card-3"]),
}


@pytest.mark.slow
@pytest.mark.parametrize(("text", "names"), EDITS.values(), ids=EDITS)
def test_what_could_change_a_verdict_is_run_again_and_nothing_else(proved: Path, text: str, names: list[str]) -> None:
    (proved / "deck" / "cards.md").write_text(text)
    cached, verdicts = known(proved)
    assert cached == names or sorted(cached) == sorted(names)
    assert sorted(verdicts) == sorted(VERDICTS)


@pytest.mark.slow
def test_another_prelude_or_timeout_runs_all(proved: Path) -> None:
    assert known(proved, "--timeout", "5") == ([], VERDICTS)
    (proved / "deck" / "prelude.py").write_text("number = 2\n")
    assert known(proved) == ([], VERDICTS)


@pytest.mark.slow
def test_no_cache_neither_reads_nor_writes(tmp_path: Path) -> None:
    deck(tmp_path / "deck", TEXT)
    assert known(tmp_path, "--no-cache") == ([], VERDICTS)
    assert not (tmp_path / CACHE).exists()
    assert known(tmp_path) == ([], VERDICTS)
    assert known(tmp_path, "--no-cache") == ([], VERDICTS)


def test_who_keeps_nothing_needs_nowhere_to_write(tmp_path: Path) -> None:
    deck(tmp_path / "deck", TEXT)
    (tmp_path / "build").write_text("in the way")
    assert known(tmp_path, "--no-cache") == ([], VERDICTS)


def test_a_database_that_is_named_is_shared(once: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    for name, names in (("one", []), ("other", ALL)):
        shutil.copytree(once / "deck", tmp_path / name / "deck")
        assert known(tmp_path / name, "--cache", url) == (names, VERDICTS)
        assert not (tmp_path / name / CACHE).exists()


def test_what_may_only_be_read_serves_and_stays_as_it_is(proved: Path) -> None:
    before = (proved / CACHE).read_bytes()
    (proved / "deck" / "cards.md").write_text(TEXT.replace('"postgresql"', '"oracle"'))
    assert known(proved, "--cache-read-only") == (["card-1", "card-3"], VERDICTS)
    assert (proved / CACHE).read_bytes() == before


SECRET = "open-sesame"
REFUSED = {
    "a file": (
        ("--cache", "verdicts.sqlite"),
        2,
        "--cache: it is no URL such as postgresql+psycopg://user@host/database",
    ),
    "another database": (("--cache", f"oracle://ann:{SECRET}@host/db"), 2, "--cache: oracle cannot hold a cache"),
    "a cache and none": (("--cache", f"mariadb://ann:{SECRET}@host/db", "--no-cache"), 2, "--no-cache uses no cache"),
    "none to be read": (("--cache-read-only", "--no-cache"), 2, "--no-cache uses no cache"),
    "no server": (
        ("--cache", f"postgresql://ann:{SECRET}@127.0.0.1:1/db"),
        3,
        "postgresql://ann:***@127.0.0.1:1/db: the ",
    ),
}


@pytest.mark.parametrize(("options", "status", "says"), REFUSED.values(), ids=REFUSED)
def test_a_cache_that_cannot_be_used_is_told_before_anything_is_run(
    proved: Path, options: tuple[str, ...], status: int, says: str
) -> None:
    ran = deckgen("verify", "deck", *options, cwd=proved)
    assert (ran.status, ran.out) == (status, "")
    assert says in ran.err
    assert SECRET not in ran.err


def test_a_line_that_moved_is_told_where_it_is_now(proved: Path) -> None:
    before = deckgen("verify", "deck", "--no-cache", cwd=proved).out
    (proved / "deck" / "cards.md").write_text(TEXT.replace("One.", "One.\n\nAnd\n\nmore."))
    after = deckgen("verify", "deck", cwd=proved)
    assert "3 known already" in after.err
    assert "deck/cards.md:14:1: refuted" in before
    assert after.out == before.replace("cards.md:14:1", "cards.md:18:1")


UNCOMPILED = {
    "a bracket": "assert (engine",
    "another bracket": "assert (\n    engine]",
    "no block": "if engine:\nassert engine",
    "no end": 'assert """engine',
}


def test_what_does_not_compile_is_told_after_it_moved_as_if_it_were_run_there(tmp_path: Path) -> None:
    fences = (f"\n```python check\n{code}\n```\n" for code in UNCOMPILED.values())
    text = "".join(card(number, "So.", check=fence) for number, fence in enumerate(fences))
    deck(tmp_path / "deck", text)
    deckgen("verify", "deck", cwd=tmp_path)
    (tmp_path / "deck" / "cards.md").write_text(text.replace("So.", "So.\n\nAnd\n\nmore."))
    recalled = deckgen("verify", "deck", cwd=tmp_path)
    assert f"{len(UNCOMPILED)} known already" in recalled.err
    assert recalled.out == deckgen("verify", "deck", "--no-cache", cwd=tmp_path).out
    assert recalled.out.count("SyntaxError: ") + recalled.out.count("IndentationError: ") == len(UNCOMPILED)


def test_an_unchanged_deck_starts_no_process_that_runs_checks(proved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> object:
        raise AssertionError("a zygote was started")

    monkeypatch.chdir(proved)
    monkeypatch.setattr(subprocess, "Popen", _only_confinement(subprocess.Popen))
    monkeypatch.setattr(Zygotes, "__enter__", refuse)
    (read,) = decks.read(["deck"]).decks
    report = pipeline.verify(read, lambda *_: None, Effort(cache=CACHE.as_posix()))
    assert report.cached == 3
    assert [each.confinement for each in report.environments] == [forkserver.confinement()[0]]


def _only_confinement(popen: type) -> type:
    class Popen(popen):  # type: ignore[misc]
        def __init__(self, command: list[str], *arguments: object, **options: object) -> None:
            assert "tell" in command[-3]
            super().__init__(command, *arguments, **options)

    return Popen


def test_the_layers_that_are_expected_are_those_that_a_zygote_has() -> None:
    with Zygotes(None, here(), workers=1, prelude_timeout=10) as executor:
        plain = executor.first.plain
        assert forkserver.confinement() == (plain.layers, plain.missing)


@pytest.mark.slow
@pytest.mark.parametrize("damage", [b"", b"noise" * 5000, None], ids=["emptied", "noise", "truncated"])
def test_a_damaged_cache_costs_a_line_and_no_verdict(proved: Path, damage: bytes | None) -> None:
    cache = proved / CACHE
    cache.write_bytes(cache.read_bytes()[:6000] if damage is None else damage)
    ran = deckgen("verify", "deck", cwd=proved)
    assert (ran.status, "1 refuted" in ran.err) == (1, True)
    notices = [line for line in ran.err.splitlines() if "cache" in line]
    assert len(notices) == (0 if damage == b"" else 1)
    assert known(proved) == (ALL, VERDICTS)


@pytest.mark.slow
def test_two_builds_at_once_are_both_right_and_share_what_they_learn(tmp_path: Path) -> None:
    text = "".join(
        card(number, f"It is {number}.", check=f"\n```python check\nassert {number} < len(engine.name) * 99\n```\n")
        for number in range(1, 21)
    )
    deck(tmp_path / "deck", text)
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda out: deckgen("build", "deck", "-o", out, cwd=tmp_path), ["one", "two"]))
    assert [(ran.status, "20 of 20 verified" in ran.err) for ran in runs] == [(0, True)] * 2
    assert not any("cache" in ran.err for ran in runs)
    assert len(known(tmp_path)[0]) == 20
