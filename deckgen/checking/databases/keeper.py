"""The near side of a watchdog: a private folder, and a server that runs in it as a user without rights."""

from __future__ import annotations

import json
import os
import select
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from signal import Signals
from typing import Any, TypeVar

from deckgen.checking.databases import watchdog
from deckgen.checking.databases.kind import MissingServerError

_NOBODY = 65534
_LONGEST_BASE = 60  # characters; the path of a socket has 107 at most
_START_SECONDS = 30.0
_PAUSE_SECONDS = 0.02
_T = TypeVar("_T")


class Keeper:
    """A private folder that is deleted, and commands in it that are ended, when it is closed or deckgen is killed.

    Where deckgen runs as root the commands do not, as most servers insist. Methods raise MissingServerError.
    """

    def __init__(self, stop: Signals) -> None:
        self._stop = stop
        self.user = _NOBODY if os.getuid() == 0 else None
        command = [sys.executable, "-I", "-S", watchdog.__file__, self._base()]
        if self.user is not None:
            command.append(str(self.user))
        self._process = _started(command)
        assert self._process.stdin
        assert self._process.stdout
        self._commands, self._answers = self._process.stdin, self._process.stdout
        self.folder = Path(self._hear()["folder"])

    def _base(self) -> str:
        """A folder for temporary files with a short path that the user of the commands can follow."""
        for base in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
            if len(base) <= _LONGEST_BASE and os.access(base, os.W_OK) and self.can_reach(Path(base)):
                return base
        raise MissingServerError("a server needs a folder with a short path that all can search: set TMPDIR to one")

    def can_reach(self, path: Path) -> bool:
        """Whether the user of the commands can follow a path."""
        return self.user is None or all(each.stat().st_mode & stat.S_IXOTH for each in (path, *path.parents))

    def write(self, name: str, text: str) -> Path:
        """Write a file that is for the commands alone."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        self.own(path)
        return path

    def own(self, path: Path) -> None:
        """Give a file or folder, with all in it, to the user of the commands."""
        if self.user is not None:
            for each in (path, *path.rglob("*")):
                os.chown(each, self.user, self.user)

    def run(self, command: Sequence[str | Path]) -> None:
        """Run a command to its end."""
        self._send(command)
        answer = self._hear()
        if answer["status"]:
            raise _failed(command, answer)

    def serve(self, command: Sequence[str | Path], connect: Callable[[], _T]) -> _T:
        """Start a command that goes on, and connect to it as soon as it answers."""
        self._send(command)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                return connect()
            except MissingServerError:
                if select.select([self._answers], [], [], _PAUSE_SECONDS)[0]:
                    raise _failed(command, self._hear()) from None
                if time.monotonic() > deadline:
                    raise

    def _send(self, command: Sequence[str | Path]) -> None:
        request = {"command": list(map(str, command)), "stop": self._stop}
        with suppress(BrokenPipeError):  # then there is no answer either
            self._commands.write(json.dumps(request) + "\n")
            self._commands.flush()

    def _hear(self) -> dict[str, Any]:
        line = self._answers.readline()
        if not line:
            self.close()
            raise MissingServerError("the process that keeps a database server has ended")
        return dict(json.loads(line))

    def close(self) -> None:
        """End what is running and delete the folder."""
        with suppress(BrokenPipeError):
            self._commands.close()
        self._process.wait()


def _started(command: Sequence[str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd="/", text=True, start_new_session=True
        )
    except OSError as error:
        raise MissingServerError(f"no process could be started: {error.strerror}") from error


def _failed(command: Sequence[str | Path], answer: dict[str, Any]) -> MissingServerError:
    printed = " ".join(answer["printed"].split())
    return MissingServerError(f"{Path(command[0]).name} failed with status {answer['status']}: {printed}")
