"""Namespaces: a world with no network, nobody else's processes, and of the files only those that are shown.

Made with a user namespace of our own, so that no privilege is needed where the system lets ordinary users have one.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable

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
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
_MOUNT_SETATTR, _CAPSET, _PIVOT_ROOT, _UMOUNT, _DETACH = 442, 126, 155, 166, 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_CAPABILITY_VERSION_3 = 0x20080522

_ROOT_SIZE = "size=1m,nr_inodes=1024,mode=755"  # it holds nothing but the places where something is mounted
_SCRATCH_SIZE = "size=64m,nr_inodes=4096,mode=700"


def refusal(shown: Iterable[str], scratch: str) -> str | None:
    """Why this system refuses namespaces, None where it grants them; tried out in a child that ends at once.

    Trying is the only way to know: some systems let `unshare` succeed and refuse the mounts that follow.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            enter(shown, scratch)
        except OSError as error:
            os.write(writing, str(error.strerror or error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        reason = answer.read().decode()
    os.waitpid(pid, 0)
    return reason or None


def enter(shown: Iterable[str], scratch: str) -> None:
    """Move this process into namespaces of its own, and its next child into a process namespace. Raises OSError.

    `shown` are the paths that are still there, read-only; `scratch` becomes a file system in memory.
    """
    user, group = os.getuid(), os.getgid()
    unshare(_NEWUSER | _NEWNS | _NEWNET | _NEWIPC | _NEWUTS | _NEWPID)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    mount("tmpfs", scratch, "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, _ROOT_SIZE)
    for path in sorted(shown):
        _show(path, scratch + path)
    os.makedirs(scratch + scratch)
    os.chdir(scratch)
    syscall("pivot_root", _PIVOT_ROOT, b".", b".")
    syscall("umount", _UMOUNT, b".", _DETACH)
    os.chdir("/")
    _make_read_only("/")
    mount("tmpfs", scratch, "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, _SCRATCH_SIZE)


def _show(path: str, place: str) -> None:
    """Mount a file or folder, and what is mounted in it, at a place, unless it is there or there is none."""
    if os.path.lexists(place) or not os.path.exists(path):
        return
    if os.path.isdir(path):
        os.makedirs(place)
    else:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o600))
    mount(path, place, None, _MS_BIND | _MS_REC)


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
