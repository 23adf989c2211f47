"""Landlock: which files, ports, signals and sockets this process and all it forks can reach (kernel 5.13 and newer).

https://docs.kernel.org/userspace-api/landlock.html. Each layer only takes rights away, and none can be taken off.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

from .kernel import KernelError, syscall

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REMOVE_DIR, _REMOVE_FILE, _MAKE_CHAR, _MAKE_DIR, _MAKE_REG = 16, 32, 64, 128, 256
_MAKE_SOCK, _MAKE_FIFO, _MAKE_BLOCK, _MAKE_SYM = 512, 1024, 2048, 4096
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_READ = _READ_FILE | _READ_DIR
_WRITE = (
    _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SOCK | _MAKE_FIFO | _MAKE_SYM
    | _REFER | _TRUNCATE
)  # fmt: skip
_FORBIDDEN = _EXECUTE | _MAKE_CHAR | _MAKE_BLOCK | _IOCTL_DEV

_BIND_TCP_AND_CONNECT_TCP = 1 | 2
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 1 | 2


def abi() -> int:
    """The version of Landlock that this kernel has, 0 if none."""
    try:
        return syscall("landlock", _CREATE, 0, 0, _VERSION)
    except KernelError:
        return 0


def confine(readable: Iterable[str], scratch: str) -> None:
    """Leave only some paths to read, the scratch folder and `/dev/null` to write, nothing to execute, and no TCP.

    Raises KernelError where the kernel has no Landlock.
    """
    version = abi()
    handled = _handled(version, _READ | _WRITE | _FORBIDDEN)
    rules = [(path, _READ) for path in readable]
    rules += [(scratch, _READ | _WRITE), ("/dev/null", _READ | _WRITE_FILE)]
    _restrict(handled, _BIND_TCP_AND_CONNECT_TCP if version >= 4 else 0, 0, rules)


def confine_run(folder: str) -> None:
    """Leave only one folder to write, and no signal or abstract socket that reaches outside. Raises KernelError."""
    version = abi()
    handled = _handled(version, _WRITE | _MAKE_CHAR | _MAKE_BLOCK)
    scope = _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0
    _restrict(handled, 0, scope, [(folder, _WRITE), ("/dev/null", _WRITE_FILE)])


def _handled(version: int, rights: int) -> int:
    """The rights among `rights` that this version knows: 2 brought REFER, 3 TRUNCATE, 5 IOCTL_DEV."""
    known = (1 << 13) - 1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        known |= right if version >= since else 0
    return rights & known


def _restrict(files: int, ports: int, scope: int, rules: Iterable[tuple[str, int]]) -> None:
    attributes = struct.pack("QQQ", files, ports, scope)
    size = 24 if scope else 16 if ports else 8
    ruleset = syscall("landlock_create_ruleset", _CREATE, ctypes.create_string_buffer(attributes), size, 0)
    try:
        for path, rights in rules:
            _allow(ruleset, path, rights & files)
        syscall("landlock_restrict_self", _RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Allow rights beneath a path; one that does not exist needs no rule."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rights &= rights if os.path.isdir(path) else _ON_FILES
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor))
        syscall(f"landlock_add_rule {path}", _ADD, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
