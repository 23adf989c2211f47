"""Keeps a private folder and the commands that run in it; when its standard input ends, so do they, and it is deleted.

`keeper` starts it, in a session of its own, so that it outlives whatever becomes of deckgen. Standard library only.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}
_STOP_SECONDS = 10.0
_DELETE_SECONDS = 60.0
_PAUSE_SECONDS = 0.05
_TOLD = 1000  # the last characters of what a command printed


def main(base: str, user: int | None) -> None:
    """Tell the folder that was made in `base`, run one command after the other, and tell of each how it ended.

    Commands run as `user`, if there is one, to whom the folder belongs. Each is a line: `command` is a list, `stop` the
    signal that ends it early.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    folder = Path(tempfile.mkdtemp(prefix="deckgen-", dir=base))
    try:
        if user is not None:
            os.chown(folder, user, user)
        _tell(folder=str(folder))
        while line := sys.stdin.readline():
            _attend(folder, user, **json.loads(line))
    finally:
        _delete(folder)


def _attend(folder: Path, user: int | None, command: list[str], stop: int) -> None:
    """Run a command until it ends or standard input does."""
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    select.select([sys.stdin, os.pidfd_open(process.pid)], [], [])
    if process.poll() is None:
        _stop(process, stop)
    _tell(status=process.wait(), printed=log.read_text(errors="replace")[-_TOLD:])


def _stop(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to a command and what it started, and if it is still there after a while kill it."""
    os.killpg(process.pid, number)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _tell(**said: Any) -> None:
    with suppress(BrokenPipeError):  # deckgen is gone
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def _delete(folder: Path) -> None:
    """Delete the folder, in which the last processes may still be writing."""
    deadline = time.monotonic() + _DELETE_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else None)
