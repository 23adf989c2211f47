"""The layers that confine a zygote and its runs: what this system grants is taken, what it refuses is named."""

from __future__ import annotations

import json
import os
import resource
import signal
import site
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from . import escapes, landlock, namespaces, seccomp
from .kernel import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    X86_64,
    KernelError,
    prctl,
)

OUTPUT_BYTES = 64 * 1024
_MEMORY_BYTES = 512 << 20
_FILE_BYTES = 16 << 20
_DESCRIPTORS = 64
_STACK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Confinement:
    """The layers that are on, by name, and those that are missing, each with the system's reason."""

    layers: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def landlock(self) -> bool:
        """Whether Landlock is on."""
        return any(layer.startswith("landlock") for layer in self.layers)

    @property
    def seccomp(self) -> bool:
        """Whether seccomp is on."""
        return "seccomp" in self.layers

    @property
    def namespaces(self) -> bool:
        """Whether this is the first process of namespaces of our own."""
        return "namespaces" in self.layers

    @property
    def base(self) -> bool:
        """Whether the layers suffice to run a stranger's code: seccomp, and one of the two that guard files."""
        return self.seccomp and (self.landlock or self.namespaces)


def libraries() -> set[str]:
    """What a check may read: the interpreter, its libraries and the system's, the time zones; by all their names."""
    packages = [*site.getsitepackages(), sys.prefix, sys.base_prefix, sys.exec_prefix]
    system = ["/usr/lib", "/lib", "/lib64", "/usr/share/zoneinfo", "/etc/localtime", "/dev/urandom"]
    return {name for path in (*packages, *system) for name in (os.path.abspath(path), os.path.realpath(path))}


def enter_namespaces(scratch: str, gate: str | None = None) -> str | None:
    """Enter namespaces, of which the next child is the first process; else why this system refuses them.

    `gate` is the folder of the sockets that a check may connect to.
    """
    shown = {*libraries(), "/dev/null", *([gate] if gate else [])}
    reason = namespaces.refusal(shown, scratch)
    if reason is None:
        namespaces.enter(shown, scratch)
    return reason


def confine(scratch: str, refused: str | None, gate: str | None = None) -> Confinement:
    """Confine this process and all it will fork; `refused` is why it has no namespaces, None where it has."""
    die_with_parent()
    missing = [] if refused is None else [f"namespaces: {refused}"]
    if refused is not None:
        prctl("adopt orphans", PR_SET_CHILD_SUBREAPER, 1)
    namespaces.drop_capabilities()
    prctl("no new privileges", PR_SET_NO_NEW_PRIVS, 1)
    prctl("no dumps", PR_SET_DUMPABLE, 0)
    layers = []
    try:
        landlock.confine(libraries(), scratch)
        layers.append(f"landlock-{landlock.abi()}")
    except KernelError as error:
        missing.append(f"landlock: {error.strerror}")
    if X86_64:
        try:
            seccomp.confine(sockets=gate is not None)
            layers.append("seccomp")
        except KernelError as error:
            missing.append(f"seccomp: {error.strerror}")
    else:
        missing.append("seccomp: its filters are written for x86-64")
    layers += ["namespaces"] if refused is None else []
    return Confinement(tuple(layers), tuple(missing))


def become_first_process() -> None:
    """Go on in a child, which is the first process of the new namespace; when it ends, so do all others there."""
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        os._exit(0)


def tell(scratch: str) -> None:
    """Confine this process as one that serves is, and print which layers are on and which are missing."""
    refused = enter_namespaces(scratch)
    if refused is None:
        become_first_process()
    confined = confine(scratch, refused)
    os.write(1, json.dumps([confined.layers, confined.missing]).encode())


def confine_run(confinement: Confinement, folder: str, *, base: int, seconds: float) -> None:
    """Confine this process to one run in a folder; `base` is the address space it was born with."""
    die_with_parent()
    _limit(base, seconds)
    if confinement.landlock:
        landlock.confine_run(folder)
    if confinement.seccomp:
        seccomp.confine_run(os.getpid())


def working_escapes(confinement: Confinement, folder: str) -> Sequence[str]:
    """The ways out of a run that work here, tried in a child; there should be none. Raises OSError with the reason
    why they could not be tried, such as limits that are lower than those of a run.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.chdir(folder)
            confine_run(confinement, folder, base=1 << 40, seconds=10)
            os.write(writing, "\n".join(["tried", *escapes.attempt()]).encode())
        except Exception as error:
            os.write(writing, f"failed\n{error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        tried, *found = answer.read().decode().split("\n")
    os.waitpid(pid, 0)
    if tried != "tried":
        raise OSError(f"a run could not be confined: {' '.join(found) or 'it vanished'}")
    return found


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it ends."""
    prctl("die with parent", PR_SET_PDEATHSIG, signal.SIGKILL)


def close_from(first: int) -> None:
    """Close every descriptor from `first` on."""
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))


def _limit(base: int, seconds: float) -> None:
    """Resource limits; the number of processes is not among them, since it would count all of the user's."""
    threading.stack_size(_STACK_BYTES)  # the usual 8 MiB would make a few threads reach the limit
    cpu = int(seconds) + 2  # the wall clock comes first; this is for a run that outlives its watcher
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_AS, base + _MEMORY_BYTES, base + _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, _FILE_BYTES, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, _DESCRIPTORS, _DESCRIPTORS),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))
