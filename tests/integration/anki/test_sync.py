"""A desktop and a phone that sync through Anki's own server: a release arrives on the phone, and no review is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.decks import card
from tests.integration.anki.author import REFUTED_CHECK, THREE, Author, part
from tests.integration.test_audit import PNG, spoiled

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed (Debian package faketime)"),
]
ROOT = Path(__file__).parents[3]
DAYS = 30


def on_day(day: int, *command: str | Path) -> list[str]:
    """A command whose clock is so many days ahead."""
    return ["faketime", "-f", f"+{day}d", sys.executable, "-m", *map(str, command)]


@dataclass(frozen=True)
class Device:
    """A collection in a folder."""

    folder: Path

    def __call__(self, day: int, action: str, *arguments: str | Path) -> Any:
        """What the device answers on a day."""
        self.folder.mkdir(exist_ok=True)
        command = on_day(day, "tests.integration.anki.device", self.folder, action, *arguments)
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)


@contextmanager
def server(folder: Path, day: int) -> Iterator[str]:
    """Anki's sync server on loopback, on a day; its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"SYNC_USER1": "user:pass", "SYNC_HOST": "127.0.0.1", "SYNC_PORT": str(port), "SYNC_BASE": str(folder)}
    with open(folder.with_suffix(".log"), "a") as log:
        command, environment = on_day(day, "anki.syncserver"), os.environ | settings
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}/"
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # faketime waits for the server as its child
            process.wait(10)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the sync server does not start"
            time.sleep(0.05)


def test_a_month_on_the_phone_survives_the_next_release(author: Author, tmp_path: Path) -> None:
    changed = THREE | {1: card(1, "one, edited"), 2: card(2, "two", check=REFUTED_CHECK), 4: card(4, "four")}
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    picture = "UPDATE notes SET flds = replace(flds, 'one', 'one <img src=\"picture.png\">') WHERE flds LIKE '%card-1%'"
    first = spoiled(tmp_path / "first", picture, [("picture.png", PNG)], author.release(part()))
    second = spoiled(tmp_path / "second", picture, [("picture.png", PNG)], author.release(part(), part(changed)))
    desktop, phone = Device(tmp_path / "desktop"), Device(tmp_path / "phone")

    with server(tmp_path / "server", 0) as url:
        assert desktop(0, "import", first) == {"found": 3, "new": 3, "updated": 0, "same": 0, "conflicting": 0}
        assert desktop(0, "sync", url) == "upload"
        assert phone(0, "sync", url) == "download"
    assert phone(0, "look") == desktop(0, "look")
    assert phone(0, "look")["media"] == ["picture.png"]

    answers = sum(phone(day, "study") for day in range(DAYS))
    studied = phone(DAYS, "look")["reviews"]
    assert len(studied) == answers >= 9, "each card has come back more than once"

    with server(tmp_path / "server", DAYS) as url:
        assert phone(DAYS, "sync", url) == "normal"
        assert desktop(DAYS, "sync", url) == "normal"
        assert desktop(DAYS, "look")["reviews"] == studied
        assert desktop(DAYS, "import", second) == {"found": 4, "new": 1, "updated": 2, "same": 1, "conflicting": 0}
        assert desktop(DAYS, "sync", url) == "normal", "a release forces nobody to choose a side"
        assert phone(DAYS, "sync", url) == "normal"
    after = phone(DAYS, "look")
    assert after == desktop(DAYS, "look")
    assert after["reviews"] == studied
    text = " ".join(fields + tags for fields, tags in after["notes"].values())
    for expected in ("one <img", ", edited", "No longer holds on", "deckgen::withdrawn", "four"):
        assert expected in text
