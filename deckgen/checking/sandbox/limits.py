"""What a run may use of the machine, and the kernel's help in ending it."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

LAYERS = ("rlimits",)
OUTPUT_BYTES = 64 * 1024
_MEMORY_BYTES = 512 << 20
_FILE_BYTES = 16 << 20
_DESCRIPTORS = 64
_PROCESSES = 32

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every process that a check leaves behind, so that it can be found and killed."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def address_space() -> int:
    """The bytes of address space this process has now."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def apply(base: int, seconds: float) -> None:
    """Limit this process; `base` is the address space that it was born with."""
    cpu = int(seconds) + 2  # the wall clock comes first; this is for a check that outlives its watcher
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_AS, base + _MEMORY_BYTES, base + _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, _FILE_BYTES, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, _DESCRIPTORS, _DESCRIPTORS),
        (resource.RLIMIT_NPROC, _PROCESSES, _PROCESSES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def close_from(first: int) -> None:
    """Close every descriptor from `first` on."""
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))
