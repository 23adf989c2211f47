"""A scheduler and workers of Dask as a user starts them, each a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from distributed import Client

from tests.isolation.harness import gone, living

ROOT = Path(__file__).parents[2]
LONG = 60.0  # seconds for what is waited for: no test holds that it takes less


class Cluster:
    """A scheduler on this machine with the workers that are started, whose processes end with the `with` block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Cluster:
        self.scheduler = self._started(
            "scheduler", ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        )
        self.address = self._told("scheduler", r"Scheduler at: +(\S+)")
        return self

    def __exit__(self, *_error: object) -> None:
        for process in self._processes:
            tree = [process.pid, *living(process.pid)]
            for pid in tree:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()

    def worker(self, *options: str, prefix: Sequence[str] = (sys.executable,), **environment: str) -> Worker:
        """Start a worker with one thread, and wait until the scheduler knows it."""
        name = f"worker{len(self._processes)}"
        arguments = ["worker", self.address, "--nthreads", "1", "--no-dashboard", "--name", name, *options]
        process = self._started(name, arguments, prefix, **environment)
        with Client(self.address, set_as_default=False) as client:
            assert gone(lambda: not self._known(client, name), LONG), (self.folder / name).read_text()
            return Worker(process, self._known(client, name))

    @staticmethod
    def _known(client: Client, name: str) -> str:
        workers = client.scheduler_info()["workers"]
        return next((address for address, each in workers.items() if each["name"] == name), "")

    def _started(
        self, name: str, arguments: Sequence[str], prefix: Sequence[str] = (sys.executable,), **environment: str
    ) -> subprocess.Popen[bytes]:
        place = self.folder / f"{name}.d"
        place.mkdir()
        variables = {"PYTHONPATH": str(ROOT), "TMPDIR": str(place), **environment}
        with (self.folder / name).open("wb") as log:
            process = subprocess.Popen(
                [*prefix, "-m", "dask", *arguments], cwd=place, env=os.environ | variables, stdout=log, stderr=log
            )
        self._processes.append(process)
        return process

    def _told(self, name: str, pattern: str) -> str:
        log = self.folder / name
        assert gone(lambda: not re.search(pattern, log.read_text()), LONG), log.read_text()
        found = re.search(pattern, log.read_text())
        assert found
        return found[1]


class Worker:
    """A worker by its process (that of its nanny, if it has one) and its address."""

    def __init__(self, process: subprocess.Popen[bytes], address: str) -> None:
        self.process = process
        self.address = address

    def processes(self) -> list[int]:
        """What its nanny has started in the last place: the worker itself."""
        return [pid for pid, command in living(self.process.pid).items() if "spawn_main" in command]

    def working(self) -> list[str]:
        """The processes below it that are deckgen's."""
        return [command for command in living(self.process.pid).values() if "sandbox" in command]


def another_deckgen(folder: Path) -> dict[str, str]:
    """The environment of a worker with a deckgen that proves otherwise."""
    shutil.copytree(ROOT / "deckgen", folder / "other" / "deckgen", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "other" / "deckgen" / "checking" / "controls.py").open("a") as code:
        code.write("# otherwise\n")
    return {"PYTHONPATH": str(folder / "other")}


def no_deckgen(folder: Path) -> dict[str, str]:
    """The environment of a worker that cannot import deckgen."""
    (folder / "none").mkdir()
    (folder / "none" / "sitecustomize.py").write_text('import sys\nsys.modules["deckgen"] = None\n')
    return {"PYTHONPATH": str(folder / "none")}


def another_package(folder: Path) -> dict[str, str]:
    """The environment of a worker that has one package more."""
    found = folder / "more" / "ghost-1.0.dist-info"
    found.mkdir(parents=True)
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: ghost\nVersion: 1.0\n")
    return {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder / 'more'}"}
