"""The near side of a fork server: start one, send it runs, tell how they ended, and end it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from deckgen.checking import nursery
from deckgen.checking.controls import End, Expectation, Run, Trial
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.nursery import Leash, Nursery
from deckgen.checking.sandbox import wire
from deckgen.diagnostics import Location
from deckgen.effort import Trust
from deckgen.errors import SurroundingsError
from deckgen.model import Database, Fence
from deckgen.proof import Block, Environment, Mutant

if TYPE_CHECKING:  # it takes SQLAlchemy, which runs on SQLite do not need here
    from deckgen.checking.databases.gate import Gate

_START_SECONDS = 60.0
_ANYWAY = "(--trust-checks runs them anyway)"
_GRACE_SECONDS = 10.0
_TELL = "import sys; sys.path.insert(0, sys.argv[1]); from sandbox.confinement import tell; tell(sys.argv[2])"


class PreludeError(Exception):
    """The deck's prelude failed; `location` is where, `standin` whether only the stand-in made it fail."""

    def __init__(self, message: str, location: Location, *, standin: bool) -> None:
        super().__init__(message)
        self.location = location
        self.standin = standin

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(PreludeError, standin=self.standin), (*self.args, self.location)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a fork server is made of: its environment, the folder for its scratch, the prelude and the seconds for it.

    `standin`: whether SQLAlchemy is replaced; `trust`: whether it may serve without the layers that confine a run.
    """

    environment: Environment
    scratch: str
    prelude: Fence | None
    standin: bool
    timeout: float
    trust: Trust


class Zygote:
    """One fork server, with the real SQLAlchemy or with the stand-in, and the gate to a database server."""

    def __init__(self, setup: Setup, gate: Gate | None = None) -> None:
        self.setup = setup
        self.layers: tuple[str, ...] = ()
        self.missing: tuple[str, ...] = ()
        self._channel, self._theirs = socket.socketpair()
        self._leash = Leash()
        self._gate = gate
        self._scratch = tempfile.mkdtemp(dir=setup.scratch)
        self._killed = _killed_for_memory()

    def spawn(self, parent: Nursery) -> None:
        """Have the process forked and tell it what to prepare; raises SurroundingsError."""
        try:
            parent.fork(self._theirs.fileno(), self._leash.end)
        except OSError as error:
            raise SurroundingsError(f"no process could be started: {error.strerror}") from error
        finally:
            self._theirs.close()
            os.close(self._leash.end)
        prelude = self.setup.prelude
        settings = {
            "deckgen": os.getpid(),
            "scratch": self._scratch,
            "prelude": _wired(Block(prelude.code, prelude.location.path, prelude.location.line)) if prelude else None,
            "standin": self.setup.standin,
            "trusted": self.setup.trust is Trust.GIVEN,
            "gate": self._gate and str(self._gate.folder),
            "drivers": self._gate.drivers if self._gate else (),
        }
        with contextlib.suppress(OSError):  # a process that has ended already is noticed when it is waited for
            wire.send(self._channel, settings)

    def wait_until_ready(self) -> None:
        """Wait for the process to have imported SQLAlchemy and run the prelude.

        Raises PreludeError, SurroundingsError, or MissingServerError where checks may be run, but not with a server.
        """
        try:
            loaded = self._heard(_START_SECONDS)
        except TimeoutError:
            raise self._broken(f"the process that runs checks did not start within {_START_SECONDS:g} s") from None
        if loaded is None:
            raise self._broken("the process that runs checks could not be started")
        if other := next(_others(self.setup.environment, loaded), None):
            raise self._broken(f"{other}: if it was installed meanwhile, start again")
        if loaded["refusal"]:
            raise self._broken(f"checks cannot be confined here: {loaded['refusal']} {_ANYWAY}")
        if loaded["exposed"]:
            self.close()
            raise MissingServerError(
                f"the sockets of other servers cannot be hidden here: {loaded['exposed']} {_ANYWAY}"
            )
        self.layers, self.missing = tuple(loaded["layers"]), tuple(loaded["missing"])
        try:
            ready = self._heard(self.setup.timeout)
        except TimeoutError:
            raise self._blame(f"did not end within {self.setup.timeout:g} s") from None
        if ready is None:
            raise self._blame("ended the process that ran it")
        if ready["prelude"]:
            message, line = ready["prelude"]["message"], ready["prelude"]["line"]
            raise self._blame(f"raised {message}", line or 1)

    def _heard(self, seconds: float) -> dict[str, Any] | None:
        """The next message, None where the process ended. Raises TimeoutError where none comes within some seconds."""
        self._channel.settimeout(seconds)
        try:
            return wire.receive(self._channel)
        except TimeoutError:
            raise
        except OSError:
            return None

    def _blame(self, what: str, line: int = 1) -> Exception:
        """The error of a start that failed: the prelude's if there is one, else the machine's."""
        prelude = self.setup.prelude
        if prelude is None:
            return self._broken("the process that runs checks could not be started")
        self.close()
        return PreludeError(what, Location(prelude.location.path, line), standin=self.setup.standin)

    def _broken(self, why: str) -> SurroundingsError:
        self.close()
        return SurroundingsError(why)

    def run(self, run: Run) -> Trial | None:
        """How a run ended, None where the zygote itself was lost; raises SurroundingsError or MissingServerError."""
        if self._gate is None:
            return self._run(run, {})
        account = self._gate.admit()
        try:
            return self._run(run, {"url": account.url, "async_url": account.async_url})
        finally:
            self._gate.clear()

    def _run(self, run: Run, account: Mapping[str, str]) -> Trial | None:
        request = {
            "blocks": [_wired(block) for block in run.blocks],
            "timeout": run.timeout,
            "negate": sorted(run.negate),
            "analyse": run.read,
            "mutate": run.mutate,
            "account": account,
        }
        try:
            self._channel.settimeout(run.timeout + _GRACE_SECONDS)
            wire.send(self._channel, request)
            answer = wire.receive(self._channel)
        except (OSError, ValueError):
            answer = None
        if answer is not None and answer["end"] == "surroundings":
            raise SurroundingsError(f"a check could not be run: {answer['message']}")
        before, self._killed = self._killed, _killed_for_memory()
        # It is the whole machine that is counted: what ended as a check does had nothing to do with it.
        if self._killed != before and (answer is None or answer["end"] not in ("finished", "failed")):
            raise SurroundingsError("the system ran out of memory while checks were run, and killed a process")
        return None if answer is None else _trial(answer)

    def leave(self) -> None:
        """Tell the process to end, without waiting for it."""
        with contextlib.suppress(OSError):  # closing alone would not wake a thread that waits for an answer
            self._channel.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the process, which kills what it is running, and delete its scratch folder."""
        self.leave()
        self._channel.close()
        self._leash.pull()
        if self._gate is not None:
            self._gate.close()
        shutil.rmtree(self._scratch, ignore_errors=True)


def _others(environment: Environment, loaded: Mapping[str, Any]) -> Iterator[str]:
    """Each part of an environment that is loaded in another version than the one that was found, in words."""
    if loaded["python"] != environment.python:
        yield f"Python {environment.python} was found, and {loaded['python']} is loaded"
    # What SQLAlchemy says of itself lacks the end that its distribution has while it is developed, such as `.dev0`.
    found, there = Version(environment.sqlalchemy), Version(loaded["sqlalchemy"])
    if (found.release, found.pre) != (there.release, there.pre):
        yield f"SQLAlchemy {found} was found, and {there} is loaded"
    if environment.server == Database.SQLITE and environment.database != f"sqlite {loaded['sqlite']}":
        yield f"{environment.database} was found, and {loaded['sqlite']} is loaded"


def _killed_for_memory() -> int:
    """How many processes the system has killed since it started because it had no memory left (kernel 4.13)."""
    with contextlib.suppress(OSError), open("/proc/vmstat") as vmstat:
        return next((int(line.split()[1]) for line in vmstat if line.startswith("oom_kill ")), 0)
    return 0


def confinement() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The layers that a zygote would have here, and those that are missing, each with the reason.

    Raises SurroundingsError where that cannot be tried out.
    """
    with tempfile.TemporaryDirectory(prefix="deckgen-") as scratch:
        command = [sys.executable, *nursery.FLAGS, "-c", _TELL, nursery.ROOM, scratch]
        try:
            done = subprocess.run(
                command, capture_output=True, env=nursery.environment(), timeout=_START_SECONDS, check=True
            )
            layers, missing = json.loads(done.stdout)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise SurroundingsError("the process that confines checks could not be started") from error
    return tuple(layers), tuple(missing)


def _wired(block: Block) -> dict[str, Any]:
    return {
        "code": block.code,
        "path": block.path,
        "line": block.line,
        "entry": block.entry,
        "mode": block.mode.value,
    }


def _trial(answer: Mapping[str, Any]) -> Trial:
    """The trial in an answer; a check can have forged it, so that what does not fit is a tampered one."""
    try:
        expectations = tuple(
            Expectation(
                location=Location(str(each["path"]), int(each["line"])),
                group=None if each["group"] is None else int(each["group"]),
                required=bool(each["required"]),
                always=number in answer.get("always", ()),
                constant=bool(each.get("constant")),
                derived=bool(each.get("derived")),
                absence=bool(each.get("absence")),
            )
            for number, each in enumerate(answer.get("expectations", ()))
        )
        hits = frozenset(int(number) for number in answer.get("hits", ()))
        if not hits <= set(range(len(expectations))):
            raise ValueError("hits that no expectation has")
        path, line, block = answer.get("path"), answer.get("line"), answer.get("block")
        return Trial(
            end=End(answer["end"]),
            message=_text(answer.get("message")) or "",
            location=Location(str(path), int(line)) if path is not None and line is not None else None,
            block=None if block is None else int(block),
            expected=_text(answer.get("expected")),
            observed=_text(answer.get("observed")),
            expectations=expectations,
            hits=hits,
            mutants=tuple(
                Mutant(Location(str(each["path"]), int(each["line"])), str(each["what"]))
                for each in answer.get("mutants", ())
            ),
        )
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return Trial(End.DIED, "it tampered with its verdict")


def _text(value: object) -> str | None:
    """A text that can be written down: half a character is replaced."""
    return None if value is None else str(value).encode("utf-8", "replace").decode()
