"""The system calls that Python has no function for, by number (x86-64), through ctypes."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource

X86_64 = platform.machine() == "x86_64"

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 36, 38, 47, 4


class KernelError(OSError):
    """The kernel refused a call; its name is in the message."""


def syscall(name: str, number: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char]) -> int:
    """Make a system call; raises KernelError."""
    converted = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return _checked(name, int(_libc.syscall(ctypes.c_long(number), *converted)))


def prctl(name: str, option: int, *arguments: int) -> int:
    """Operate on this process; raises KernelError."""
    values = [ctypes.c_ulong(each) for each in (option, *arguments, 0, 0, 0, 0)[:5]]
    return _checked(name, int(_libc.prctl(*values)))


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount a file system; raises KernelError."""
    encoded = [None if each is None else each.encode() for each in (source, target, kind)]
    options = None if data is None else data.encode()
    _checked(f"mount {target}", int(_libc.mount(*encoded, ctypes.c_ulong(flags), options)))


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` name; raises KernelError."""
    _checked("unshare", int(_libc.unshare(ctypes.c_int(flags))))


def address_space() -> int:
    """The bytes of address space this process has now."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def _checked(name: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise KernelError(number, f"{name}: {errno.errorcode.get(number, number)} {os.strerror(number)}")
    return result
