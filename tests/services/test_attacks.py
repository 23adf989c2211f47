"""Attacks on a server, each a card of a deck that is verified as any other: all are refused, with the words expected.

That a superuser can do what they try is tried as well, outside of all confinement.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import pytest
import sqlalchemy as sa

from deckgen.checking.databases.mariadb import own as own_mariadb
from deckgen.checking.databases.postgresql import own as own_postgresql
from deckgen.checking.verify import verify
from deckgen.effort import Effort
from deckgen.proof import Judgement
from tests.isolation.harness import card, quietly, write
from tests.isolation.users import NOBODY
from tests.services.attacks import ATTACKS, PRELUDE, Attack
from tests.services.servers import KEPT, served

SUPERUSERS = {"postgresql": "postgres", "mariadb": "root"}
CHECK = """
assert engine.name == "{database}"
said = told(engine, {attack!r})
assert re.search({refused!r}, said), said
"""
# One leaves what the other looks for.
SECRET = """
with engine.begin() as connection:
    connection.execute(text("CREATE TABLE secret (x int)"))
    connection.execute(text("CREATE {schema}"))
    assert connection.scalar(text("SELECT count(*) FROM secret")) == 0
"""
SEARCH = {
    "postgresql": """
with engine.connect() as connection:
    roles = connection.scalars(text("SELECT rolname FROM pg_roles WHERE split_part(rolname, 'x', 1) = "
                                    "split_part(current_user, 'x', 1)")).all()
    assert roles == [engine.url.username]
    assert connection.scalar(text("SELECT count(*) FROM pg_class WHERE relname = 'secret'")) == 0
    assert connection.scalar(text("SELECT count(*) FROM pg_namespace WHERE nspname = 'extra'")) == 0
    queries = connection.scalars(text("SELECT query FROM pg_stat_activity WHERE usename <> current_user")).all()
    assert set(queries) == {"<insufficient privilege>"}
""",
    "mariadb": """
with engine.connect() as connection:
    assert connection.scalars(text("SHOW DATABASES")).all() == [engine.url.database, "information_schema"]
    assert connection.scalars(text("SELECT user FROM information_schema.processlist")).all() == [engine.url.username]
    assert connection.scalars(text("SHOW TABLES")).all() == []
""",
}


@pytest.fixture(scope="module")
def reach() -> Iterator[dict[str, Any]]:
    """What the attacks try to reach: sockets that listen, a folder in which everybody may write."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="reach-"))
        os.chmod(folder, 0o777)
        space = Path(folder, "space")
        space.mkdir()
        if os.getuid() == 0:
            os.chown(space, NOBODY, NOBODY)  # who runs a server of ours
        abstract = f"deckgen-{os.getpid()}"
        addresses: list[Any] = [("127.0.0.1", 0), f"{folder}/socket", f"\0{abstract}"]
        families = [socket.AF_INET, socket.AF_UNIX, socket.AF_UNIX]
        ports = []
        for family, address in zip(families, addresses, strict=True):
            listener = stack.enter_context(socket.socket(family))
            listener.bind(address)
            listener.listen()
            ports.append(listener.getsockname())
        yield {
            "port": ports[0][1],
            "socket": f"{folder}/socket",
            "abstract": abstract,
            "folder": folder,
            "space": space,
            "name": "evil",
        }


def aimed(attack: Attack, database: str, reach: dict[str, Any]) -> str | list[str]:
    """An attack with what it tries to reach put in."""
    values = reach | {"superuser": SUPERUSERS[database], "database": database}
    if isinstance(attack.attack, str):
        return Template(attack.attack).substitute(values)
    return [Template(each).substitute(values) for each in attack.attack]


Judged = Callable[[str, str], Mapping[str, Judgement]]


@pytest.fixture(scope="module")
def judged(reach: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """The judgements over all attacks on a database of ours or theirs, by title."""

    @cache
    def judge(whose: str, database: str) -> Mapping[str, Judgement]:
        with pytest.MonkeyPatch.context() as monkeypatch:
            served(database, whose, monkeypatch)
            files = {"cards.md": cards(database, reach), "prelude.py": PRELUDE}
            deck = write(tmp_path_factory.mktemp("attacks"), files, extra=f'databases = ["{database}"]\n')
            return {each.card.question: each for each in verify(deck, quietly, Effort(workers=1)).judgements}

    return judge


def cards(database: str, reach: dict[str, Any]) -> str:
    """A card for each attack, and at the end two of which one looks for what the other leaves."""
    attacks = [
        card(each.title, CHECK.format(database=database, attack=aimed(each, database, reach), refused=each.refused))
        for each in ATTACKS[database]
    ]
    secret = SECRET.format(schema="SCHEMA extra" if database == "postgresql" else "TABLE extra (x int)")
    return "".join([*attacks, card("Leave", secret), card("Search", SEARCH[database])])


@pytest.mark.parametrize(
    ("whose", "database", "title"),
    [
        (whose, database, title)
        for database, attacks in ATTACKS.items()
        for whose in ("our", "their")
        for title in [*(each.title for each in attacks), "Leave", "Search"]
    ],
)
def test_an_attack_is_refused(judged: Judged, whose: str, database: str, title: str) -> None:
    judgement = judged(whose, database)[title]
    assert judgement.verdict == "verified", judgement.results


@pytest.fixture(scope="module")
def superuser() -> Iterator[Callable[[str], sa.Engine]]:
    """An administrator of a server of our own."""
    with pytest.MonkeyPatch.context() as monkeypatch, ExitStack() as stack:

        @cache
        def administrator(database: str) -> sa.Engine:
            served(database, "our", monkeypatch)
            server = own_postgresql.start() if database == "postgresql" else own_mariadb.start(KEPT)
            stack.callback(server.close)
            server._administrator.run("CREATE DATABASE control")
            return sa.create_engine(server._url.set(database="control"), poolclass=sa.NullPool)

        yield administrator


@pytest.mark.parametrize(
    ("database", "attack"),
    [(database, each) for database, attacks in ATTACKS.items() for each in attacks],
    ids=lambda value: value.title if isinstance(value, Attack) else value,
)
def test_a_superuser_can_do_it(
    superuser: Callable[[str], sa.Engine], database: str, attack: Attack, reach: dict[str, Any]
) -> None:
    names: dict[str, Any] = {}
    exec(PRELUDE, names)
    assert names["told"](superuser(database), aimed(attack, database, reach)) == "nothing"
