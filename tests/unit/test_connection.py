"""Whatever is wrong with a URL that a user names, of a server or of a cache, is told in words without a password."""

from __future__ import annotations

import pytest

from deckgen.checking.cache import ensure
from deckgen.checking.databases import DATABASES, mariadb, postgresql
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.interpreters import here
from deckgen.checking.store import UnfitError
from deckgen.effort import Access
from deckgen.errors import SurroundingsError
from deckgen.model import Database

SECRET = "open-sesame"
WRITTEN = {
    "a password without a host": (f"postgresql://ann:{SECRET}", "it is no URL such as postgresql"),
    "an @ in a password": (f"postgresql://ann:a@{SECRET}@127.0.0.1/db", "an @ in a user's name or password"),
    "an @ in a password there": (f"mariadb://ann:a@{SECRET}@127.0.0.1/db", "an @ in a user's name or password"),
    "a / in a password": (f"mariadb://ann:a@b/{SECRET}@127.0.0.1/db", "an @ in a user's name or password"),
    "a setting of another kind": (f"mariadb://ann:{SECRET}@127.0.0.1/db?connect_timeout=x", "invalid literal for int"),
    "a plug-in of SQLAlchemy": (f"postgresql://ann:{SECRET}@127.0.0.1/db?plugin=x", "Can't load plugin"),
}
RAISED = {  # by PyMySQL, before it connects
    "an unknown setting": (f"mariadb://ann:{SECRET}@127.0.0.1/db?foo=bar", "unexpected keyword argument 'foo'"),
    "an unknown character set": (f"mariadb://ann:{SECRET}@127.0.0.1/db?charset=nonsense", "no attribute 'encoding'"),
    "a number of seconds": (f"mariadb://ann:{SECRET}@127.0.0.1/db?write_timeout=-1", "write_timeout should be > 0"),
    "a file that is not there": (f"mariadb://ann:{SECRET}@127.0.0.1/db?ssl_ca=/nowhere", "No such file or directory"),
    "no name of a host": (f"mariadb://ann:{SECRET}@a..b/db", "holds a character that cannot be sent"),
}


@pytest.mark.parametrize(("url", "says"), {**WRITTEN, **RAISED}.values(), ids=[*WRITTEN, *RAISED])
def test_a_server_of_the_user_is_missing(url: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database, package = (Database.MARIADB, mariadb) if "mariadb" in url else (Database.POSTGRESQL, postgresql)
    monkeypatch.setenv(package.VARIABLE, url)
    with pytest.raises(MissingServerError, match=f"{package.VARIABLE}.*{says}") as caught:
        DATABASES[database].describe(here())
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(("url", "says"), WRITTEN.values(), ids=WRITTEN)
def test_what_cannot_be_a_cache_is_refused(url: str, says: str) -> None:
    with pytest.raises(UnfitError, match=says) as caught:
        ensure(url, Access.READ_WRITE)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(("url", "says"), RAISED.values(), ids=RAISED)
def test_a_cache_that_cannot_be_reached_is_a_matter_of_the_surroundings(url: str, says: str) -> None:
    with pytest.raises(SurroundingsError, match=f"the cache cannot be used: .*{says}") as caught:
        ensure(url, Access.READ_WRITE)
    assert SECRET not in str(caught.value)
