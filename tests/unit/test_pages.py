"""Pages: read once as long as nothing that they are made from has changed, and on all cores."""

from __future__ import annotations

import hashlib
import os
import pickle
import signal
import struct
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from deckgen.diagnostics import Diagnostic, Source
from deckgen.reading import grammar, packed, pages
from deckgen.reading.grammar import Page
from deckgen.reading.media import Find, nowhere
from deckgen.reading.pages import Sheet
from tests.samples import png

PNG = png()
TEXT = b"""\
# Rye

Q1. What does it show? {#shows .rye sqlalchemy=">=2.0" database="sqlite"}

An ear, ![an ear](ear.png) and {{c1::code}}.

```python
ear = 1
```

```python check
assert ear == 1
```

Q2. And what else?
"""
CHECKS = b"def check_shows():\n    assert True\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    (tmp_path / "ear.png").write_bytes(PNG)
    return Sheet("deck/rye.md", "rye.md", TEXT, tmp_path, CHECKS)


@pytest.fixture
def known(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that were read, in this process."""
    seen: list[str] = []
    read = grammar.read

    def spy(source: Source, path: str, find: Find = nowhere) -> Page:
        seen.append(path)
        return read(source, path, find)

    monkeypatch.setattr(grammar, "read", spy)
    return seen


def test_what_is_unchanged_is_not_read_again(sheet: Sheet, known: Path, asked: list[str]) -> None:
    [first] = pages.read([sheet], known)
    [again] = pages.read([sheet], known)
    assert asked == ["rye.md"]
    assert isinstance(first, Page)
    assert first == again
    assert first.cards[0].media[0].data == PNG
    assert [fence.role for fence in first.cards[0].fences] == ["shown", "check", "check"]


CHANGES: dict[str, Callable[[Sheet], Sheet]] = {
    "its text": lambda sheet: Sheet(sheet.name, sheet.inside, sheet.data + b"It shows more.\n", sheet.root, CHECKS),
    "its sidecar": lambda sheet: Sheet(sheet.name, sheet.inside, TEXT, sheet.root, CHECKS + b"\n"),
    "a sidecar that is gone": lambda sheet: Sheet(sheet.name, sheet.inside, TEXT, sheet.root),
    "where it is": lambda sheet: Sheet("other/rye.md", sheet.inside, TEXT, sheet.root, CHECKS),
    "its path in the deck": lambda sheet: Sheet(sheet.name, "grain/../rye.md", TEXT, sheet.root, CHECKS),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_read(change: Callable[[Sheet], Sheet], sheet: Sheet, known: Path, asked: list[str]) -> None:
    pages.read([sheet], known)
    [page] = pages.read([change(sheet)], known)
    assert len(asked) == 2
    assert [page] == pages.read([change(sheet)])


@pytest.mark.parametrize("image", [PNG + b"\0", b"no image", None])
def test_an_image_that_changed_is_found(image: bytes | None, sheet: Sheet, known: Path, tmp_path: Path) -> None:
    [first] = pages.read([sheet], known)
    if image is None:
        (tmp_path / "ear.png").unlink()
    else:
        (tmp_path / "ear.png").write_bytes(image)
    [page] = pages.read([sheet], known)
    assert page != first
    assert [page] == pages.read([sheet])


class Evil:
    """What runs a command where it is unpickled by anything that may."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.proof),)


def sealed(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest() + data


FORGERIES: dict[str, Callable[[bytes, Path], bytes]] = {
    "empty": lambda _data, _proof: b"",
    "cut": lambda data, _proof: data[:-1],
    "a bit turned": lambda data, _proof: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    "another thing": lambda _data, _proof: sealed(pickle.dumps(({}, pickle.dumps([1])[:3]))),
    "a command": lambda _data, proof: sealed(pickle.dumps(({}, pickle.dumps(Evil(proof))))),
    "a class that is changed": lambda _data, _proof: sealed(
        pickle.dumps(({}, b"cdeckgen.model\nRole\n(N}X\x09\x00\x00\x00forgottenX\x01\x00\x00\x00xstb."))
    ),
    "a command outside": lambda _data, proof: sealed(pickle.dumps(Evil(proof))),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_what_was_not_written_is_not_believed(
    forge: Callable[[bytes, Path], bytes], sheet: Sheet, known: Path, asked: list[str], tmp_path: Path
) -> None:
    [first] = pages.read([sheet], known)
    [file] = known.iterdir()
    file.write_bytes(forge(file.read_bytes(), tmp_path / "proof"))
    assert pages.read([sheet], known) == [first]
    assert len(asked) == 2
    assert not (tmp_path / "proof").exists()
    assert pages.read([sheet], known) == [first]
    assert len(asked) == 2


def test_a_folder_that_is_not_there_is_not_made(sheet: Sheet, tmp_path: Path) -> None:
    assert len(pages.read([sheet], tmp_path / "nowhere")) == 1
    assert not (tmp_path / "nowhere").exists()


def test_what_nobody_asked_for_in_a_month_is_removed(sheet: Sheet, known: Path) -> None:
    old, young = known / "old", known / "young"
    for path, days in ((old, 31), (young, 29)):
        path.write_bytes(b"")
        os.utime(path, (time.time() - days * 86_400,) * 2)
    pages.read([sheet], known)
    assert not old.exists()
    assert young.exists()


def test_what_is_asked_for_stays(sheet: Sheet, known: Path) -> None:
    pages.read([sheet], known)
    [file] = known.iterdir()
    os.utime(file, (time.time() - 31 * 86_400,) * 2)
    pages.read([sheet], known)
    assert time.time() - file.stat().st_mtime < 86_400


def test_what_cannot_be_read_says_why(known: Path) -> None:
    sheet = Sheet("bad.md", "bad.md", b"Q1. \xff?\n")
    [first] = pages.read([sheet], known)
    assert isinstance(first, Diagnostic)
    assert first.code == "D003"
    assert pages.read([sheet], known) == [first]


# ---------------------------------------------------------------- on all cores


@pytest.fixture
def many(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> list[Sheet]:
    """Documents that are worth two processes, of sizes that do not go in order, one of them unreadable."""
    monkeypatch.setattr(pages, "_PAYS", 1000)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    texts = [TEXT * (number * 7 % 5 + 1) for number in range(9)] + [b"Q1. \xff"]
    return [Sheet(f"deck/{number}.md", f"{number}.md", text, sheet.root) for number, text in enumerate(texts)]


def test_many_are_read_by_others_as_by_one(
    many: list[Sheet], known: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_others = pages.read(many, known)
    assert asked == []
    assert pages.read(many, known) == by_others
    assert asked == []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert pages.read(many) == by_others
    assert len(asked) == 9


def test_what_a_lost_process_leaves_is_read(many: list[Sheet], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = pages.read(many)
    here, read = os.getpid(), grammar.read

    def lost(source: Source, path: str, find: Find) -> Page:
        if path == "3.md" and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(source, path, find)

    monkeypatch.setattr(grammar, "read", lost)
    assert pages.read(many) == expected


def test_a_name_tells_all_that_a_page_is_made_from() -> None:
    parts = [("a", "bc"), ("ab", "c"), ("a", b"bc"), ("a", "bc", None), ("a", "bc", b"None"), ("a", "bc", "None")]
    assert len({packed.name(*each) for each in parts}) == len(parts)


def test_what_a_process_lost_in_the_middle_of_a_page_leaves_is_read(
    many: list[Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = pages.read(many)

    def half(sending: Connection, data: bytes) -> None:
        os.write(sending.fileno(), struct.pack("!i", len(data)) + data[:9])
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(Connection, "send_bytes", half)
    assert pages.read(many) == expected


def test_where_no_process_can_be_had_all_is_read_here(many: list[Sheet], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = pages.read(many)

    def refused() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    assert pages.read(many) == expected


def test_no_process_outlives_the_one_that_reads_from_it(many: list[Sheet], tmp_path: Path) -> None:
    """The pages are larger than what a pipe holds, so that it would wait for a reader for ever."""
    told = tmp_path / "children"
    reader = os.fork()
    if not reader:
        waiting = {"send": Connection.send_bytes}

        def say(sending: Connection, data: bytes) -> None:
            with told.open("a") as file:
                file.write(f"{os.getpid()}\n")
            waiting["send"](sending, data * 100)

        Connection.send_bytes = say  # type: ignore[method-assign, assignment]
        pages._received = lambda *_: time.sleep(60)  # type: ignore[assignment]
        pages.read(many)
        os._exit(0)
    eventually(lambda: told.exists() and len(told.read_text().split()) == 2)
    os.kill(reader, signal.SIGKILL)
    os.waitpid(reader, 0)
    eventually(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in told.read_text().split()))


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
