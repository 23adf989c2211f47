"""The near side of a nursery: the process that imports SQLAlchemy once and forks the fork servers of a run."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import threading
from pathlib import Path

ROOM = str(Path(__file__).parent)
# The hash seed is fixed by the environment, which -I would ignore; -P and -s with an environment of ours do the same.
FLAGS = ("-P", "-s", "-B", "-X", "utf8")
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from sandbox.nursery import serve; del sys.path[0]; "
    "serve(int(sys.argv[2]))"
)
_STOP_SECONDS = 5.0


def environment() -> dict[str, str]:
    """All that a check sees of the environment: nothing of the user's."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
        "TMPDIR": ".",
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "MALLOC_ARENA_MAX": "2",  # else each thread reserves 64 MiB of address space, which is limited
    }


class Nursery:
    """Forks fork servers of one interpreter; its process starts with the first of them, and anew where it was lost."""

    def __init__(self, interpreter: str) -> None:
        self._interpreter = interpreter
        self._channel: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self, channel: int, leash: int) -> None:
        """Have a new fork server answer on a socket and hold a leash, as soon as SQLAlchemy is there. Raises OSError.

        Where it cannot be forked, the other ends of both are closed.
        """
        if not self._sent(channel, leash):
            self.close()
            self._start()
            self._sent(channel, leash)

    def _sent(self, *descriptors: int) -> bool:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            return self._channel is not None and bool(socket.send_fds(self._channel, [b"\0"], descriptors))
        return False

    def _start(self) -> None:
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [self._interpreter, *FLAGS, "-c", _PROGRAM, ROOM, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def close(self) -> None:
        """End the process; the servers that it forked go on."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class Leash:
    """A pipe whose other end only a fork server's keeper holds, a process that a nursery forked: it ends with it."""

    def __init__(self) -> None:
        reading, self.end = os.pipe()
        os.set_blocking(reading, False)
        self._pipe = open(reading, "rb", buffering=0)  # noqa: SIM115 - closed by `pull`
        self._lock = threading.Lock()
        self._keeper: int | None = None

    def pull(self) -> None:
        """Wait until the keeper has ended; after some seconds kill it and its group."""
        with self._lock:
            if self._pipe.closed:
                return
            ended = select.poll()
            ended.register(self._pipe, 0)  # which leaves the end of the pipe
            if not ended.poll(_STOP_SECONDS * 1000) and (keeper := self.keeper()):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(keeper, signal.SIGKILL)
                ended.poll()
            self._pipe.close()

    def keeper(self) -> int | None:
        """The process that holds it, None where it has not been forked yet."""
        if self._keeper is None and not self._pipe.closed:
            told = self._pipe.read(4)
            self._keeper = int.from_bytes(told, "little") if told else None
        return self._keeper
