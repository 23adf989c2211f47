"""Where the tests of servers run."""

from __future__ import annotations

import pytest

from tests.services.servers import VARIABLES, Served, served


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/services/" in item.path.as_posix():
            item.add_marker(pytest.mark.slow)


@pytest.fixture(params=[f"{whose} {database}" for database in VARIABLES for whose in ("our", "their")])
def where(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Served:
    """Each database, on our own server and on the user's."""
    whose, database = request.param.split()
    return served(database, whose, monkeypatch)


@pytest.fixture(params=list(VARIABLES))
def ours(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Served:
    """Each database, on our own server."""
    return served(request.param, "our", monkeypatch)


@pytest.fixture(params=list(VARIABLES))
def theirs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Served:
    """Each database, on the user's server."""
    return served(request.param, "their", monkeypatch)
