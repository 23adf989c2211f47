"""Namespaces: a world with no network, nobody else's processes, and a read-only file system but for a small scratch.

Made with a user namespace of our own, so that no privilege is needed where the system lets ordinary users have one.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Sequence

from .kernel import (
    PR_CAP_AMBIENT,
    PR_CAP_AMBIENT_CLEAR_ALL,
    PR_CAPBSET_DROP,
    KernelError,
    mount,
    prctl,
    syscall,
    unshare,
)

_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 1, 2, 4, 8, 16384, 1 << 18
_MOUNT_SETATTR, _CAPSET = 442, 126
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_CAPABILITY_VERSION_3 = 0x20080522

# What other programs listen on or leave about; hidden where the interpreter does not need it.
_HIDDEN = ("/proc", "/run", "/var", "/dev/shm", "/home", "/root", "/media", "/mnt", "/srv")
_SCRATCH_SIZE = "size=64m,nr_inodes=4096,mode=700"


def refusal(needed: Sequence[str], scratch: str) -> str | None:
    """Why this system refuses namespaces, None where it grants them; tried out in a child that ends at once.

    Trying is the only way to know: some systems let `unshare` succeed and refuse the mounts that follow.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            enter(needed, scratch)
        except OSError as error:
            os.write(writing, str(error.strerror or error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        reason = answer.read().decode()
    os.waitpid(pid, 0)
    return reason or None


def enter(needed: Sequence[str], scratch: str) -> None:
    """Move this process into namespaces of its own, and its next child into a process namespace. Raises OSError.

    `needed` are paths that stay visible; `scratch` becomes a file system in memory.
    """
    user, group = os.getuid(), os.getgid()
    unshare(_NEWUSER | _NEWNS | _NEWNET | _NEWIPC | _NEWUTS | _NEWPID)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    _make_read_only("/")
    for folder in _HIDDEN:
        if os.path.isdir(folder) and not any(_beneath(path, folder) for path in (*needed, scratch)):
            flags = _MS_RDONLY | _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
            mount("tmpfs", folder, "tmpfs", flags, "size=4k,nr_inodes=2,mode=555")
    mount("tmpfs", scratch, "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, _SCRATCH_SIZE)


def drop_capabilities() -> None:
    """Give up every capability: those that the namespaces came with, or root's own. Raises KernelError."""
    for capability in range(64):
        try:
            prctl("drop capability", PR_CAPBSET_DROP, capability)
        except KernelError:  # beyond the last one that this kernel knows, or an ordinary user has none to drop
            break
    header = ctypes.create_string_buffer(struct.pack("Ii", _CAPABILITY_VERSION_3, 0), 8)
    syscall("capset", _CAPSET, header, ctypes.create_string_buffer(24))
    with contextlib.suppress(KernelError):  # kernels before 4.3 have no ambient set
        prctl("clear ambient capabilities", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)


def _make_read_only(path: str) -> None:
    """Make a mount and all below it read-only, by one call (kernel 5.12)."""
    attributes = ctypes.create_string_buffer(struct.pack("QQQQ", _MS_RDONLY | _MS_NOSUID, 0, 0, 0), 32)
    syscall("mount_setattr", _MOUNT_SETATTR, _AT_FDCWD, path.encode(), _AT_RECURSIVE, attributes, 32)


def _beneath(path: str, folder: str) -> bool:
    return os.path.commonpath([os.path.realpath(path), folder]) == folder
