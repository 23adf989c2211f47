"""Ten ways out of a run, tried by the zygote itself before it serves: it refuses if one of them works."""

from __future__ import annotations

import ctypes
import os
import resource
import socket
from collections.abc import Callable, Mapping
from pathlib import Path


def _write_outside() -> None:
    Path(os.pardir, os.pardir, "escaped").write_text("escaped")  # its folder lies in the scratch folder


def _change_outside() -> None:
    os.utime(os.pardir)


def _connect() -> None:
    socket.socket(socket.AF_INET)


def _send_datagram() -> None:
    socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _execute() -> None:
    for path in ("/bin/true", "/usr/bin/true"):
        os.execv(path, [path])


def _signal_parent() -> None:
    os.kill(os.getppid(), 0)


def _read_environment() -> None:
    Path(f"/proc/{os.getppid()}/environ").read_bytes()


def _limit_parent() -> None:
    resource.prlimit(os.getppid(), resource.RLIMIT_CORE)


def _leave_namespaces() -> None:
    if ctypes.CDLL(None).unshare(0x10000000) != 0:
        raise PermissionError


ESCAPES: Mapping[str, Callable[[], None]] = {
    "write outside the scratch folder": _write_outside,
    "change times outside its folder": _change_outside,
    "open a socket": _connect,
    "send a datagram": _send_datagram,
    "start a process": _fork,
    "execute a program": _execute,
    "signal its parent": _signal_parent,
    "read its parent's environment": _read_environment,
    "limit its parent": _limit_parent,
    "make a user namespace": _leave_namespaces,
}


def attempt() -> list[str]:
    """The escapes that work in this process, which must be confined like a run; a program that starts works too."""
    return [name for name, escape in ESCAPES.items() if _works(escape)]


def _works(escape: Callable[[], None]) -> bool:
    try:
        escape()
    except OSError:
        return False
    return True
