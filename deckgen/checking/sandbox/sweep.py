"""After a check: its processes are killed and reaped, its files deleted, whatever it did to hide them."""

from __future__ import annotations

import contextlib
import os
import signal
import time

_ROUNDS = 2000


def kill_all(children: int | None) -> int:
    """Kill and reap every process that was re-parented to this one; the number found.

    `children` is a descriptor of `/proc/self/task/PID/children`, None in a process namespace of our own, where every
    other process is a check's. A killed process hands its own children up, hence the rounds; one that is still there
    after all of them counts as many.
    """
    if children is None and os.getpid() != 1:
        raise RuntimeError("only the first process of a namespace may kill all others")
    found = 0
    for _ in range(_ROUNDS):
        try:
            pid, _status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid:
            found += 1
            continue
        everybody = [-1]
        for child in everybody if children is None else os.pread(children, 65536, 0).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        time.sleep(0.001)
    return found + _ROUNDS


def delete(top: str) -> int:
    """Delete a tree made by a check, without recursion and without following links; how many entries it had.

    Folders are first moved to the top, so that neither depth nor path length can exceed a limit. Raises OSError.
    """
    pending, entries = [top], 0
    while pending:
        folder = pending.pop()
        try:
            os.rmdir(folder)
            continue
        except FileNotFoundError:
            continue
        except NotADirectoryError:  # a file or a link that took its place
            os.unlink(folder)
            continue
        except OSError:
            os.chmod(folder, 0o700)  # it is not empty; now it can be listed
        with os.scandir(folder) as listing:
            for entry in listing:
                entries += 1
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                moved = f"{top}.{entries}"
                os.chmod(entry.path, 0o700)  # a folder is moved only by who may write to it
                os.rename(entry.path, moved)
                pending.append(moved)
        os.rmdir(folder)
    return entries
