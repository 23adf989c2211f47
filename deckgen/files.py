"""A file, or a new folder, is written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one; makes its folder, raises OSError.

    A symbolic link stays, and the file it leads to is written. The new file has the old one's mode and, where that
    can be given, its owner; one that is new is readable to all. Other hard links keep the old content.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    old = _status(target)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".deckgen.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            with suppress(PermissionError, AttributeError):  # only root gives files away; Windows knows no owners
                os.chown(temporary, old.st_uid, old.st_gid)
        os.chmod(temporary, old.st_mode & 0o7777 if old else 0o644)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write a new folder with all its files, by their paths inside it, or none of them.

    Makes the folder that it is in; raises OSError, and FileExistsError where anything is in its place.
    """
    if os.path.lexists(folder):
        raise FileExistsError(errno.EEXIST, "is there already", str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".deckgen."))
    try:
        for name, data in contents.items():
            write(temporary / name, data)
        temporary.chmod(0o755)
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary)
        raise


def digest(home: Path, paths: Iterable[Path]) -> str:
    """A digest of some files below a folder and of what they are called there, whatever their order."""
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(f"{path.relative_to(home)}\n".encode() + path.read_bytes())
    return found.hexdigest()


def _status(path: Path) -> os.stat_result | None:
    """None where there is no such file; links that lead in a circle are an error."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None
