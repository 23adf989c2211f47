"""The fork server: a lean process that has imported SQLAlchemy and run the prelude, and forks one child per run."""

from __future__ import annotations

import contextlib
import gc
import os
import platform
import select
import signal
import socket
import sqlite3
import sys
import time
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import (
    child,
    compiled,
    confinement,
    dependence,
    kernel,
    prewarm,
    provided,
    recording,
    standin,
    sweep,
    verdict,
    wire,
    words,
)
from .confinement import Confinement

MAX_FILES = 4096
_GRACE_SECONDS = 1.0
_PF_EXITING = 4


def serve(descriptor: int, leash: int) -> None:
    """Answer requests on a socket until its other end is closed; never returns. The process has imported SQLAlchemy.

    The first message configures the server: `deckgen` (the process at the other end), `scratch` (a folder that exists),
    `prelude` (a block or null), `standin` (whether SQLAlchemy is to be replaced), `trusted` (whether to serve without
    the layers that confine a run), `gate` (the folder of the socket to a database, or null) and `drivers` (those of its
    URLs). It is answered twice: with what the process is and how it is confined, and with what became of the prelude.
    Every later message is a run (see `child.main`) and is answered with how it ended.
    """
    channel = socket.socket(fileno=descriptor)
    settings = wire.receive(channel)
    if settings is None:
        os._exit(0)
    scratch = str(settings["scratch"])
    prewarm.load(settings["drivers"])
    import sqlalchemy

    version = sqlalchemy.__version__
    if settings["standin"]:
        standin.install()
    base = kernel.address_space()
    gate = settings["gate"]
    _leave_to_be_kept(channel, leash, settings["deckgen"], [scratch, gate] if gate else [scratch])
    refused = confinement.enter_namespaces(scratch, gate)
    if refused is None:
        confinement.become_first_process()
    children = None if refused is None else _children()
    confined = confinement.confine(scratch, refused, gate)
    os.chdir(scratch)
    refusal = None if settings["trusted"] else _refusal(confined, scratch)
    # Who may connect to one socket by its name may connect to all that can be seen; only namespaces hide the others.
    exposed = "; ".join(confined.missing) if gate and not confined.namespaces and not settings["trusted"] else None
    wire.send(
        channel,
        {
            "python": platform.python_version(),
            "sqlalchemy": version,
            "sqlite": sqlite3.sqlite_version,
            "layers": confined.layers,
            "missing": confined.missing,
            "refusal": refusal,
            "exposed": exposed,
        },
    )  # from here on the clock is the prelude's
    if refusal or exposed:
        os._exit(0)  # the prelude is a stranger's code too
    module = types.ModuleType(child.MODULE)
    sys.modules[child.MODULE] = module
    if settings["standin"]:
        module.__dict__[standin.UNPACK] = standin.unpack
    prelude = settings["prelude"]
    trouble = _run_prelude(prelude, module.__dict__) if prelude else None
    derived = sorted(_names_of(prelude)) if prelude and trouble is None else []
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.set_threshold(10_000, 20, 20)  # a check is short: let it collect when there is something to collect
    gc.freeze()  # what lives now is never collected, so that children do not copy its pages by counting
    wire.send(channel, {"prelude": trouble})
    server = _Server(
        channel=channel,
        scratch=scratch,
        namespace=module.__dict__,
        given={
            "derived": [*derived, *provided.DERIVED, recording.PRINTED, recording.SENT],
            "mentioned": sorted(provided.mentioned([prelude["code"]])) if prelude else [],
            "sqlalchemy": version,
        },
        confined=confined,
        children=children,
        base=base,
    )
    while (request := wire.receive(channel)) is not None:
        wire.send(channel, server.run(request))
    os._exit(0)


def _leave_to_be_kept(channel: socket.socket, leash: int, deckgen: int, folders: Sequence[str]) -> None:
    """Go on in a child; this process stays outside all confinement and deletes folders behind it. Returns in the child.

    It alone holds the leash: whoever waits for the end of it waits for what it deletes.

    It also watches for the end of deckgen itself, a process that may have ended by now, since the child may be busy
    with a prelude.
    """
    pid = os.fork()
    if pid == 0:
        os.close(leash)
        confinement.die_with_parent()
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(process, select.POLLIN)
    poll.register(channel, select.POLLHUP | select.POLLRDHUP)
    if process not in dict(poll.poll()) and not select.select([process], [], [], _GRACE_SECONDS)[0]:
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        for folder in folders:
            sweep.delete(folder)
        if _has_ended(deckgen):  # it was killed; what it would have deleted falls to the last of us
            os.rmdir(os.path.dirname(folders[0]))
    os._exit(0)


def _has_ended(pid: int) -> bool:
    """Whether a process has ended or is ending: it closes its files before it hands its children over."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            state, *_, flags = stat.read().rpartition(")")[2].split()[:7]
    except OSError:
        return True
    return state in "ZX" or bool(int(flags) & _PF_EXITING)


def _refusal(confined: Confinement, scratch: str) -> str | None:
    """Why this process must not run a stranger's code, None where it may."""
    if not confined.base:
        return "; ".join(confined.missing)
    folder = os.path.join(scratch, "escapes")
    os.mkdir(folder)
    try:
        found = confinement.working_escapes(confined, folder)
    except OSError as error:
        return str(error)
    finally:
        sweep.delete(folder)
    return f"from inside a run one can {', '.join(found)}" if found else None


def _run_prelude(prelude: Mapping[str, Any], namespace: dict[str, Any]) -> dict[str, Any] | None:
    """Run the deck's prelude; where and how it failed, None if it did not."""
    try:
        exec(compile(compiled.parse(prelude, namespace), prelude["path"], "exec", dont_inherit=True), namespace)
    except BaseException as error:
        return {"message": words.text_of(error)} | child.place(error, [prelude])
    return None


def _names_of(prelude: Mapping[str, Any]) -> set[str]:
    import ast

    return dependence.derived([ast.parse(prelude["code"])])


@dataclass(frozen=True, slots=True)
class _Server:
    """Forks, watches, kills and cleans up; keeps nothing from one run to the next.

    `given` is what every run is told: the names that come from SQLAlchemy before a check begins, those that the prelude
    mentions, and the version of SQLAlchemy. `children` lists what was re-parented here, and `base` is the address space
    that a child is born with.
    """

    channel: socket.socket
    scratch: str
    namespace: dict[str, Any]
    given: dict[str, Any]
    confined: Confinement
    children: int | None
    base: int

    def run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run one request in a child and answer how it ended: `child.main` says how, or what became of the child."""
        try:
            return self._run(request)
        except OSError as error:  # the child's own errors stay in the child
            return {"end": "surroundings", "message": error.strerror or str(error)}

    def _run(self, request: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + request["timeout"]
        request |= self.given
        nonce = verdict.nonce()
        folder = os.path.join(self.scratch, os.urandom(8).hex())
        os.mkdir(folder, 0o700)
        reading, writing = os.pipe()
        output = verdict.sealed(confinement.OUTPUT_BYTES)
        pid = os.fork()
        if pid == 0:
            try:
                self._become_child(request, nonce=nonce, verdict=writing, output=output, folder=folder)
            finally:
                os._exit(97)
        os.close(writing)
        data, timed_out = self._watch(pid, reading, deadline)
        status, survivors = self._stop(pid)
        data += verdict.drain(reading, verdict.MAX_BYTES + 1 - len(data))
        printed = min(os.lseek(output, 0, os.SEEK_CUR), confinement.OUTPUT_BYTES)
        for descriptor in (reading, output):
            os.close(descriptor)
        files = sum(sweep.delete(os.path.join(self.scratch, name)) for name in os.listdir(self.scratch))
        answer = {"end": "timed-out"} if timed_out else verdict.judge(data, nonce, status)
        if answer["end"] == "finished" and (survivors or files > MAX_FILES):
            left = f"{survivors} processes were left running" if survivors else f"{files} files were made"
            answer |= {"end": "leaked", "message": left}
        if printed >= confinement.OUTPUT_BYTES and answer["end"] in ("raised", "leaked"):
            answer["message"] = f"it printed more than {confinement.OUTPUT_BYTES // 1024} KiB"
        return answer

    def _become_child(self, request: dict[str, Any], *, nonce: bytes, verdict: int, output: int, folder: str) -> None:
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.dup2(verdict, 3)
        confinement.close_from(4)
        os.chdir(folder)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        confinement.confine_run(self.confined, folder, base=self.base, seconds=request["timeout"])
        child.main(request, self.namespace, nonce=nonce, verdict=3)

    def _watch(self, pid: int, reading: int, deadline: float) -> tuple[bytes, bool]:
        """What the child writes until it ends, writes too much, or runs out of time; whether it ran out of time.

        Where deckgen itself goes away, the child is killed and this process ends.
        """
        process = os.pidfd_open(pid)
        poll = select.poll()
        for descriptor in (reading, process):
            poll.register(descriptor, select.POLLIN)
        poll.register(self.channel, select.POLLHUP | select.POLLRDHUP)
        data = b""
        try:
            while (left := deadline - time.monotonic()) > 0:
                ready = dict(poll.poll(left * 1000))
                if self.channel.fileno() in ready:
                    self._stop(pid)
                    os._exit(0)
                if reading in ready:
                    part = os.read(reading, 65536)
                    data += part
                    if not part:
                        poll.unregister(reading)
                    if len(data) > verdict.MAX_BYTES:
                        return data, False
                elif process in ready:
                    return data, False
            return data, True
        finally:
            os.close(process)

    def _stop(self, pid: int) -> tuple[int, int]:
        """Kill the child and all that it started; its exit status and the number of processes it had left."""
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        return status, sweep.kill_all(self.children)


def _children() -> int:
    """A descriptor that lists the children of this process."""
    return os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC)
