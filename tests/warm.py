"""The command in forks of a process that has imported it: all is as in a process of its own, but for the importing."""

from __future__ import annotations

import functools
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from deckgen.checking.sandbox import wire


def run(arguments: Sequence[str], *, cwd: str, environment: Mapping[str, str], streams: Sequence[int]) -> int:
    """Run the command on descriptors for standard input, output and error; its exit status."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            socket.send_fds(_server(), [b"\0"], [theirs.fileno(), *streams])
        wire.send(ours, {"arguments": arguments, "cwd": cwd, "environment": dict(environment)})
        ours.settimeout(600)
        answer = wire.receive(ours)
    assert answer is not None, "it was killed"
    return int(answer["status"])


@functools.cache
def _server() -> socket.socket:
    """The process that forks them, which ends with this one."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-c", "import sys, tests.warm; tests.warm.serve(int(sys.argv[1]))"]
        subprocess.Popen([*command, str(theirs.fileno())], pass_fds=[theirs.fileno()])
    return ours


def serve(descriptor: int) -> None:
    """Fork a command for every four descriptors that come over a socket: one to talk on, and its three streams."""
    import deckgen.checking.cache
    import deckgen.cli
    import deckgen.console
    import deckgen.pipeline  # noqa: F401

    with suppress(ImportError):
        import anki.collection  # noqa: F401

    assert threading.active_count() == len(os.listdir("/proc/self/task")) == 1  # or else it could not be forked
    server = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody else reaps them
    while True:
        message, descriptors, *_ = socket.recv_fds(server, 1, 4)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            try:
                server.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _command(*descriptors)
            finally:
                os._exit(1)
        for each in descriptors:
            os.close(each)


def _command(channel: int, *streams: int) -> None:
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - they are never closed
    with socket.socket(fileno=channel) as answers:
        request = wire.receive(answers)
        assert request is not None
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["environment"])
        time.tzset()
        sys.argv = ["deckgen", *request["arguments"]]
        status: Any = 0
        try:
            runpy.run_module("deckgen", run_name="__main__", alter_sys=True)
        except SystemExit as error:
            status = error.code
        except BaseException:
            sys.excepthook(*sys.exc_info())
            status = 1
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        wire.send(answers, {"status": status or 0})
    os._exit(0)
