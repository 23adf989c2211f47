"""The interpreters that checks run under: this one, or one that uv makes for a version of Python and SQLAlchemy."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

_OLDEST = {"Python": "3.11", "SQLAlchemy": "1.4"}  # that the sandbox runs on

# SQLAlchemy's asyncio needs greenlet, which 2.1 no longer installs by itself.
_ALWAYS = ("greenlet>=3.1", "aiosqlite>=0.20")
_MAKING_SECONDS = 300
_DESCRIBE = """
import json, platform, sqlite3
from importlib.metadata import distributions
found = [[each.name, each.version] for each in distributions()]
print(json.dumps([platform.python_version(), sqlite3.sqlite_version, found]))
"""


class MissingInterpreterError(Exception):
    """No interpreter with what was asked for can be had here; the message says why."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python by its path: exact versions of itself, its SQLite and every distribution that a check could import."""

    path: str
    python: str
    sqlite: str
    packages: tuple[tuple[str, str], ...]

    def version(self, name: str) -> str | None:
        """The installed version of a distribution."""
        return dict(self.packages).get(canonicalize_name(name))


def find(folder: Path, python: str | None, sqlalchemy: str | None, drivers: Sequence[str]) -> Interpreter:
    """The interpreter with some versions (None: whatever is here) and drivers; one that is made is kept in `folder`.

    Versions are major.minor or exact, drivers are requirements. Raises MissingInterpreterError.
    """
    for name, wanted in (("Python", python), ("SQLAlchemy", sqlalchemy)):
        if wanted and Version(wanted) < Version(_OLDEST[name]):
            raise MissingInterpreterError(f"checks run on {name} {_OLDEST[name]} and newer, not on {wanted}")
    own = here()
    fits = _is(platform.python_version(), python) and _is(own.version("sqlalchemy") or "", sqlalchemy)
    if fits and all(own.version(Requirement(driver).name) for driver in drivers):
        return own
    release = sqlalchemy or own.version("sqlalchemy") or ""
    return made(folder, python or platform.python_version(), release, tuple(drivers))


def newest() -> str:
    """The newest SQLAlchemy that the package index offers to this Python, pre-releases included.

    Raises MissingInterpreterError.
    """
    options = ("--no-deps", "--no-header", "--no-annotate", "--prerelease", "allow", "--python", sys.executable)
    return _uv("pip", "compile", *options, "-", given="sqlalchemy").strip().partition("==")[2]


def _is(exact: str, wanted: str | None) -> bool:
    return wanted is None or exact == wanted or exact.startswith(f"{wanted}.")


@cache
def here() -> Interpreter:
    """The interpreter that runs deckgen."""
    found = _named(map(_pair, distributions()))
    return Interpreter(sys.executable, platform.python_version(), sqlite3.sqlite_version, found)


def _pair(distribution: Distribution) -> tuple[str, str]:
    return distribution.name, distribution.version


def _named(found: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({(canonicalize_name(name), version) for name, version in found}))


@cache
def made(folder: Path, python: str, sqlalchemy: str, drivers: tuple[str, ...]) -> Interpreter:
    """The environment for some versions, which is made where there is none; nothing is asked of it over the network."""
    release = f"sqlalchemy=={sqlalchemy}" if sqlalchemy.count(".") > 1 else f"sqlalchemy=={sqlalchemy}.*"
    requirements = (release, *_ALWAYS, *drivers)
    digest = hashlib.sha256("\n".join(sorted(requirements)).encode()).hexdigest()[:8]
    place = folder / f"py{python}-sqlalchemy{sqlalchemy}-{digest}"
    if not place.exists():
        _make(place, python, requirements)
    return _described(place)


def _make(place: Path, python: str, requirements: Sequence[str]) -> None:
    """Make an environment beside its place and move it there whole: others may be making it as well."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix="making-") as making:
        new = Path(making, "environment")
        _uv("venv", "--relocatable", "--python", sys.executable if _is(here().python, python) else python, str(new))
        # A pre-release of SQLAlchemy is named exactly, so that uv takes no pre-release of anything else.
        options = ("--prerelease", "if-necessary-or-explicit", "--python", str(new / "bin" / "python"))
        install = ("pip", "install", *options, *requirements)
        try:
            _uv(*install)
        except MissingInterpreterError as error:
            try:
                _uv(*install, "--offline")  # what uv has fetched before may be enough
            except MissingInterpreterError:
                raise error from None  # the offline one says no more than that there was no network
        try:
            new.rename(place)
        except OSError:
            if not place.exists():
                raise


def _uv(*arguments: str, given: str = "") -> str:
    """What uv prints, given a text to read; raises MissingInterpreterError with what it complains of."""
    program = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if program is None:
        raise MissingInterpreterError("uv is not installed: install deckgen-verified[versions]")
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    try:
        return subprocess.run(
            [program, "--quiet", "--no-progress", "--color", "never", *arguments],
            check=True, capture_output=True, text=True, input=given, env=environment, timeout=_MAKING_SECONDS,
        ).stdout  # fmt: skip
    except subprocess.TimeoutExpired:
        raise MissingInterpreterError(f"uv {arguments[0]} did not end within {_MAKING_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        said = " ".join(re.sub(r"[^\x20-\x7e\n]", "", error.stderr).split())  # without the arrows that it draws
        raise MissingInterpreterError(f"uv cannot make it: {said.removeprefix('error: ')}") from None


def _described(place: Path) -> Interpreter:
    path = str(place.resolve() / "bin" / "python")
    try:
        done = subprocess.run([path, "-I", "-c", _DESCRIBE], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        raise MissingInterpreterError(f"{place} does not work any more: delete it, and it is made anew") from None
    python, sqlite, found = json.loads(done.stdout)
    return Interpreter(path, python, sqlite, _named(found))
