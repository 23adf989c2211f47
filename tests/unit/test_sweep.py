"""What a check leaves is killed and deleted, whatever it did to hide it, and nothing else is touched."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deckgen.checking.sandbox.sweep import delete
from tests.isolation.harness import watch

NOBODY = 65534


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder that a user without privileges may enter."""
    folder = Path(tempfile.mkdtemp(prefix="sweep-"))
    folder.chmod(0o755)
    yield folder
    subprocess.run(["chmod", "-R", "u+rwx", folder], check=True)
    subprocess.run(["rm", "-rf", folder], check=True)


@pytest.fixture
def top(scratch: Path) -> Path:
    made = scratch / "top"
    made.mkdir()
    return made


def test_an_empty_folder_is_deleted(top: Path, scratch: Path) -> None:
    delete(str(top))
    assert list(scratch.iterdir()) == []


def test_a_folder_that_is_gone_is_no_error(scratch: Path) -> None:
    delete(str(scratch / "gone"))
    assert list(scratch.iterdir()) == []


def test_everything_in_a_folder_is_deleted(top: Path, scratch: Path) -> None:
    for name in ("a", "b/c/d", "b/e", ".hidden/f", "-rf", "\n", "ä" * 100, "b/top.0"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("x")
    os.mkfifo(top / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(top / "socket"))
    (top / "many").mkdir()
    for number in range(3000):
        (top / "many" / str(number)).touch()
    delete(str(top))
    assert list(scratch.iterdir()) == []


def test_a_tree_deeper_than_any_path_and_any_stack_is_deleted(top: Path, scratch: Path) -> None:
    here = os.open(top, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("deeper", dir_fd=here)
        below = os.open("deeper", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("file", os.O_CREAT, dir_fd=here))
    os.close(here)
    delete(str(top))
    assert list(scratch.iterdir()) == []


def test_a_tree_with_names_as_long_as_can_be_is_deleted(top: Path, scratch: Path) -> None:
    (top / ("x" * 255) / ("y" * 255) / ("z" * 255)).mkdir(parents=True)
    delete(str(top))
    assert list(scratch.iterdir()) == []


@pytest.fixture
def elsewhere(scratch: Path) -> Path:
    """A folder outside, with a file whose mode is told from any that a deletion sets."""
    outside = scratch / "elsewhere"
    (outside / "inner").mkdir(parents=True)
    (outside / "inner" / "file").write_text("keep")
    outside.chmod(0o751)
    return outside


def intact(elsewhere: Path) -> bool:
    return (elsewhere / "inner" / "file").read_text() == "keep" and elsewhere.stat().st_mode & 0o777 == 0o751


def test_links_are_deleted_and_not_followed(top: Path, elsewhere: Path, scratch: Path) -> None:
    (top / "folder").symlink_to(elsewhere)
    (top / "file").symlink_to(elsewhere / "inner" / "file")
    (top / "relative").symlink_to("../elsewhere/inner")
    (top / "nowhere").symlink_to("nowhere")
    (top / "hard").hardlink_to(elsewhere / "inner" / "file")
    delete(str(top))
    assert list(scratch.iterdir()) == [elsewhere]
    assert intact(elsewhere)


def test_a_link_in_the_place_of_the_folder_is_not_followed_either(top: Path, elsewhere: Path, scratch: Path) -> None:
    top.rmdir()
    top.symlink_to(elsewhere)
    delete(str(top))
    assert intact(elsewhere)
    assert list(scratch.iterdir()) == [elsewhere]


def test_a_file_in_the_place_of_the_folder_is_deleted(top: Path, scratch: Path) -> None:
    top.rmdir()
    top.write_text("x")
    delete(str(top))
    assert list(scratch.iterdir()) == []


def test_folders_that_cannot_be_listed_are_deleted(top: Path, scratch: Path) -> None:
    def hide() -> None:
        (top / "locked" / "in").mkdir(parents=True)
        (top / "locked" / "in" / "file").touch()
        (top / "read-only" / "in").mkdir(parents=True)
        (top / "empty").mkdir()
        (top / "read-only").chmod(0o500)
        for path in (top / "locked" / "in", top / "locked", top / "empty", top):
            path.chmod(0)

    scratch.chmod(0o777)
    if os.geteuid() == 0:
        os.chown(top, NOBODY, NOBODY)
    assert unprivileged(hide) == 0
    assert unprivileged(lambda: delete(str(top))) == 0
    assert list(scratch.iterdir()) == []


def unprivileged(action: Callable[[], object]) -> int:
    """The exit status of an action in a process that no lock opens for, as they do for root."""
    pid = os.fork()
    if pid == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            action()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# A process of its own, since everything below it is killed. It has four descendants, which hide in the ways there are.
KILLING = """
import ctypes, os, signal, subprocess, sys, time
from deckgen.checking.sandbox import kernel, sweep
kernel.prctl("adopt orphans", kernel.PR_SET_CHILD_SUBREAPER, 1)
children = os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY)
print(sweep.kill_all(children))
hide = "trap '' TERM INT HUP; setsid sh -c \\"trap '' TERM; sleep 3600 & sleep 3600\\" & exit 0"
subprocess.run(["sh", "-c", hide], start_new_session=True)
finished = subprocess.Popen(["true"])
while len(os.pread(children, 4096, 0).split()) < 2:
    time.sleep(0.01)
time.sleep(0.2)  # for the hidden ones to have hidden
started = time.monotonic()
found = sweep.kill_all(children)
print(found, os.pread(children, 4096, 0), time.monotonic() - started < 5)
"""


def test_every_process_below_is_killed_and_counted(tmp_path: Path) -> None:
    with watch(tmp_path):
        ran = subprocess.run([sys.executable, "-c", KILLING], capture_output=True, text=True, check=True, timeout=30)
    assert ran.stdout.split("\n")[0] == "0"
    assert ran.stdout.split("\n")[1] == "4 b'' True"
