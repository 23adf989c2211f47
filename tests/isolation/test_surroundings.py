"""A machine at its limits is not a card's fault: the run ends with a line that says so, and leaves nothing behind.

A limit is tried at many values, so that it is met at every moment of a run: whatever it is, the cards are verified or
the surroundings are told.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.decks import Ran, card, deck
from tests.isolation.harness import gone, living
from tests.isolation.users import as_nobody, run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only"),
    pytest.mark.skipif(os.getuid() != 0, reason="only root can limit what another user has"),
]
SURROUNDINGS = 3
HUNGRY = '\n```python check\nmuch = b"x" * (400 << 20)\nassert engine.name == "sqlite"\n```\n'


def mounted(folder: Path, options: str) -> None:
    folder.mkdir()
    assert run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], cwd=folder.parent).status == 0


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """A folder that everybody can read, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="surroundings-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def nobody(base: Path) -> list[str]:
    """The beginning of a command that an ordinary user runs, and the interpreter that it ends in."""
    return as_nobody(base)


@pytest.fixture
def small(base: Path) -> Path:
    """A folder with a deck of three honest cards, in which anybody may write."""
    folder = Path(tempfile.mkdtemp(dir=base))
    deck(folder / "deck", "".join(card(number, f"It is {number}.") for number in (1, 2, 3)))
    folder.chmod(0o777)
    return folder


def told(ran: Ran) -> bool:
    """Whether a run says that the surroundings failed it, in a last line and without a word about a card."""
    *progress, last = ran.err.splitlines() or [""]
    silent = ran.out == "" and all(re.fullmatch(r"Small: \d+ of \d+ checks run on .+", line) for line in progress)
    return ran.status == SURROUNDINGS and silent and last.startswith("error: ")


def build(folder: Path, *prefix: str, interpreter: str = sys.executable, **environment: str) -> Ran:
    """A build of the deck in a folder, after which no process and no scratch folder is left."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    scratch.chmod(0o777)
    before = living().keys()
    variables = {"TMPDIR": str(scratch)} | environment
    ran = run(
        [*prefix, interpreter, "-m", "deckgen", "build", "deck", "--no-cache", "-j", "1"], cwd=folder, **variables
    )
    assert gone(lambda: [pid for pid in living() if pid not in before])
    assert [path.name for path in scratch.iterdir() if path.name.startswith("deckgen-")] == []
    package = folder / "build" / "small.apkg"
    assert package.exists() or ran.status != 0
    assert not package.exists() or zipfile.is_zipfile(package)
    return ran


@pytest.mark.parametrize("processes", range(1, 12))
def test_a_full_process_table(small: Path, nobody: list[str], processes: int) -> None:
    *prefix, interpreter = nobody
    ran = build(small, *prefix, "prlimit", f"--nproc={processes}:{processes}", interpreter=interpreter)
    assert told(ran) or "3 of 3 verified" in ran.err, ran
    assert told(ran) or processes > 5


@pytest.mark.parametrize("mebibytes", [120, 250, 500, 1000, 4000])
def test_less_memory_than_a_run_may_have(small: Path, nobody: list[str], mebibytes: int) -> None:
    *prefix, interpreter = nobody
    ran = build(small, *prefix, "prlimit", f"--as={mebibytes << 20}:{mebibytes << 20}", interpreter=interpreter)
    assert told(ran) or "3 of 3 verified" in ran.err, ran


MEMORY = Path("/sys/fs/cgroup/memory")


def test_a_run_that_the_system_kills_for_want_of_memory(small: Path) -> None:
    if not (MEMORY / "memory.limit_in_bytes").exists():
        pytest.skip("no memory controller of the first version is mounted in /sys/fs/cgroup")
    (small / "deck" / "cards.md").write_text(card(1, "One.", check=HUNGRY))
    group = MEMORY / "deckgen-test"
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text(str(250 << 20))
        ran = build(small, "sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh")
    finally:
        gone(lambda: (group / "cgroup.procs").read_text())
        group.rmdir()
    assert told(ran)
    assert "the system ran out of memory" in ran.err


@pytest.mark.parametrize("inodes", range(2, 12))
def test_a_full_disk_below_the_scratch_folder(small: Path, inodes: int) -> None:
    """Of inodes there is a number that suffices for each step and not for the next."""
    mounted(small / "scratch", f"nr_inodes={inodes},size=1m")
    try:
        ran = build(small)
    finally:
        run(["umount", str(small / "scratch")], cwd=small)
    assert told(ran) or "3 of 3 verified" in ran.err, ran


@pytest.mark.parametrize("free", [0, 4096, 16384, 40960, 81920, 163840])
def test_a_full_disk_below_the_package(small: Path, free: int) -> None:
    disk = small / "disk"
    mounted(disk, "size=256k")
    try:
        shutil.copytree(small / "deck", disk / "deck")
        (disk / "scratch").mkdir()
        status = os.statvfs(disk)
        (disk / "filler").write_bytes(b"x" * (status.f_bavail * status.f_frsize - free))
        ran = build(disk, TMPDIR=str(small))
        assert ran.status == 0 or "No space left on device" in ran.err, ran
        assert ran.status in (0, SURROUNDINGS)
        left = [path.name for path in (disk / "build").rglob(".*")] if (disk / "build").exists() else []
        assert left in ([], [".cache"])
    finally:
        run(["umount", str(disk)], cwd=small)
