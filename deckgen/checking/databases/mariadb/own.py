"""A server of MariaDB for one run, where its programs are installed."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from signal import SIGKILL

import sqlalchemy as sa

from deckgen.checking.databases.keeper import Keeper
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.databases.mariadb import VARIABLE
from deckgen.checking.databases.mariadb.administration import SOCKET, WAY, MariaDB

_FOLDERS = ("/usr/sbin", "/usr/libexec", "/usr/local/sbin")
_INSTALL = ("--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db")
# The data are thrown away, so that nothing has to be safe on the disk.
_STORAGE = (
    "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=4M", "--innodb-flush-method=nosync",
)  # fmt: skip
_SERVER = (
    "--no-defaults", "--skip-networking", "--skip-name-resolve", "--skip-log-bin", "--symbolic-links=0",
    "--local-infile=0", "--innodb-flush-log-at-trx-commit=0", "--max-connections=400", "--default-time-zone=+00:00",
    "--character-set-server=utf8mb4",
)  # fmt: skip


def version() -> str:
    """The version of the programs, such as `10.11.19`."""
    return _version(_program("mariadbd"))


@cache
def _version(program: str) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"Ver ([0-9.]+)", told.stdout)
    return found[1] if found else "0"


def _program(name: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *_FOLDERS]))
    if found is None:
        raise MissingServerError(f"{name} is not installed: install MariaDB's server, or set {VARIABLE}")
    return found


def start(folder: Path) -> MariaDB:
    """Start a server, which ends with deckgen; its first state is kept in a folder. Raises MissingServerError."""
    keeper = Keeper(SIGKILL)
    try:
        program, socket, password = _program("mariadbd"), keeper.folder / SOCKET, secrets.token_hex(16)
        data = _data(keeper, folder / f"mariadb-{version()}")
        secret = keeper.write("first.sql", f"ALTER USER root@localhost IDENTIFIED BY '{password}';\n")
        places = [f"--datadir={data}", f"--socket={socket}", f"--tmpdir={keeper.folder}", f"--init-file={secret}"]
        query = WAY.query(keeper.folder)
        url = sa.URL.create(WAY.driver, "root", password, query=query)
        return keeper.serve([program, *_SERVER, *_STORAGE, *places], lambda: MariaDB(url, keeper.close))
    except BaseException:
        keeper.close()
        raise


def _data(keeper: Keeper, kept: Path) -> Path:
    """A data directory: a copy of what is kept, which is made first where there is nothing that can be read."""
    data = keeper.folder / "data"
    try:
        shutil.copytree(kept, data)
        keeper.own(data)
    except OSError:
        shutil.rmtree(data, ignore_errors=True)
        # In a shared folder for temporary files two that are made at once get in each other's way.
        places = [f"--datadir={data}", f"--tmpdir={keeper.folder}"]
        keeper.run([_program("mariadb-install-db"), *_INSTALL, *_STORAGE, *places])
        with suppress(OSError):
            _keep(data, kept)
    return data


def _keep(data: Path, kept: Path) -> None:
    """Copy a data directory to a place beside its own and move it there whole: others may be doing so as well."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix="making-") as making:
        shutil.copytree(data, Path(making, "data")).rename(kept)
