"""Commands that another user runs, with an interpreter that this user can reach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.decks import Ran

NOBODY = 65534


def run(command: Sequence[str], *, cwd: Path, **environment: str) -> Ran:
    """Run a command, which may take a while."""
    ran = subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=150, check=False
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def as_nobody(base: Path) -> list[str]:
    """The beginning of a command that an ordinary user runs with an interpreter that has deckgen."""
    if os.getuid() != 0:
        pytest.skip("only root can become an ordinary user; here `as-it-is` has run as one")
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv (util-linux) is not installed")
    # setpriv keeps root's rights until it executes a program, hence the shell in between
    prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "sh", "-c", 'exec "$@"', "sh"]
    tried = []
    for folder in (None, base / "python"):
        interpreter = sys.executable if folder is None else elsewhere(folder)
        ran = run([*prefix, interpreter, "-c", "import deckgen.cli, sqlalchemy"], cwd=base)
        if ran.status == 0:
            return [*prefix, interpreter]
        tried.append(f"{interpreter}: {ran.err.strip()[-200:]}")
    pytest.skip("an ordinary user can run none of these with deckgen: " + "; ".join(tried))


def elsewhere(folder: Path) -> str:
    """The system's Python of our version in a virtual environment that everybody can read, with our packages."""
    version = "python{}.{}".format(*sys.version_info)
    system = f"/usr/bin/{version}"
    if os.path.exists(system):
        subprocess.run([system, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
        packages = folder / "lib" / version / "site-packages"
        packages.rmdir()
        packages.symlink_to(next(path for path in sys.path if path.endswith("site-packages")))
        return str(folder / "bin" / "python")
    return system
