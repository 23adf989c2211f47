"""SQLite, in memory or in the scratch folder of a check: it comes with Python and needs no server."""

from __future__ import annotations

import sqlite3


def describe() -> str:
    """Name and version, such as `sqlite 3.40.1`."""
    return f"sqlite {sqlite3.sqlite_version}"
